"""`ltxspec status`: offline unless `--check` is given; read-only."""

import json
from pathlib import Path

from acceptance.commands import REPOSITORY, ltxspec
from jsonschema import Draft202012Validator
from replacing import replace

from ltxspec.project.project import open_project
from ltxspec.storage.state import open_state

SCHEMA = REPOSITORY / "schemas" / "status" / "v1.json"


def files(project: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(project.rglob("*")) if path.is_file()}


def test_the_state_of_a_project_ends_with_its_money(rendered: Path) -> None:
    shown = ltxspec("status", cwd=rendered).out
    assert shown.startswith("night  1 up to date, 2 to render, 1 failed\n")
    assert "failed: 1 shot; `ltxspec why ADDRESS` says what to do\n  night.flagged  " in shown
    assert shown.splitlines()[-1].endswith("$1.08 to render (sandbox: nothing is charged).")
    assert ltxspec("status", "-q", cwd=rendered).out == shown.splitlines(keepends=True)[-1]


def test_its_json_follows_the_published_schema(rendered: Path) -> None:
    document = ltxspec("status", "--format", "json", cwd=rendered).json
    Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(document)
    assert (document["formatVersion"], document["checked"]) == ("1.0", False)


def test_a_check_finds_nothing_in_a_sound_project_and_changes_nothing(rendered: Path) -> None:
    before = files(rendered / ".ltxspec" / "archive")
    checked = ltxspec("status", "--check", cwd=rendered)
    assert "checked: links, videos and tasks are as recorded" in checked.out
    assert files(rendered / ".ltxspec" / "archive") == before


def test_a_check_finds_videos_that_are_missing_or_altered(rendered: Path) -> None:
    link = (rendered / "renders" / "sandbox" / "night" / "alley.mp4").resolve()
    link.chmod(0o600)
    link.write_bytes(b"something else")
    altered = ltxspec("status", "--check", "--format", "json", cwd=rendered, check=3).json
    assert [item["kind"] for item in altered["findings"]] == ["video-altered"]
    link.unlink()
    assert "video missing" in ltxspec("status", "--check", cwd=rendered, check=3).out


def test_a_check_finds_links_that_are_gone(rendered: Path) -> None:
    with open_state(open_project(rendered).paths_of("night")) as state:
        lockfile = state.read_lockfile()
        record = lockfile.shots["alley"]
        gone = "https://sandbox.invalid/video/00000000-0000-4000-8000-000000000009.mp4"
        takes = tuple(replace(take, outputs=(replace(take.outputs[0], video_url=gone),)) for take in record.takes)
        state.write_lockfile(replace(lockfile, shots={**lockfile.shots, "alley": replace(record, takes=takes)}))
    found = ltxspec("status", "--check", "--format", "json", cwd=rendered, check=3).json["findings"]
    assert [(item["kind"], item["address"]) for item in found] == [("link-gone", "night.alley")]


def test_a_take_that_was_never_archived_and_expires_is_named_by_plan_and_status_without_another_digest(
    rendered: Path,
) -> None:
    before = ltxspec("plan", "--format", "json", cwd=rendered).json
    with open_state(open_project(rendered).paths_of("night")) as state:
        lockfile = state.read_lockfile()
        record = lockfile.shots["alley"]
        takes = tuple(
            replace(take, expires_at="2026-11-20T10:00:00Z", outputs=(replace(take.outputs[0], sha256=None),))
            for take in record.takes
        )
        state.write_lockfile(replace(lockfile, shots={**lockfile.shots, "alley": replace(record, takes=takes)}))
    said = "the video of `night.alley` was never archived, and its address expires at 2026-11-20T10:00:00Z"
    assert said in ltxspec("plan", cwd=rendered).err
    after = ltxspec("plan", "--format", "json", cwd=rendered).json
    assert [item["message"] for item in after["diagnostics"] if item["code"] == "unsaved"] == [said]
    assert after["digest"] == before["digest"]
    shown = ltxspec("status", cwd=rendered).out
    assert "link expired, not archived: 1 shot; " in shown
    would = ltxspec("archive", "rescue", "--dry-run", cwd=rendered)
    assert "night.alley: would be fetched; its address expires at 2026-11-20T10:00:00Z\n" in would.err


def test_a_broken_shot_is_named_and_the_others_are_shown(rendered: Path) -> None:
    spec = rendered / "specs" / "night.yaml"
    text = spec.read_text("utf-8")
    spec.write_text(text.replace("shots:\n", "shots:\n  tower: {prompt: 'A {{ towr }}'}\n", 1), "utf-8")
    shown = ltxspec("status", cwd=rendered, check=1)
    assert shown.out.startswith("night  1 up to date, 2 to render, 1 failed\n")
    assert "\nbroken: 1 shot; `ltxspec validate` lists the errors\n  night.tower\n" in shown.out
    assert "`towr` is not defined" in shown.err
    document = ltxspec("status", "--format", "json", cwd=rendered, check=1).json
    Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(document)
    assert (document["broken"], document["diagnostics"][0]["code"]) == (["night.tower"], "undefined-variable")
    assert "night.alley" in [shot["address"] for shot in document["shots"]]


def test_a_spec_that_cannot_be_read_leaves_the_others(rendered: Path) -> None:
    (rendered / "specs" / "odd.yaml").write_text("apiVersion: ltxspec/v1\nshots: [\n", "utf-8")
    shown = ltxspec("status", cwd=rendered, check=1)
    assert shown.out.startswith("night  1 up to date, 2 to render, 1 failed\n")
    assert "specs/odd.yaml" in shown.err
