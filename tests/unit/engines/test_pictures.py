"""Pictures made by other machines: the same as here, whether these see the archive or not."""

from fractions import Fraction
from pathlib import Path
from typing import cast

import pytest
from storyboards import Films

from ltxspec.engines.messages import Failure, pack, unpack
from ltxspec.engines.pictures import Order, Spread, Video, make
from ltxspec.errors import LtxspecError, MediaError
from ltxspec.media.film import Clip
from ltxspec.media.specs import AnimaticSpec
from ltxspec.project.picture_makers import HERE


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    films = Films(tmp_path_factory.mktemp("films"))
    found = films.find(str(films.make("A", width=96, height=54, seconds=0.4).sha256))
    assert found is not None
    return found


@pytest.mark.parametrize("shared", [True, False])
def test_stills_are_the_same_as_here(video: Path, *, shared: bool) -> None:
    there = Spread(shared, make)
    assert there.compare(None, video, width=48) == HERE.compare(None, video, width=48)
    assert there.compare(video, video, width=48) == HERE.compare(video, video, width=48)
    assert there.cut(video, "last", width=48) == HERE.cut(video, "last", width=48)


def test_a_machine_that_does_not_see_the_archive_reads_none_of_its_files(video: Path) -> None:
    sent: list[Order] = []

    def note(message: bytes) -> bytes:
        sent.append(cast("Order", unpack(message)))
        return make(message)

    Spread(shared=False, run=note).cut(video, "first", width=48)
    Spread(shared=True, run=note).cut(video, "first", width=48)
    assert [order.videos for order in sent] == [
        (Video(video.name, None, video.read_bytes()),),
        (Video(video.name, video, None),),
    ]


def test_previews_are_drawn_elsewhere() -> None:
    clip = Clip(AnimaticSpec(96, 54, 0.4, 10, prompt="rain", label="preview"), (96, 54), Fraction(10))
    assert Spread(shared=False, run=make).draw(clip)[4:8] == b"ftyp"


@pytest.mark.parametrize("shared", [True, False])
def test_a_video_that_cannot_be_read_is_one_here_as_well(tmp_path: Path, *, shared: bool) -> None:
    broken = tmp_path / "broken.mp4"
    with pytest.raises(MediaError, match=r"`broken\.mp4` cannot be read"):
        Spread(shared, make).cut(broken, "first", width=48)
    broken.write_bytes(b"no video")
    with pytest.raises(MediaError, match=r"`broken\.mp4` is not"):
        Spread(shared, make).compare(None, broken, width=48)


def test_a_machine_that_cannot_work_is_no_broken_video(video: Path) -> None:
    def full(_: bytes) -> bytes:
        return pack(Failure("storage", "the disk is full"))

    with pytest.raises(LtxspecError, match="the disk is full") as caught:
        Spread(shared=True, run=full).cut(video, "first", width=48)
    assert not isinstance(caught.value, MediaError)
