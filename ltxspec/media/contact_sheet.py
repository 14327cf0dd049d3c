"""A contact sheet: one shot per row, before on the left, after on the right, with stills of the same times."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ltxspec.media.lettering import drawable, fit, font_for, wrap

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

_MARGIN, _GAP, _GUTTER = 24, 6, 28  # around the sheet; between stills; between the sides
_HEAD, _CAPTION, _SIDE, _TIME = 24, 21, 15, 14  # font sizes: sheet, shot, side, time
_PAPER, _INK, _MUTED, _RULE, _BLANK = "#161618", "#f2f2ef", "#b4b4b0", "#3a3a3e", "#232326"
_LINE = 1.4
_BLANK_SHAPE = (16, 9)
_TALLEST = 16_000  # pixels; forges and phones do not show more
_HEAVIEST = 5_000_000  # bytes; forges accept 10 MB. Larger sheets are reduced to 256 colours


@dataclass(frozen=True, slots=True)
class Frame:
    """A still on the sheet: a JPEG file and the text below it, such as its time."""

    jpeg: bytes
    caption: str


@dataclass(frozen=True, slots=True)
class SheetSide:
    """One side of a shot. Without frames, `note` is shown instead."""

    caption: str  # such as "Before  $0.48"
    frames: Sequence[Frame] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class SheetShot:
    """One shot on the sheet."""

    title: str  # its address
    caption: str  # the change and its cost
    before: SheetSide
    after: SheetSide


@dataclass(frozen=True, slots=True)
class Sheet:
    """The content of a contact sheet."""

    title: str  # empty for none
    shots: Sequence[SheetShot] = field(default_factory=tuple)
    still_width: int = 232  # pixels
    stills: int = 3  # the least that a side has room for


def contact_sheet(sheet: Sheet) -> bytes:
    """Draw a sheet as a PNG file. Shots that do not fit are counted in its last line."""
    from PIL import Image, ImageDraw

    top = _MARGIN + (_line(_HEAD) + _GAP if sheet.title else 0)
    foot = _GAP + _line(_CAPTION) + _MARGIN
    bands = _fitting(sheet, _TALLEST - top - foot)
    side = max((band.side for band in bands), default=sheet.still_width * 3)
    width = 2 * _MARGIN + 2 * side + _GUTTER
    more = len(sheet.shots) - len(bands)
    height = top + sum(band.height for band in bands) + (foot if more else _MARGIN)
    picture = Image.new("RGB", (width, height), _PAPER)
    draw = ImageDraw.Draw(picture)
    _text(draw, (_MARGIN, _MARGIN), sheet.title, _HEAD, width - 2 * _MARGIN)
    for band in bands:
        band.paint(picture, draw, top, side)
        top += band.height
    if more:
        rest = f"and {more:,} more, which do not fit in this picture"
        _text(draw, (_MARGIN, top + _GAP), rest, _CAPTION, width - 2 * _MARGIN, _MUTED)
    return _png(picture)


@dataclass(frozen=True, slots=True)
class _Band:
    """One shot with its layout: where its stills go, relative to the band and the side."""

    shot: SheetShot
    before: list["Image"]
    after: list["Image"]
    cell: tuple[int, int]  # the space for one still
    least: int  # stills that a side has room for

    @classmethod
    def of(cls, shot: SheetShot, sheet: Sheet) -> "_Band":
        before, after = (
            [_still(frame.jpeg, sheet.still_width) for frame in side.frames] for side in (shot.before, shot.after)
        )
        heights = [image.height for image in (*before, *after)]
        blank = round(sheet.still_width * _BLANK_SHAPE[1] / _BLANK_SHAPE[0])
        return cls(shot, before, after, (sheet.still_width, max(heights, default=blank)), sheet.stills)

    @property
    def count(self) -> int:
        return max(len(self.before), len(self.after), self.least)

    @property
    def side(self) -> int:
        """Width of one side in pixels."""
        return self.count * self.cell[0] + (self.count - 1) * _GAP

    @property
    def _head(self) -> int:
        return 2 * _GAP + _line(_CAPTION) + _line(_SIDE) + _GAP

    @property
    def height(self) -> int:
        return self._head + self.cell[1] + _line(_TIME) + 2 * _GAP

    def paint(self, picture: "Image", draw: "ImageDraw", top: int, side: int) -> None:
        """Draw the band at `top`; each side has `side` pixels."""
        right = picture.width - _MARGIN
        draw.line((_MARGIN, top, right, top), _RULE)
        line = top + 2 * _GAP
        used = _text(draw, (_MARGIN, line), self.shot.title, _CAPTION, (right - _MARGIN) * 2 // 3)
        _text(draw, (_MARGIN + used + 16, line), self.shot.caption, _CAPTION, right - _MARGIN - used - 16, _MUTED)
        sides = ((_MARGIN, self.shot.before, self.before), (_MARGIN + side + _GUTTER, self.shot.after, self.after))
        for left, given, stills in sides:
            _text(draw, (left, line + _line(_CAPTION)), given.caption, _SIDE, side, _MUTED)
            self._paint_side(picture, draw, (left, top + self._head), given, stills)

    def _paint_side(
        self, picture: "Image", draw: "ImageDraw", at: tuple[int, int], given: SheetSide, stills: Sequence["Image"]
    ) -> None:
        if not stills:
            _blank(draw, at, (self.side, self.cell[1]), given.note)
            return
        left, top = at
        for still, frame in zip(stills, given.frames, strict=True):
            picture.paste(still, (left, top))
            _text(draw, (left, top + self.cell[1] + 2), frame.caption, _TIME, self.cell[0], _MUTED)
            left += self.cell[0] + _GAP


def _fitting(sheet: Sheet, room: int) -> list[_Band]:
    """The first shots, as many as fit into `room` pixels of height."""
    bands: list[_Band] = []
    for shot in sheet.shots:
        band = _Band.of(shot, sheet)
        room -= band.height
        if room < 0:
            break
        bands.append(band)
    return bands


def _still(jpeg: bytes, width: int) -> "Image":
    from PIL import Image

    with Image.open(io.BytesIO(jpeg)) as image:
        height = max(1, round(image.height * width / image.width))
        return image.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)


def _blank(draw: "ImageDraw", at: tuple[int, int], size: tuple[int, int], note: str) -> None:
    """A dashed card with the reason why there is no picture."""
    left, top, right, bottom = *at, at[0] + size[0] - 1, at[1] + size[1] - 1
    draw.rectangle((left, top, right, bottom), _BLANK)
    for x in range(left, right, 12):
        draw.line((x, top, min(x + 6, right), top), _MUTED)
        draw.line((x, bottom, min(x + 6, right), bottom), _MUTED)
    for y in range(top, bottom, 12):
        draw.line((left, y, left, min(y + 6, bottom)), _MUTED)
        draw.line((right, y, right, min(y + 6, bottom)), _MUTED)
    font = font_for(note, _CAPTION)
    lines = wrap(font, drawable(font, note), size[0] - 4 * _GAP, 4)
    y = top + (size[1] - len(lines) * _line(_CAPTION)) // 2
    for text in lines:
        x = left + (size[0] - round(font.getlength(text))) // 2
        draw.text((x, y), text, fill=_INK, font=font)
        y += _line(_CAPTION)


def _text(draw: "ImageDraw", at: tuple[int, int], text: str, size: int, room: int, ink: str = _INK) -> int:
    """Write one line, cut to `room` pixels. Returns its width."""
    font = font_for(text, size)
    line = fit(font, drawable(font, text), room)
    draw.text(at, line, fill=ink, font=font)
    return round(font.getlength(line))


def _line(size: int) -> int:
    return round(size * _LINE)


def _png(picture: "Image") -> bytes:
    from PIL import Image

    data = _saved(picture)
    if len(data) <= _HEAVIEST:
        return data
    return _saved(picture.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG))


def _saved(picture: "Image") -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
