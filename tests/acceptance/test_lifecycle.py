"""A project's life on the sandbox: render, render nothing, edit, revert, rename, retire, pick, retake, cost."""

from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import ltxspec, write_spec

SANDBOX = ("--provider", "sandbox")
HEAD = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720, duration: 6, fps: 24}\nshots:\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "ltxspec.toml").write_text("[sandbox]\nspeed = 1000\n", encoding="utf-8")
    return tmp_path


def shots(project: Path, **prompts: str) -> None:
    write_spec(project, HEAD + "".join(f"  {name}: {{prompt: '{text}'}}\n" for name, text in prompts.items()))


def apply(project: Path, *arguments: str, check: int | None = 0) -> str:
    return ltxspec("apply", *SANDBOX, "--auto-approve", *arguments, cwd=project, check=check).out


def plan(project: Path, *arguments: str) -> dict[str, Any]:
    document: dict[str, Any] = ltxspec("plan", *SANDBOX, "--format", "json", *arguments, cwd=project).json
    return {shot["address"].removeprefix("night."): shot for shot in document["shots"]}


def charges(project: Path) -> int:
    import sqlite3

    (database,) = (project / ".ltxspec" / "sandbox").glob("*.sqlite*")
    with sqlite3.connect(database) as connection:
        (count,) = connection.execute("select count(*) from charges").fetchone()
    return int(count)


def test_a_shot_lives_through_edits_renames_and_removal_without_being_paid_for_twice(project: Path) -> None:
    shots(project, alley="rain on a roof", tower="a tower")
    assert "2 rendered" in apply(project)
    assert sorted(path.name for path in (project / "renders" / "sandbox" / "night").iterdir()) == [
        "alley.mp4",
        "tower.mp4",
    ]
    assert apply(project).startswith("No changes.")

    shots(project, alley="snow on a roof", tower="a tower")
    assert plan(project)["alley"]["action"] == "replace"
    apply(project)
    shots(project, alley="rain on a roof", tower="a tower")
    assert plan(project)["alley"]["action"] == "restore"
    apply(project)
    first = (project / "renders" / "sandbox" / "night" / "alley.mp4").resolve()

    shots(project, gate="rain on a roof", tower="a tower")
    assert plan(project)["gate"]["action"] == "move"
    apply(project)
    assert (project / "renders" / "sandbox" / "night" / "gate.mp4").resolve() == first

    shots(project, tower="a tower")
    assert plan(project)["gate"]["action"] == "retire"
    apply(project)
    shots(project, gate="rain on a roof", tower="a tower")
    assert plan(project)["gate"]["action"] == "restore"
    apply(project)
    assert charges(project) == 3
    assert ltxspec("cost", *SANDBOX, "--format", "json", cwd=project).json["total"] == {
        "takes": 3,
        "usd": "1.62",
        "unknown": 0,
    }


def test_a_retake_is_bought_on_request_only_and_any_take_can_be_picked(project: Path) -> None:
    shots(project, alley="rain on a roof")
    apply(project)
    apply(project, "--retake", "night.alley")
    (record,) = ltxspec("show", "night.alley", *SANDBOX, "--format", "json", cwd=project).json["shots"]
    assert [take["current"] for take in record["takes"]] == [False, True]
    ltxspec("pick", "night.alley", "--take", "1", *SANDBOX, cwd=project)
    assert plan(project)["alley"]["action"] == "no-op"
    video = ltxspec("output", "night.alley", *SANDBOX, cwd=project).out.strip()
    assert (project / video).resolve() == (project / "renders" / "sandbox" / "night" / "alley.mp4").resolve()


def test_a_saved_plan_is_applied_as_it_is_or_refused(project: Path) -> None:
    shots(project, alley="rain on a roof")
    ltxspec("plan", *SANDBOX, "-o", "plan.json", cwd=project)
    shots(project, alley="snow on a roof")
    stale = ltxspec("apply", "plan.json", cwd=project, check=4)
    assert "stale" in stale.err
    assert "night.alley" in stale.err
    shots(project, alley="rain on a roof")
    assert "1 rendered" in ltxspec("apply", "plan.json", cwd=project).out


def test_the_limit_refuses_before_anything_is_ordered(project: Path) -> None:
    shots(project, alley="rain on a roof", tower="a tower")
    refused = ltxspec("apply", *SANDBOX, "--auto-approve", "--max-cost", "1.00", cwd=project, check=4)
    assert "$1.08" in refused.err
    assert not (project / ".ltxspec" / "sandbox" / "lockfiles").exists()


def test_an_apply_that_would_spend_needs_somebody_to_approve_it(project: Path) -> None:
    shots(project, alley="rain on a roof")
    refused = ltxspec("apply", cwd=project, check=4, RUNWARE_API_KEY="test")
    assert "--auto-approve" in refused.err


def test_a_refused_shot_is_blocked_until_it_is_edited_or_retried(project: Path) -> None:
    checked = HEAD.replace("fps: 24", "fps: 24, safety: {mode: fast}")
    write_spec(project, checked + "  alley: {prompt: 'a [[unsafe]] thing'}\n  tower: {prompt: a tower}\n")
    apply(project, check=3)
    shown = plan(project)
    assert (shown["alley"]["action"], shown["tower"]["action"]) == ("blocked", "no-op")
    assert plan(project, "--retry", "night.alley")["alley"]["action"] == "create"
    shots(project, alley="something lovely", tower="a tower")
    assert "1 rendered" in apply(project)


def test_events_are_one_json_document_a_line(project: Path) -> None:
    import json

    shots(project, alley="rain on a roof")
    lines = [json.loads(line) for line in apply(project, "--format", "json").splitlines()]
    kinds = [line["type"] for line in lines]
    assert kinds[-1] == "run-finished"
    assert {"shot-submitted", "shot-rendered", "shot-committed"} <= set(kinds)
    assert lines[-1]["summary"]["spent"] == {"usd": "0.54", "unknown": 0}


@pytest.mark.parametrize("collected_first", [True, False])
def test_what_was_in_progress_under_a_name_that_moved_names_joins_its_heir(
    project: Path, *, collected_first: bool
) -> None:
    (project / "ltxspec.toml").write_text("[sandbox]\nspeed = 20\n", encoding="utf-8")
    shots(project, alley="rain on a roof")
    apply(project, "--detach", check=None)
    (project / "ltxspec.toml").write_text("[sandbox]\nspeed = 1000\n", encoding="utf-8")
    write_spec(project, HEAD + "  lane: {prompt: snow on a roof, moved: alley}\n")
    shown = ltxspec("plan", *SANDBOX, cwd=project).err
    assert "`moved: alley` moves nothing yet: `alley` is in progress" in shown
    assert "ltxspec collect" in shown
    if collected_first:
        ltxspec("collect", *SANDBOX, cwd=project)
        assert (plan(project)["lane"]["action"], plan(project)["lane"]["from"]) == ("replace", "alley")
    apply(project)
    after = plan(project)
    if not collected_first:
        assert (after["lane"]["action"], after["lane"]["from"], list(after)) == ("move", "alley", ["lane"])
        assert apply(project).count("recorded") > 0
    assert {name: shot["action"] for name, shot in plan(project).items()} == {"lane": "no-op"}
    (record,) = ltxspec("show", *SANDBOX, "--format", "json", cwd=project).json["shots"]
    assert [take["current"] for take in record["takes"]] == [False, True]
    assert charges(project) == 2
