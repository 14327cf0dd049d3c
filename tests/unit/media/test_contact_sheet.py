import io

import pytest
from PIL import Image

from ltxspec.media import contact_sheet as module
from ltxspec.media.contact_sheet import Frame, Sheet, SheetShot, SheetSide, contact_sheet

RED, BLUE = (200, 0, 0), (0, 0, 200)


def frames(color: tuple[int, int, int], count: int = 3, size: tuple[int, int] = (160, 90)) -> tuple[Frame, ...]:
    buffer = io.BytesIO()
    Image.new("RGB", size, color).save(buffer, "JPEG", quality=95)
    return tuple(Frame(buffer.getvalue(), f"{number}.00 s") for number in range(count))


def shot(name: str = "night.alley", **sides: SheetSide) -> SheetShot:
    usual = {"before": SheetSide("Before  $0.48", frames(RED)), "after": SheetSide("After  $0.96", frames(BLUE))}
    return SheetShot(name, "Rendered, $0.96", **(usual | sides))


def picture(sheet: Sheet) -> Image.Image:
    data = contact_sheet(sheet)
    assert data.startswith(b"\x89PNG")
    return Image.open(io.BytesIO(data)).convert("RGB")


def share(image: Image.Image, color: tuple[int, int, int], box: tuple[float, float]) -> float:
    """How much of a part of the picture, between two shares of its width, is like a colour."""
    part = image.crop((round(image.width * box[0]), 0, round(image.width * box[1]), image.height))
    pixels = part.tobytes()
    alike = sum(
        all(abs(pixels[at + plane] - color[plane]) < 40 for plane in range(3)) for at in range(0, len(pixels), 3)
    )
    return alike / (part.width * part.height)


def test_before_is_on_the_left_and_after_on_the_right() -> None:
    image = picture(Sheet("Two shots", [shot(), shot("night.temple")], still_width=100))
    left, right = (0.0, 0.5), (0.5, 1.0)
    assert share(image, RED, left) > 0.2
    assert share(image, BLUE, right) > 0.2
    assert share(image, RED, right) == share(image, BLUE, left) == 0


def test_a_sheet_is_as_wide_as_its_stills_need() -> None:
    short = shot(before=SheetSide("Before", note="New"), after=SheetSide("After", frames(BLUE, 1)))
    one, three = (picture(Sheet("", [short], still_width=100, stills=least)) for least in (1, 3))
    assert three.width - one.width == 2 * 2 * (100 + 6)
    assert one.height == three.height


def test_a_side_without_frames_says_why_in_a_card() -> None:
    card, nothing = (
        picture(Sheet("", [shot(after=SheetSide("After", note=note))], still_width=100))
        for note in ("Not yet rendered", "")
    )
    assert share(card, BLUE, (0.5, 1.0)) == 0
    assert share(card, (242, 242, 239), (0.5, 1.0)) > share(nothing, (242, 242, 239), (0.5, 1.0))


def test_portrait_stills_keep_their_shape() -> None:
    tall = SheetSide("After", frames(BLUE, size=(90, 160)))
    wide, high = picture(Sheet("", [shot()], 90)), picture(Sheet("", [shot(after=tall)], 90))
    assert high.height - wide.height == pytest.approx(160 - 51, abs=1)


def test_shots_without_room_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    shots = [shot(f"night.{number}") for number in range(9)]
    every = picture(Sheet("Nine", shots, still_width=60))
    monkeypatch.setattr(module, "_TALLEST", every.height // 2)
    some = picture(Sheet("Nine", shots, still_width=60))
    assert every.height / 3 < some.height <= every.height // 2


def test_a_sheet_without_shots_still_says_its_title() -> None:
    image = picture(Sheet("No changes: 4 shots as before."))
    assert share(image, (242, 242, 239), (0, 1)) > 0


def test_a_heavy_sheet_makes_do_with_fewer_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = Sheet("", [shot()], still_width=100)
    full = contact_sheet(sheet)
    monkeypatch.setattr(module, "_HEAVIEST", len(full) - 1)
    with Image.open(io.BytesIO(contact_sheet(sheet))) as image:
        assert image.mode == "P"


def test_long_and_odd_texts_stay_inside() -> None:
    odd = shot("n" * 300, after=SheetSide("After " * 100, note="Not yet " * 60))
    assert (
        picture(Sheet("长" * 200, [odd], still_width=100)).width == picture(Sheet("", [shot()], still_width=100)).width
    )


@pytest.mark.parametrize("number", [7, 12, 24, 42, 100])
def test_many_shots_stand_in_columns_near_three_to_two(number: int) -> None:
    image = picture(Sheet("Many", [shot(f"night.{index}") for index in range(number)]))
    assert 1700 <= image.width <= 1800
    assert 1.0 <= image.width / image.height <= 2.0 or number == 100
    assert share(image, RED, (0.0, 1.0)) > 0.1
    if number == 42:
        assert image.width / image.height == pytest.approx(1.5, abs=0.2)


def test_a_sheet_has_a_largest_size_whatever_it_shows() -> None:
    image = picture(Sheet("", [shot(f"night.{index}") for index in range(400)]))
    assert image.height <= 8000
