import io
from fractions import Fraction
from itertools import pairwise

import pytest
from PIL import Image, ImageChops

from ltxspec.media.drawing import Scene, planes_of
from ltxspec.media.specs import AnimaticSpec


def scene(seed: int = 0, total: int = 50, size: tuple[int, int] = (320, 180)) -> Scene:
    spec = AnimaticSpec(*size, total / 25, 25, prompt="Rain", label="night.alley", seed=seed)
    return Scene(spec, total, Fraction(25))


def middle(picture: Image.Image) -> Image.Image:
    """The part without words."""
    return picture.crop((0, picture.height // 3, picture.width, picture.height // 2))


@pytest.mark.parametrize(("colour", "luma"), [("black", 16), ("white", 235)])
def test_colours_are_of_limited_range(colour: str, luma: int) -> None:
    planes = planes_of(Image.new("RGB", (32, 16), colour))
    assert [plane.size for plane in planes] == [(32, 16), (16, 8), (16, 8)]
    assert [plane.getpixel((3, 3)) for plane in planes] == [luma, 128, 128]


@pytest.mark.parametrize("size", [(320, 180), (180, 320), (64, 64), (3840, 2160)])
def test_every_frame_has_planes_of_its_size(size: tuple[int, int]) -> None:
    for number in (0, 49):
        luma, blue, red = scene(size=size).frame(number)
        assert luma.size == size
        assert blue.size == red.size == (size[0] // 2, size[1] // 2)


def test_frames_can_be_drawn_in_any_order() -> None:
    one = scene()
    later = one.frame(30)
    one.frame(2)
    assert [plane.tobytes() for plane in one.frame(30)] == [plane.tobytes() for plane in later]


def test_the_camera_moves_evenly_over_the_picture() -> None:
    one = scene()
    frames = [middle(one.frame(number)[0]) for number in (0, 25, 49)]
    assert all(ImageChops.difference(a, b).getbbox() for a, b in pairwise(frames))


def test_results_of_one_prompt_drift_in_opposite_directions() -> None:
    first, second = scene(seed=0), scene(seed=1)
    assert first._window(0)[0].size == second._window(0)[0].size
    assert first._reverse is not second._reverse


@pytest.mark.parametrize("other", [1, 2, 12, 24, 12 * 17])
def test_another_take_of_a_given_picture_is_another_video(other: int) -> None:
    noise = Image.effect_noise((320, 180), 90).convert("RGB")
    data = io.BytesIO()
    noise.save(data, "PNG")

    def last(seed: int) -> list[bytes]:
        spec = AnimaticSpec(320, 180, 2, 25, prompt="Rain", label="a", seed=seed, first_frame=data.getvalue())
        return [plane.tobytes() for plane in Scene(spec, 50, Fraction(25)).frame(49)]

    assert last(5) == last(5)
    assert last(5) != last(5 + other)


def test_the_bar_is_full_on_the_last_frame() -> None:
    one = scene()
    left, top, right, _ = one._bar
    row = one.frame(49)[0].crop((left, top, right, top + 1))
    assert len(set(row.tobytes())) == 1
    assert len(set(one.frame(10)[0].crop((left, top, right, top + 1)).tobytes())) == 2
