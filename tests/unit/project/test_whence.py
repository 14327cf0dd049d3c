"""A video is found by its bytes, in every lockfile, wherever it lies; what is not found says what was searched."""

import hashlib
import os
import shutil
from pathlib import Path

import pytest
from acceptance.commands import write_spec
from acceptance.repositories import commit, git
from builders import lockfile, record, take, task
from replacing import replace
from unit.project.projects import path_of, project

from ltxspec.errors import WrongUsage
from ltxspec.lock.codec import encode_lockfile
from ltxspec.lock.models import Lockfile, Take
from ltxspec.project import whence as searching
from ltxspec.project.links import relink
from ltxspec.project.project import ProjectContext
from ltxspec.project.sidecars import WHOLE
from ltxspec.project.whence import Origin, UnknownVideo, whence

SPEC = "model: lightricks:ltx@2.5-fast\nshots:\n  alley: {prompt: Rain}\n"


def filmed(content: str, number: int = 1) -> Take:
    made = take(content, number=number)
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    return replace(made, outputs=(*made.outputs, replace(made.outputs[0], sha256=sha256)))


def video(folder: Path, content: str) -> Path:
    path = folder / "final-3.mp4"
    path.write_text(content)
    return path


def found(opened: ProjectContext, file: Path, *, history: bool = False) -> list[Origin]:
    return [*whence(opened, file, file.name, history=history).origins]


def refused(opened: ProjectContext, file: Path, *, history: bool = False) -> UnknownVideo:
    with pytest.raises(UnknownVideo) as caught:
        whence(opened, file, file.name, history=history)
    return caught.value


def test_an_earlier_take_is_found_with_its_line_number_and_result(tmp_path: Path) -> None:
    write_spec(tmp_path, SPEC)
    opened = project(tmp_path, lockfile(alley=record(filmed("old"), filmed("new", 2), current=2)))
    (old,) = found(opened, video(tmp_path, "old"))
    assert (str(old.address), old.number, old.takes, old.result, old.current) == ("night.alley", 1, 2, 2, False)
    assert (old.lockfile, str(old.place), old.provider) == (
        "lockfiles/night.lock.json",
        "specs/night.yaml:6",
        "runware",
    )
    (new,) = found(opened, video(tmp_path, "new"))
    assert (new.number, new.current, new.retired) == (2, True, False)


def test_takes_of_other_specs_and_providers_are_found_those_in_use_first(tmp_path: Path) -> None:
    opened = project(
        tmp_path,
        lockfile({"gone": record(filmed("film"))}, alley=record(take(number=7), filmed("film", 2), current=7)),
        Lockfile("runware", "quay", {"boat": record(filmed("film", 3))}),
    )
    free = path_of(opened.on("sandbox"))
    free.parent.mkdir(parents=True)
    free.write_bytes(encode_lockfile(Lockfile("sandbox", "night", {"alley": record(filmed("film", 4))})))
    origins = found(opened, video(tmp_path, "film"))
    assert [(str(one.address), one.provider, one.current, one.retired) for one in origins] == [
        ("night.alley", "sandbox", True, False),
        ("quay.boat", "runware", True, False),
        ("night.alley", "runware", False, False),
        ("night.gone", "runware", False, True),
    ]
    assert [one.place for one in origins] == [None] * 4


def test_a_shot_that_is_gone_has_the_line_where_it_was(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    write_spec(tmp_path, SPEC)
    opened = project(tmp_path, lockfile(alley=record(filmed("film"))))
    commit(tmp_path, "made")
    head = git(tmp_path, "rev-parse", "HEAD").stdout.strip()
    shutil.rmtree(tmp_path / "specs")
    project(tmp_path, lockfile({"alley": record(filmed("film"))}))
    commit(tmp_path, "gone")
    (one,) = found(opened, video(tmp_path, "film"))
    assert (one.retired, one.recorded_in, str(one.place)) == (True, head, f"specs/night.yaml:6 at commit {head[:12]}")


def test_a_take_that_no_lockfile_has_any_more_is_found_in_the_history(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    write_spec(tmp_path, SPEC)
    commit(tmp_path, "begin")
    git(tmp_path, "checkout", "--quiet", "-b", "side")
    opened = project(tmp_path, lockfile(alley=record(filmed("film"))))
    (tmp_path / "lockfiles" / "foreign.lock.json").write_text(hashlib.sha256(b"film").hexdigest())
    commit(tmp_path, "made")
    head = git(tmp_path, "rev-parse", "HEAD").stdout.strip()
    git(tmp_path, "checkout", "--quiet", "main")
    film = video(tmp_path, "film")
    error = refused(opened, film)
    assert error.summary == "no lockfile records `final-3.mp4`; searched: 0 lockfiles of the working tree"
    assert error.hint is not None
    assert error.hint.startswith("`--history` also searches the lockfiles of earlier commits and other branches; ")
    (one,) = found(opened, film, history=True)
    assert (str(one.address), one.found_in, one.recorded_in) == ("night.alley", head, head)
    assert str(one.place) == "specs/night.yaml:6"
    film.write_text("another")
    error = refused(opened, film, history=True)
    assert error.summary.endswith("and those of every commit of every branch and tag")
    assert "--history" not in str(error.hint)


def test_a_take_that_was_removed_from_its_lockfile_is_still_named_by_its_sidecar(tmp_path: Path) -> None:
    opened = project(tmp_path)
    sha256 = hashlib.sha256(b"film").hexdigest()
    place = tmp_path / ".ltxspec" / "archive" / sha256[:2] / f"{sha256}.mp4"
    place.parent.mkdir(parents=True)
    place.write_text("film")
    relink(opened, [lockfile(alley=record(filmed("film")))])
    assert str(refused(opened, place).hint).startswith(
        f"its sidecar in the archive names `night.alley`, task {task(1)}"
    )
    other = replace(opened, config=replace(opened.config, project=replace(opened.config.project, id="other")))
    relink(other, [Lockfile("runware", "quay", {"boat": record(filmed("film", 2))})], WHOLE)
    assert "names `quay.boat` of project `other`, task" in str(refused(opened, place).hint)


def test_lockfiles_that_cannot_be_read_are_named_and_hide_no_others(tmp_path: Path) -> None:
    opened = project(tmp_path, lockfile(alley=record(filmed("film"))))
    (tmp_path / "lockfiles" / "day.lock.json").write_text("{")
    answer = whence(opened, video(tmp_path, "film"), "film")
    assert (len(answer.origins), [error.code for error in answer.unreadable]) == (1, ["lockfile"])
    error = refused(opened, video(tmp_path, "other"))
    assert "1 lockfile of the working tree (1 other cannot be read)" in error.summary


@pytest.mark.parametrize("start", [b"\x89PNG\r\n", b"\xff\xd8\xff\xe0", b"GIF89a"])
def test_a_picture_is_refused_with_what_to_name_instead(tmp_path: Path, start: bytes) -> None:
    picture = tmp_path / "still.png"
    picture.write_bytes(start)
    error = refused(project(tmp_path), picture)
    assert error.summary == "`still.png` is a picture: only videos are recorded, by the hash of their bytes"
    assert error.hint == "a frame or a still has no record of its own; name the video that it was cut from"


def test_what_cannot_be_read_is_wrong_usage(tmp_path: Path) -> None:
    opened = project(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    for name in ("none.mp4", "pipe", "."):
        with pytest.raises(WrongUsage, match="cannot be read"):
            whence(opened, tmp_path / name, name)
    with pytest.raises(WrongUsage, match="it is not a valid file name"):
        whence(opened, tmp_path / "a\0b", "a\0b")


def test_without_the_extra_the_error_says_how_copies_are_recognized(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "is_installed", lambda: False)
    error = refused(project(tmp_path), video(tmp_path, "film"))
    assert error.hint is not None
    assert error.hint.endswith("labelled copies are recognized with `pip install 'ltxspec[c2pa]'`")
