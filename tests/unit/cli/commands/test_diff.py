import json
from pathlib import Path

import pytest
from unit.project.reviewed_projects import edit, project, write

from ltxspec.cli.main import run


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(tmp_path / "films")


def test_the_text_is_the_default_and_nothing_changed_is_no_failure(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["-C", str(root), "diff", "--detailed-exitcode"]) == 0
    assert capsys.readouterr().out.endswith("\nNo changes: 4 shots as before; limit $5.00.\n")


def test_changes_are_an_exit_code_of_their_own_when_asked_for(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(root, "specs/night.yaml", "Rain over", "Snow over")
    assert run(["-C", str(root), "diff"]) == 0
    assert run(["-C", str(root), "diff", "--detailed-exitcode"]) == 2
    assert capsys.readouterr().out.count("1 shot to render for $0.48, 3 unchanged; limit $5.00.") == 2


def test_problems_of_the_head_are_shown_and_fail_only_when_asked_for(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(root, "specs/night.yaml", "{{ name }}", "{{ nme }}")
    assert run(["-C", str(root), "diff"]) == 0
    assert "error[undefined-variable]" in capsys.readouterr().err
    assert run(["-C", str(root), "diff", "--detailed-exitcode"]) == 1


def test_a_lost_take_fails_when_asked_for(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "lockfiles" / "night.lock.json").unlink()
    assert run(["-C", str(root), "diff", "--detailed-exitcode"]) == 1
    assert "lost: night.alley, task " in capsys.readouterr().out


def test_revisions_and_provider_may_be_named(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(root), "diff", "main", "feature", "--provider", "sandbox", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["provider"], document["head"]["isWorkingTree"], document["base"]["name"]) == (
        "sandbox",
        False,
        "main",
    )


def test_markdown_keeps_to_a_forge_and_its_links(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(root, "specs/night.yaml", "Rain over", "Snow over")
    options = ["--format", "markdown", "--forge", "github", "--link-base", "https://h/blob/x/"]
    assert run(["-C", str(root), "diff", *options]) == 0
    assert "(https://h/blob/x/specs/night.yaml#L8)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["nosuch"], 1, "git does not know the commit `nosuch`"),
        (["--forge", "gitea", "--format", "markdown"], 64, "no forge is called `gitea`"),
        (["a..b", "c"], 64, "already names two revisions"),
        (["a", "b", "c"], 64, "unexpected extra argument"),
    ],
)
def test_what_makes_no_sense_is_said(
    root: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, message: str
) -> None:
    write(root, "notes.txt", "x")
    assert run(["-C", str(root), "diff", *arguments]) == code
    assert message in capsys.readouterr().err
