"""Where a labelled copy may be written, and that what was paid for is never reached through it."""

import os
from pathlib import Path

import pytest
import signers
from builders import lockfile, record, take
from replacing import replace
from small_films import write_small_animatic
from unit.project.projects import project

from ltxspec.errors import LtxspecError, StorageError, WrongUsage
from ltxspec.media.labels import LabelError
from ltxspec.media.specs import AnimaticSpec, Container
from ltxspec.project.label import LabelOptions, label_take
from ltxspec.project.project import ProjectContext
from ltxspec.storage.videos import hash_of


def made(folder: Path, kind: Container) -> tuple[ProjectContext, Path]:
    """A project with one archived take, and its video."""
    film = folder / f"film.{kind}"
    write_small_animatic(AnimaticSpec(160, 96, 1, 24, kind, audio=False, prompt="Rain"), film)
    sha256 = hash_of(film)
    video = folder / ".ltxspec" / "archive" / sha256[:2] / f"{sha256}.{kind}"
    video.parent.mkdir(parents=True)
    film.rename(video)
    shot = take()
    shot = replace(shot, outputs=(replace(shot.outputs[0], sha256=sha256, bytes=video.stat().st_size),))
    return project(folder, lockfile(alley=record(shot))), video


OPTIONS = LabelOptions(*signers.signer())


def test_a_copy_replaces_a_link_to_the_archive_and_not_what_it_leads_to(tmp_path: Path) -> None:
    opened, video = made(tmp_path, "mov")
    before = hash_of(video)
    (tmp_path / "link.mov").symlink_to(video)
    os.link(video, tmp_path / "hard.mov")
    for name in ("link.mov", "hard.mov", "new.MOV"):
        copy = label_take(opened, "night.alley", tmp_path / name, OPTIONS)
        assert (copy.label.sha256, copy.sha256) == (before, hash_of(tmp_path / name))
        assert (copy.video.number, copy.sha256 == before) == (1, False)
    assert hash_of(video) == before
    assert not (tmp_path / "link.mov").is_symlink()


def test_a_video_that_cannot_hold_a_label_says_what_can(tmp_path: Path) -> None:
    opened, _ = made(tmp_path, "webm")
    with pytest.raises(LabelError, match="a WEBM file cannot hold a C2PA label") as caught:
        label_take(opened, "night.alley", tmp_path / "copy.webm", OPTIONS)
    assert caught.value.hint == "render or convert to MP4 or MOV what is to be published"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("copy.mp4", WrongUsage),
        ("none/copy.mov", StorageError),
        (".ltxspec/archive/copy.mov", WrongUsage),
        ("into/copy.mov", WrongUsage),
    ],
)
def test_a_copy_is_not_written_where_the_videos_are_or_under_another_kind_of_name(
    tmp_path: Path, name: str, kind: type[LtxspecError]
) -> None:
    opened, _ = made(tmp_path, "mov")
    (tmp_path / "into").symlink_to(tmp_path / ".ltxspec" / "archive")
    with pytest.raises(kind):
        label_take(opened, "night.alley", tmp_path / name, OPTIONS)
    assert list(tmp_path.rglob("copy.m*")) == []


def test_a_video_that_was_altered_is_not_labelled(tmp_path: Path) -> None:
    opened, video = made(tmp_path, "mov")
    video.write_bytes(video.read_bytes() + b" ")
    with pytest.raises(LtxspecError, match="has changed since it was archived"):
        label_take(opened, "night.alley", tmp_path / "copy.mov", OPTIONS)
    assert not (tmp_path / "copy.mov").exists()
