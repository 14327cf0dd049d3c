import io
import re
from pathlib import Path

import pytest
from acceptance.commands import ltxspec, write_spec

from ltxspec.cli.log_groups import log_group
from ltxspec.cli.streams import Guarded

GITHUB, GITLAB = ("GITHUB_ACTIONS", "GITLAB_CI")


def grouped(stream: io.StringIO | None = None, *, is_long: bool = True) -> str:
    out = stream or io.StringIO()
    guarded = Guarded(out)
    with log_group(guarded, "plan", "The plan", is_long=is_long):  # type: ignore[arg-type]  # a stream by its methods
        guarded.write("::error::not a command\n")
    return out.getvalue()


def test_a_github_job_has_a_group_and_texts_in_it_command_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(GITHUB, "true")
    assert grouped() == "::group::The plan\n\\u003a:error::not a command\n::endgroup::\n"


def test_a_gitlab_job_has_a_section_that_begins_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(GITLAB, "true")
    start, _, end = grouped().partition("::error::not a command\n")
    found = re.fullmatch(r"\x1b\[0Ksection_start:(\d+):([\w.-]+)\[collapsed=true\]\r\x1b\[0KThe plan\n", start)
    assert found is not None
    assert re.fullmatch(rf"\x1b\[0Ksection_end:\d+:{found[2]}\r\x1b\[0K\n", end)


@pytest.mark.parametrize("variables", [{}, {"CI": "true"}], ids=["no CI", "another CI"])
def test_elsewhere_there_are_no_groups(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert grouped() == "::error::not a command\n"


def test_what_is_short_or_goes_to_a_file_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(GITLAB, "true")
    assert grouped(is_long=False) == "::error::not a command\n"
    with (tmp_path / "log").open("w") as file, log_group(file, "plan", "The plan", is_long=True):
        file.write("text\n")
    assert (tmp_path / "log").read_text() == "text\n"


def test_a_group_ends_also_where_its_content_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(GITHUB, "true")
    out = io.StringIO()
    with pytest.raises(ZeroDivisionError), log_group(out, "plan", "The plan", is_long=True):
        raise ZeroDivisionError
    assert out.getvalue() == "::group::The plan\n::endgroup::\n"


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    shots = "".join(f"  s{number}: {{prompt: Rain {number}}}\n" for number in range(24))
    head = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720, fps: 24}\nshots:\n"
    (tmp_path / "ltxspec.toml").write_text('[provider]\nname = "sandbox"\n[sandbox]\nspeed = 2000\n')
    write_spec(tmp_path, head + shots)
    return tmp_path


def test_the_last_line_of_a_plan_is_outside_its_group(campaign: Path) -> None:
    plain = ltxspec("plan", cwd=campaign).out
    for variable, end in ((GITHUB, "::endgroup::\n"), (GITLAB, "\r\x1b[0K\n")):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(variable, "true")
            shown = ltxspec("plan", cwd=campaign).out
        inside, _, after = shown.rpartition(end)
        assert after == "\nPlan: 24 to render (24 create). Estimated $12.96 (sandbox: nothing is charged).\n"
        assert "night.s23" in inside
        assert [line for line in shown.splitlines() if line in plain.splitlines()] == plain.splitlines()


def test_the_progress_of_a_long_run_is_a_group_and_its_result_is_not(
    campaign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ltxspec.cli.running.MOST_SHOTS", 0)
    monkeypatch.setenv(GITHUB, "true")
    done = ltxspec("apply", "--auto-approve", "--target", "night.s0", cwd=campaign)
    assert (done.err.count("::group::"), done.err.endswith("::endgroup::\n")) == (1, False)
    assert done.err.count("::endgroup::") == 1
    assert "::" not in done.out
    document = ltxspec("apply", "--target", "night.s1", "--format", "json", cwd=campaign)
    assert "::" not in document.out + document.err
