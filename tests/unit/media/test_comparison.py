from pathlib import Path

import pytest

from ltxspec.errors import MediaError
from ltxspec.media.animatic import AnimaticSpec, write_animatic
from ltxspec.media.comparison import Filmed, compare


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("videos")
    shapes = {"short": (2.0, 25.0), "long": (4.0, 10.0)}
    for name, (seconds, fps) in shapes.items():
        write_animatic(AnimaticSpec(192, 108, seconds, fps, prompt=name), folder / f"{name}.mp4")
    return {name: folder / f"{name}.mp4" for name in shapes}


def times(filmed: Filmed | None) -> list[float]:
    assert filmed is not None
    return [round(still.seconds, 2) for still in filmed.stills]


def test_stills_of_both_sides_are_of_the_same_times_and_a_shorter_video_ends_with_its_last(
    videos: dict[str, Path],
) -> None:
    before, after = compare(videos["short"], videos["long"])
    assert times(after) == [0, 1.9, 3.9]
    assert times(before) == pytest.approx([0, 1.95, 1.96], abs=0.03)


def test_a_side_without_a_file_has_no_stills(videos: dict[str, Path]) -> None:
    before, after = compare(None, videos["short"], width=64)
    assert before is None
    assert times(after) == pytest.approx([0, 0.96, 1.96], abs=0.03)
    assert after is not None
    assert {(still.width, still.height) for still in after.stills} == {(64, 36)}
    assert (after.info.frames, after.info.fps) == (50, 25)


def test_nothing_on_both_sides_is_nothing() -> None:
    assert compare(None, None) == (None, None)


def test_other_shares_of_the_length_can_be_asked_for(videos: dict[str, Path]) -> None:
    _, after = compare(None, videos["long"], [0.25])
    assert times(after) == pytest.approx([1.0], abs=0.06)


def test_a_file_that_is_no_video_is_a_media_error(tmp_path: Path, videos: dict[str, Path]) -> None:
    (tmp_path / "page.mp4").write_text("<html>")
    with pytest.raises(MediaError):
        compare(tmp_path / "page.mp4", videos["short"])
