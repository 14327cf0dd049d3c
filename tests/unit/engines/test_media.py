"""Work on many videos by other machines: the same answers as here, in the same order."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from spreading import Service, project_in

from ltxspec.engines.media import Spread, Work
from ltxspec.errors import LtxspecError
from ltxspec.lock.models import Output
from ltxspec.project.archives.push import Video
from ltxspec.project.project import ProjectContext

NOWHERE = Service("http://127.0.0.1:1/v1")
MISSING = [Output(video_uuid=str(number), sha256=f"{number:064x}", bytes=1) for number in range(20)]


@pytest.fixture
def project(tmp_path: Path) -> ProjectContext:
    (tmp_path / "store").mkdir()
    return project_in(tmp_path / "films", NOWHERE, f'[store]\nurl = "file://{tmp_path}/store"\n')


def run(task: Callable[[bytes], bytes], messages: Sequence[bytes]) -> Iterator[bytes]:
    return map(task, messages)


def spread(project: ProjectContext, work: Work, *, shared: bool = True) -> Spread:
    return Spread(project, work, 2, str(project.root) if shared else None, run)


def test_every_video_is_looked_at_in_its_order(project: ProjectContext) -> None:
    seen = list(spread(project, "look here").looked([*MISSING, Output(video_uuid="none")]))
    assert len(seen) == 21
    assert seen[-1] == "never archived"
    assert all(seen)


@pytest.mark.parametrize("work", ["look there", "download"])
def test_machines_that_share_nothing_look_into_the_store(project: ProjectContext, work: Work) -> None:
    assert all(spread(project, work, shared=False).looked(MISSING))


def test_a_video_that_cannot_be_sent_does_not_keep_others_back(project: ProjectContext, tmp_path: Path) -> None:
    good, bad = tmp_path / "a.mp4", tmp_path / "b.mp4"
    good.write_bytes(b"")
    bad.write_bytes(b"other bytes")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    videos = [Video("f" * 64, "night.b", bad, 11, damaged=False), Video(empty, "night.a", good, 0, damaged=False)]
    refused, sent = spread(project, "send").sent(videos)
    assert isinstance(refused, LtxspecError)
    assert sent is None


def test_machines_without_a_store_are_one_error(tmp_path: Path) -> None:
    with pytest.raises(LtxspecError, match="there is no store"):
        list(spread(project_in(tmp_path / "films", NOWHERE), "look there").looked(MISSING))
