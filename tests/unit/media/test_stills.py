import io
from pathlib import Path

import pytest
from PIL import Image

from ltxspec.errors import MediaError
from ltxspec.media.animatic import AnimaticSpec, write_animatic
from ltxspec.media.specs import Container
from ltxspec.media.stills import stills, stills_at


@pytest.fixture(scope="module", params=["mp4", "webm"])
def video(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    container: Container = request.param
    path = tmp_path_factory.mktemp("stills") / f"video.{container}"
    write_animatic(AnimaticSpec(640, 360, 4, 25, container, prompt="Rain"), path)
    return path


def test_fractions_name_frames_from_first_to_last(video: Path) -> None:
    assert [still.seconds for still in stills(video, [0, 0.5, 1])] == pytest.approx([0, 1.98, 3.96], abs=0.021)


def test_stills_come_in_the_order_asked_and_twice_if_asked_twice(video: Path) -> None:
    cut = stills(video, [1, 0, 1])
    assert cut[0] == cut[2]
    assert cut[0].seconds > cut[1].seconds


def test_seconds_beyond_the_end_give_the_last_frame(video: Path) -> None:
    assert [still.seconds for still in stills_at(video, [-1, 1.0, 99])] == pytest.approx([0, 1, 3.96], abs=0.021)


@pytest.mark.parametrize(("width", "size"), [(160, (160, 90)), (2000, (640, 360))])
def test_stills_are_scaled_down_and_never_up(video: Path, width: int, size: tuple[int, int]) -> None:
    (still,) = stills(video, [0.5], width=width)
    with Image.open(io.BytesIO(still.jpeg)) as image:
        assert (image.format, image.size) == ("JPEG", size)
    assert (still.width, still.height) == size


def test_bytes_work_as_well_as_a_file(video: Path) -> None:
    assert stills(video.read_bytes(), [0.3]) == stills(video, [0.3])


def test_what_is_no_video_is_a_media_error(tmp_path: Path) -> None:
    (tmp_path / "page.mp4").write_text("<html>")
    with pytest.raises(MediaError, match="web page"):
        stills(tmp_path / "page.mp4", [0])
