"""`ltxspec apply`: what stands between typing it and an order. How a project lives with it: `test_lifecycle.py`."""

import json
from contextlib import ExitStack
from pathlib import Path

import pytest
from acceptance.commands import ltxspec, write_spec

from ltxspec.storage.clock import SystemClock
from ltxspec.storage.file_lock import exclusive

ONE = "model: lightricks:ltx@2.5-fast\nshots: {tower: {prompt: A tower, width: 1280, height: 720}}\n"
ALLEY = ("--target", "night.alley")


def guard(project: Path) -> Path:
    return project / ".ltxspec" / "sandbox" / "locks" / "night.lock"


def test_an_order_may_be_left_and_collected_later(project: Path) -> None:
    left = ltxspec("apply", "--detach", *ALLEY, cwd=project)
    told = "Ordered: 1, in progress for $0.54; `ltxspec collect` fetches it (sandbox: nothing is charged).\n"
    assert left.out.endswith(told)
    assert "in progress: `ltxspec collect` fetches it" in left.out
    (shot,) = ltxspec("plan", *ALLEY, "--format", "json", cwd=project).json["shots"]
    assert (shot["action"], shot["estimate"]) == ("resume", "0.54")
    assert ltxspec("collect", cwd=project).out == "Collected: 1 (sandbox: nothing is charged).\n"
    assert (project / "renders" / "sandbox" / "night" / "alley.mp4").stat().st_size > 0
    assert ltxspec("collect", cwd=project).err == "Nothing is under way.\n"


def test_the_lock_of_another_apply_is_respected(project: Path) -> None:
    write_spec(project, ONE)
    with exclusive(guard(project), wait=0, command="apply"):
        held = ltxspec("apply", cwd=project, check=5).err
    assert held.startswith("error[lock-held]: ")
    assert "--lock-timeout" in held


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        (("--config", "apply", "lock", "mv", "night.tower", "night.spire"), "wait until it has finished"),
        (("listen", "--port", "0", "--provider", "runware"), "it runs until it is stopped (Ctrl-C or SIGTERM), which"),
    ],
)
def test_an_option_that_a_command_does_not_have_is_not_named(
    words: tuple[str, ...], cure: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_spec(project, ONE)
    ltxspec("apply", "--auto-approve", cwd=project)
    (project / "apply").write_bytes((project / "ltxspec.toml").read_bytes())
    monkeypatch.setenv("LTXSPEC_WEBHOOK_SECRET", "abcdefgh-0123456")
    listens = project / ".ltxspec" / "locks" / "listen"
    with exclusive(guard(project), wait=0, command="apply"), exclusive(listens, wait=0, command="listen"):
        held = ltxspec(*words, cwd=project, check=5).err
    assert "error[lock-held]: " in held
    assert cure in held
    assert "--lock-timeout" not in held


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_end_of_another_apply_is_waited_for_and_that_is_said(
    form: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_spec(project, ONE)
    pauses = []
    with ExitStack() as other:
        other.enter_context(exclusive(guard(project), wait=0, command="apply"))

        def ends_meanwhile(_: SystemClock, seconds: float) -> None:
            pauses.append(seconds)
            other.close()

        monkeypatch.setattr(SystemClock, "pause", ends_meanwhile)
        done = ltxspec("apply", "--lock-timeout", "30", "--format", form, cwd=project)
    assert "1 rendered" in done.out
    assert len(pauses) == 1
    said = done.err if form == "text" else done.out
    (line,) = [line for line in said.splitlines() if "is working on this spec; waiting up to 30 s" in line]
    assert form == "text" or json.loads(line)["type"] == "waiting-for-lock"


def test_an_unknown_price_is_refused_until_it_is_allowed(project: Path) -> None:
    write_spec(project, ONE.replace("height: 720", "height: 720, duration: auto"))
    refused = ltxspec("apply", cwd=project, check=4).err
    assert refused.startswith("error[unknown-price]: ")
    assert "--allow-unknown-cost" in refused
    assert not (project / ".ltxspec" / "sandbox" / "lockfiles").exists()


def test_without_a_key_nothing_is_ordered_and_the_free_way_is_told(project: Path) -> None:
    refused = ltxspec("apply", "--provider", "runware", "--auto-approve", cwd=project, check=None)
    assert refused.code != 0
    assert "RUNWARE_API_KEY" in refused.err
    assert "--provider sandbox" in refused.err
    assert not (project / "lockfiles").exists()


def test_wrong_usage_is_told_before_anything_is_read(project: Path) -> None:
    for arguments, words in (
        (("--parallelism", "0"), "0 is not in the range"),
        (("--max-cost", "much"), "`--max-cost much` is not an amount in USD"),
        (("plan.json", "specs"), "a saved plan is applied alone"),
        (("missing.json",), "`missing.json` cannot be read"),
    ):
        assert words in ltxspec("apply", *arguments, cwd=project, check=64).err


def test_a_saved_plan_takes_no_second_thoughts(project: Path) -> None:
    ltxspec("plan", "-o", str(project / "plan.json"), cwd=project)
    for option, value in (("--target", "night.alley"), ("--retake", "night.alley"), ("--var", "city=Oslo")):
        refused = ltxspec("apply", "plan.json", option, value, cwd=project, check=64).err
        assert refused.startswith(f"error[usage]: a saved plan is applied as it is, without `{option}`\n")


@pytest.mark.parametrize("setting", ["--provider", "LTXSPEC_PROVIDER"])
def test_a_saved_plan_for_another_provider_than_asked_for_is_refused_before_anything_is_planned(
    project: Path, setting: str
) -> None:
    ltxspec("plan", "-o", "plan.json", "--provider", "runware", cwd=project)
    options = (setting, "sandbox") if setting == "--provider" else ()
    environment = {} if options else {setting: "sandbox"}
    refused = ltxspec("apply", "plan.json", *options, cwd=project, check=64, **environment)
    assert f"the plan was saved for `runware`, but `{setting}` says `sandbox`" in refused.err
    assert refused.out == ""


def test_one_at_a_time_renders_all_the_same(project: Path) -> None:
    assert "2 rendered" in ltxspec("apply", "--parallelism", "1", "--target", "night.weather", cwd=project).out


def test_an_archive_that_cannot_be_written_is_refused_before_anything_is_ordered(project: Path) -> None:
    (project / "in-the-way").write_text("a file")
    (project / "ltxspec.toml").write_text('[provider]\nname = "sandbox"\n[archive]\nurl = "in-the-way/archive"\n')
    refused = ltxspec("apply", cwd=project, check=1).err
    assert "error[storage]: cannot write `" in refused
    assert "ordered" not in refused
    assert ltxspec("collect", cwd=project).err == "Nothing is under way.\n"


def test_an_order_of_which_some_results_failed_is_not_shown_as_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_spec(tmp_path, ONE.replace("720}}", "720, numberResults: 3}}"))
    (tmp_path / "few.json").write_text('{"faults": [{"fault": "fail", "results": 1}]}', "utf-8")
    monkeypatch.setenv("LTXSPEC_PROVIDER", "sandbox")
    monkeypatch.setenv("LTXSPEC_SANDBOX_SCENARIO", str(tmp_path / "few.json"))
    applied = ltxspec("apply", cwd=tmp_path, check=3)
    assert "1 shot with results missing" in applied.out
    assert "only 2 of 3 results were made" in applied.out
    assert "--retake ADDRESS" in applied.out
    assert "only 2 of 3 results were made" in ltxspec("show", cwd=tmp_path).out
    (take,) = ltxspec("show", "--format", "json", cwd=tmp_path).json["shots"][0]["takes"]
    assert (take["missing"], len(take["outputs"])) == (1, 2)
    said = ltxspec("status", cwd=tmp_path).out
    assert "results missing: 1 shot" in said
    assert "only 2 of 3 results were made" in said
    assert ltxspec("status", "--format", "json", cwd=tmp_path).json["shots"][0]["missing"] == 1
    assert "No changes" in ltxspec("plan", cwd=tmp_path).out
