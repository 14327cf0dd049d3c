"""The archive of a machine that keeps nothing: a video counts when it is in the store, and not before."""

from pathlib import Path

import pytest
from small_films import write_small_animatic
from spreading import Service, project_in

from ltxspec.engines.far_archive import FarArchive
from ltxspec.errors import Refused, StorageError
from ltxspec.media.specs import AnimaticSpec
from ltxspec.project.adapters import open_archive
from ltxspec.project.project import ProjectContext

NOWHERE = Service("http://127.0.0.1:1/v1")
NAME = "task.0-00000000"


@pytest.fixture
def project(tmp_path: Path) -> ProjectContext:
    (tmp_path / "store").mkdir()
    return project_in(tmp_path / "films", NOWHERE, f'[store]\nurl = "file://{tmp_path}/store"\n')


def download(archive: FarArchive, folder: Path) -> None:
    film = folder / "film.mp4"
    write_small_animatic(AnimaticSpec(160, 90, 1.0, 24.0, prompt="a", label="b"), film)
    archive.begin(NAME).write(film.read_bytes())


def stored(folder: Path) -> list[str]:
    return [path.name for path in (folder / "store/videos").glob("??/*")]


def test_a_finished_video_is_in_the_store(project: ProjectContext, tmp_path: Path) -> None:
    archive = FarArchive(project, open_archive(project))
    download(archive, tmp_path)
    done = archive.finish(NAME)
    assert stored(tmp_path) == [done.sha256]
    assert archive.has(done.sha256)
    known = archive.recall(NAME)  # it was not recorded yet
    assert known is not None
    assert known.sha256 == done.sha256
    archive.forget([NAME])
    assert archive.recall(NAME) is None
    assert archive.claim("former", NAME) is None


def test_a_store_that_fails_is_a_video_that_does_not_count(project: ProjectContext, tmp_path: Path) -> None:
    archive = FarArchive(project, open_archive(project))
    download(archive, tmp_path)
    (tmp_path / "store/videos").write_text("no folder")
    with pytest.raises(StorageError):
        archive.finish(NAME)
    (tmp_path / "store/videos").unlink()
    assert archive.recall(NAME) is not None  # sent now
    assert len(stored(tmp_path)) == 1


def test_without_a_store_there_is_none(tmp_path: Path) -> None:
    project = project_in(tmp_path / "films", NOWHERE)
    with pytest.raises(Refused, match="no store"):
        FarArchive(project, open_archive(project))
