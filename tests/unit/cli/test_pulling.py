import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from acceptance.commands import quick, write_spec
from unit.cli.projects import recorded

from ltxspec.cli.project import Project, open_project
from ltxspec.cli.pulling import pull_missing
from ltxspec.cli.session import Session
from ltxspec.cli.wiring import local_places
from ltxspec.lock.codec import encode_lockfile

SPEC = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720}\nshots: {alley: {prompt: Rain.}}\n"


@pytest.fixture
def opened(tmp_path: Path) -> Project:
    """A project on the sandbox with one take whose video is not home, nor its hash known."""
    (tmp_path / "ltxspec.toml").write_text('[provider]\nname = "sandbox"\n[sandbox]\nspeed = 1000\n')
    write_spec(tmp_path, SPEC)
    quick("apply", cwd=tmp_path)
    project = open_project(Session(str(tmp_path)))
    lockfile = recorded(project)
    (take,) = lockfile.shots["alley"].takes
    outputs = tuple(replace(output, sha256=None, bytes=None) for output in take.outputs)
    shots = {"alley": lockfile.shots["alley"].with_take(replace(take, outputs=outputs))}
    project.paths_of("night").lockfile.write_bytes(encode_lockfile(replace(lockfile, shots=shots)))
    for video in (tmp_path / ".ltxspec" / "archive").glob("*/*.mp4"):
        video.unlink()
    return project


def pull(project: Project, address: str | None = None) -> tuple[tuple[int, int], list[str]]:
    said: list[str] = []
    return asyncio.run(pull_missing(project, address, said.append)), said


def test_a_missing_video_comes_home_and_its_hash_is_written_down(opened: Project) -> None:
    assert pull(opened) == ((1, 0), ["night.alley: home"])
    (output,) = recorded(opened).shots["alley"].takes[0].outputs
    assert output.sha256 in local_places(opened)
    assert (opened.renders / "night" / "alley.mp4").resolve().stat().st_size == output.bytes
    assert pull(opened, "night.alley") == ((0, 0), [])


def test_a_video_that_cannot_be_had_is_told_and_its_take_kept(opened: Project) -> None:
    lockfile = recorded(opened)
    (take,) = lockfile.shots["alley"].takes
    gone = replace(take, outputs=(replace(take.outputs[0], video_url="http://sandbox.invalid/video/none.mp4"),))
    shots = {"alley": lockfile.shots["alley"].with_take(gone)}
    opened.paths_of("night").lockfile.write_bytes(encode_lockfile(replace(lockfile, shots=shots)))
    (done, failed), said = pull(opened)
    assert (done, failed, len(said)) == (0, 1, 1)
    assert recorded(opened).shots["alley"].takes == (gone,)
