"""`ltxspec whence` and the sidecars of the archive, as a user meets them."""

import json
import shutil
from pathlib import Path
from typing import Any

from acceptance.commands import ltxspec, write_spec
from acceptance.repositories import commit, git


def sidecars(project: Path) -> list[Any]:
    return [json.loads(path.read_text()) for path in sorted((project / ".ltxspec" / "archive").glob("??/*.json"))]


def test_every_archived_video_has_a_sidecar_beside_it_also_after_it_was_fetched_again(rendered: Path) -> None:
    videos = sorted((rendered / ".ltxspec" / "archive").glob("??/*.mp4"))
    assert [path.with_suffix(".json").is_file() for path in videos] == [True, True]
    before = sidecars(rendered)
    assert [(found["takes"][0]["spec"], found["takes"][0]["shot"]) for found in before] == [("night", "alley")] * 2
    assert {found["takes"][0]["prompt"] for found in before} == {"Rain over Rome"}
    videos[0].with_suffix(".json").unlink()
    ltxspec("archive", "pull", cwd=rendered)
    assert sidecars(rendered) == before
    shutil.rmtree(rendered / ".ltxspec" / "archive")
    ltxspec("archive", "pull", cwd=rendered)
    assert sidecars(rendered) == before


def test_a_run_notes_what_was_checked_out_and_a_pull_which_commit_recorded_it(project: Path) -> None:
    git(project, "init", "--quiet", "--initial-branch=main")
    (project / ".gitignore").write_text(".ltxspec/sandbox/state*\n")
    commit(project, "begin")
    head = git(project, "rev-parse", "HEAD").stdout.strip()
    ltxspec("apply", "--target", "night.alley", cwd=project)
    (found,) = sidecars(project)
    assert [(take["commit"], take["recordedIn"]) for take in found["takes"]] == [(head, None)]
    git(project, "add", "--force", ".ltxspec/sandbox/lockfiles")
    git(project, "commit", "--quiet", "--message=made")
    ltxspec("archive", "pull", cwd=project)
    (found,) = sidecars(project)
    recorded = git(project, "rev-parse", "HEAD").stdout.strip()
    assert [(take["commit"], take["recordedIn"]) for take in found["takes"]] == [(head, recorded)]
    write_spec(project, "model: lightricks:ltx@2.5-fast\nshots: {other: {prompt: Sun}}\n")
    shown = ltxspec("whence", "renders/sandbox/night/alley.mp4", cwd=project).out
    assert f"specs/night.yaml:8 at commit {recorded[:12]}, gone since" in shown


def test_a_copy_elsewhere_is_found_with_its_line_and_take(rendered: Path, tmp_path: Path) -> None:
    first, second = (path.resolve() for path in sorted((rendered / ".ltxspec" / "archive").glob("??/*.mp4")))
    takes = ltxspec("show", "night.alley", "--format", "json", cwd=rendered).json["shots"][0]["takes"]
    by_hash = {take["outputs"][0]["sha256"]: take["take"] for take in takes}
    for video in (first, second):
        copy = tmp_path / "some film.mp4"
        shutil.copyfile(video, copy)
        (found,) = ltxspec("whence", str(copy), "--format", "json", cwd=rendered).json["takes"]
        assert found["take"] == by_hash[video.stem]
        assert (found["source"]["file"], found["source"]["line"], found["sourceCommit"]) == (
            "specs/night.yaml",
            8,
            None,
        )
    text = ltxspec("whence", "renders/sandbox/night/alley.mp4", cwd=rendered).out
    lines = text.splitlines()
    assert lines[2] == "night.alley  take 2 of 2, current"
    assert lines[3] == "  spec      specs/night.yaml:8"
    assert lines[-1] == "  prompt    Rain over Rome"


def test_what_nothing_records_is_an_error_that_says_what_was_searched(rendered: Path) -> None:
    (rendered / "x.mp4").write_bytes(b"x")
    done = ltxspec("whence", "x.mp4", "--format", "json", cwd=rendered, check=1)
    assert done.json["error"]["code"] == "unknown-video"
    assert "no lockfile records `x.mp4`; searched: 1 lockfile of the working tree" in done.err
    assert "cannot be read" in ltxspec("whence", "none.mp4", cwd=rendered, check=64).err
