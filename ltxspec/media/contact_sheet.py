"""A contact sheet: before on the left, after on the right, with stills of the same times.

A few shots have one row each; more of them stand in columns, with one still a side.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ltxspec.media.lettering import drawable, escaped, fit, font_for, wrap

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

_MARGIN, _GAP, _GUTTER = 24, 6, 28  # around the sheet; between stills; between the sides
_HEAD, _CAPTION, _SIDE, _TIME = 24, 21, 15, 14  # font sizes: sheet, shot, side, time
_PAPER, _INK, _MUTED, _RULE, _BLANK = "#161618", "#f2f2ef", "#b4b4b0", "#3a3a3e", "#232326"
_LINE = 1.4
_BLANK_SHAPE = (16, 9)
_TALLEST = 8_000  # pixels; forges and phones do not show more
_FEW = 6  # shots that have a row each
_WIDE = 1800  # pixels of a sheet with columns: twice the width at which a forge's comment shows it
_SHAPE = 1.5  # width to height of a sheet with columns, as near as can be
_MOST_COLUMNS = 6
_NARROW = 200  # pixels of a card whose text is small
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
    columns: int = 1

    @property
    def between(self) -> int:
        """Pixels between the sides of a shot."""
        return _GUTTER if self.columns == 1 else _GAP


def contact_sheet(sheet: Sheet) -> bytes:
    """Draw a sheet as a PNG file. Shots that do not fit are counted in its last line."""
    from PIL import Image, ImageDraw

    top = _MARGIN + (_line(_HEAD) + _GAP if sheet.title else 0)
    foot = _GAP + _line(_CAPTION) + _MARGIN
    if len(sheet.shots) > _FEW:
        sheet = _in_columns(sheet)
    rows = _fitting(sheet, _TALLEST - top - foot)
    side = max((band.side for row in rows for band in row), default=sheet.still_width * 3)
    column = 2 * side + sheet.between
    width = 2 * _MARGIN + sheet.columns * column + (sheet.columns - 1) * _GUTTER
    more = len(sheet.shots) - sum(map(len, rows))
    height = top + sum(map(_height, rows)) + (foot if more else _MARGIN)
    picture = Image.new("RGB", (width, height), _PAPER)
    draw = ImageDraw.Draw(picture)
    _text(draw, (_MARGIN, _MARGIN), sheet.title, _HEAD, width - 2 * _MARGIN)
    for row in rows:
        for number, band in enumerate(row):
            band.paint(picture, draw, (_MARGIN + number * (column + _GUTTER), top), side)
        top += _height(row)
    if more:
        rest = f"and {more:,} more, which do not fit in this picture"
        _text(draw, (_MARGIN, top + _GAP), rest, _CAPTION, width - 2 * _MARGIN, _MUTED)
    return _png(picture)


def _in_columns(sheet: Sheet) -> Sheet:
    """The sheet with the middle still of each side, and as many columns as bring it nearest to its shape."""
    shots = [replace(shot, before=_middle(shot.before), after=_middle(shot.after)) for shot in sheet.shots]
    sheets = [_columned(replace(sheet, shots=shots), columns) for columns in range(2, _MOST_COLUMNS + 1)]
    return min(sheets, key=_misshape)


def _columned(sheet: Sheet, columns: int) -> Sheet:
    column = (_WIDE - 2 * _MARGIN - (columns - 1) * _GUTTER) // columns
    return replace(sheet, columns=columns, still_width=(column - _GAP) // 2, stills=1)


def _misshape(sheet: Sheet) -> float:
    """How far from its shape a sheet with columns is, by its first shot."""
    rows = -(-len(sheet.shots) // sheet.columns)
    shape = _WIDE / (2 * _MARGIN + _line(_HEAD) + rows * _Band.of(sheet.shots[0], sheet).height)
    return max(shape / _SHAPE, _SHAPE / shape)


def _middle(side: SheetSide) -> SheetSide:
    count = len(side.frames)
    return replace(side, frames=[Frame(frame.jpeg, "") for frame in side.frames[count // 2 : count // 2 + 1]])


@dataclass(frozen=True, slots=True)
class _Band:
    """One shot with its layout: where its stills go, relative to the band and the side."""

    shot: SheetShot
    before: list["Image"]
    after: list["Image"]
    cell: tuple[int, int]  # the space for one still
    least: int  # stills that a side has room for
    between: int  # pixels between the sides
    stacked: bool  # whether the caption is below the title: a column is too narrow for both

    @classmethod
    def of(cls, shot: SheetShot, sheet: Sheet) -> "_Band":
        before, after = (
            [_still(frame.jpeg, sheet.still_width) for frame in side.frames] for side in (shot.before, shot.after)
        )
        heights = [image.height for image in (*before, *after)]
        blank = round(sheet.still_width * _BLANK_SHAPE[1] / _BLANK_SHAPE[0])
        cell = (sheet.still_width, max(heights, default=blank))
        return cls(shot, before, after, cell, sheet.stills, sheet.between, sheet.columns > 1)

    @property
    def count(self) -> int:
        return max(len(self.before), len(self.after), self.least)

    @property
    def side(self) -> int:
        """Width of one side in pixels."""
        return self.count * self.cell[0] + (self.count - 1) * _GAP

    @property
    def _head(self) -> int:
        return 2 * _GAP + _line(_CAPTION) * (2 if self.stacked else 1) + _line(_SIDE) + _GAP

    @property
    def height(self) -> int:
        return self._head + self.cell[1] + (0 if self.stacked else _line(_TIME)) + 2 * _GAP

    def paint(self, picture: "Image", draw: "ImageDraw", at: tuple[int, int], side: int) -> None:
        """Draw the band with its upper left corner at `at`; each side has `side` pixels."""
        left, top = at
        width = 2 * side + self.between
        draw.line((left, top, left + width, top), _RULE)
        line = self._paint_head(draw, (left, top + 2 * _GAP), width)
        sides = ((left, self.shot.before, self.before), (left + side + self.between, self.shot.after, self.after))
        for start, given, stills in sides:
            _text(draw, (start, line), given.caption, _SIDE, side, _MUTED)
            self._paint_side(picture, draw, (start, top + self._head), given, stills)

    def _paint_head(self, draw: "ImageDraw", at: tuple[int, int], width: int) -> int:
        """Write title and caption; the height of the next line."""
        left, line = at
        used = _text(draw, at, self.shot.title, _CAPTION, width if self.stacked else width * 2 // 3)
        if self.stacked:
            line += _line(_CAPTION)
            _text(draw, (left, line), self.shot.caption, _CAPTION, width, _MUTED)
        else:
            _text(draw, (left + used + 16, line), self.shot.caption, _CAPTION, width - used - 16, _MUTED)
        return line + _line(_CAPTION)

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


def _fitting(sheet: Sheet, room: int) -> list[list[_Band]]:
    """The first rows of shots, as many as fit into `room` pixels of height."""
    rows: list[list[_Band]] = []
    for start in range(0, len(sheet.shots), sheet.columns):
        row = [_Band.of(shot, sheet) for shot in sheet.shots[start : start + sheet.columns]]
        room -= _height(row)
        if room < 0:
            break
        rows.append(row)
    return rows


def _height(row: Sequence[_Band]) -> int:
    return max(band.height for band in row)


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
    letters = _CAPTION if size[0] >= _NARROW else _SIDE
    font = font_for(note, letters)
    lines = wrap(font, drawable(font, note), size[0] - 4 * _GAP, 4)
    y = top + (size[1] - len(lines) * _line(letters)) // 2
    for text in lines:
        x = left + (size[0] - round(font.getlength(text))) // 2
        draw.text((x, y), text, fill=_INK, font=font)
        y += _line(letters)


def _text(draw: "ImageDraw", at: tuple[int, int], text: str, size: int, room: int, ink: str = _INK) -> int:
    """Write one line, cut to `room` pixels. Returns its width."""
    font = font_for(text, size)
    line = fit(font, escaped(font, text), room)
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
