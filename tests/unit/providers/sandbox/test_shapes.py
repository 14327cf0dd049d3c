from typing import Any

import pytest

from ltxspec.catalog.media_facts import MediaFacts
from ltxspec.providers.sandbox.shapes import shape_of

SOURCE = MediaFacts("video", "MP4", 1, 1280, 720, seconds=8.0, fps=30.0)
UPRIGHT = MediaFacts("video", "MP4", 1, 720, 1280, seconds=4.0)


@pytest.mark.parametrize("given", [1920.0, 1920])
def test_whole_numbers_may_be_written_as_floats(given: float) -> None:
    assert shape_of({"width": given, "height": 1080, "duration": 8.0, "fps": 25}) == (1920, 1080, 8.0, 25)
    assert isinstance(shape_of({"width": given})[0], int)


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ({}, (1280, 720)),
        ({"resolution": "1080p"}, (1920, 1080)),
        ({"resolution": "480p"}, (854, 480)),
        ({"resolution": "4K"}, (3840, 2160)),
        ({"resolution": "2k"}, (2560, 1440)),
        ({"resolution": "1080p", "aspectRatio": "9:16"}, (1080, 1920)),
        ({"resolution": "720p", "aspectRatio": "1:1"}, (720, 720)),
        ({"resolution": "720p", "aspectRatio": "0:0"}, (1280, 720)),
        ({"resolution": "1024x576"}, (1024, 576)),
        ({"resolution": "0x0"}, (1280, 720)),
        ({"resolution": "auto"}, (1280, 720)),
        ({"resolution": None}, (1280, 720)),
        ({"resolution": "1080p", "width": 640, "height": 360}, (640, 360)),
    ],
)
def test_a_class_of_resolution_is_a_size(asked: dict[str, Any], size: tuple[int, int]) -> None:
    assert shape_of(asked) == (*size, 6, 25)


def test_a_video_that_is_worked_on_gives_what_the_order_leaves_out() -> None:
    assert shape_of({}, SOURCE) == (1280, 720, 8.0, 30.0)
    assert shape_of({"upscaleFactor": 2}, SOURCE) == (2560, 1440, 8.0, 30.0)
    assert shape_of({"upscaleFactor": 16}, SOURCE)[:2] == (7680, 4320)
    assert shape_of({"resolution": "1080p"}, UPRIGHT) == (1080, 1920, 4.0, 25)
    assert shape_of({"duration": 5, "fps": 24, "width": 640, "height": 480}, SOURCE) == (640, 480, 5, 24)
    assert shape_of({}, MediaFacts("video", "MP4", 1)) == (1280, 720, 6, 25)
