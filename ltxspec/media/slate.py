"""The slate of a film: a strip over its lower edge with what is shown, and running time codes of shot and film."""

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from ltxspec.media.layout import Layout, line_height
from ltxspec.media.lettering import Digits, drawable, fit, font_for
from ltxspec.timecode import timecode

if TYPE_CHECKING:
    from PIL import Image

    from ltxspec.media.drawing import Planes

_WHITE, _BLACK, _GREY = 235, 16, 128  # of planes in limited range; 128: a half-size plane without colour


@dataclass(frozen=True, slots=True)
class _Strip:
    """Where everything is, in pixels; corner and height are even, for the half-size planes."""

    top: int
    height: int
    margin: int
    size: int  # of the letters

    @property
    def text_top(self) -> int:
        return self.top + (self.height - line_height(self.size)) // 2


class Slate:
    """Writes slates on the frames of one film.

    Args:
        size: of the film, in pixels.
        rate: frames per second of the film.
    """

    def __init__(self, size: tuple[int, int], rate: Fraction) -> None:
        layout = Layout.of(*size)
        height = max(12, layout.margin * 4 // 5) // 2 * 2
        self._size, self._rate = size, rate
        self._strip = _Strip((size[1] - height) // 2 * 2, height, layout.margin, max(8, layout.note_size))
        self._digits = Digits(self._strip.size)
        self._words: dict[str, Image.Image] = {}

    def write(self, planes: "Planes", words: str, in_shot: int, in_film: int) -> None:
        """Write a slate on a frame.

        Args:
            planes: the frame, in the film's size.
            words: what is shown; cut where there is no room.
            in_shot: the frame's number in its shot, from 0.
            in_film: the frame's number in the film, from 0.
        """
        strip = self._strip
        planes[0].paste(_BLACK, (0, strip.top, self._size[0], strip.top + strip.height))
        for plane in planes[1:]:
            plane.paste(_GREY, (0, strip.top // 2, plane.width, (strip.top + strip.height) // 2))
        right = self._size[0] - strip.margin
        for word, frame in (("film ", in_film), ("shot ", in_shot)):
            right = self._code(planes[0], word, timecode(frame, self._rate), right)
        if right > strip.margin:
            self._stamp(planes[0], self._mask(words, right - strip.margin), strip.margin)

    def _code(self, luma: "Image.Image", word: str, code: str, right: int) -> int:
        """Write a word and a time code that end at `right`, if there is room; returns where there is room before."""
        mask = self._mask(word, self._size[0])
        left = right - self._digits.width(code) - mask.width
        if left < self._strip.margin:
            return right
        self._stamp(luma, mask, left)
        self._digits.stamp(luma, (left + mask.width, self._strip.text_top), code, _WHITE)
        return left - self._strip.size

    def _stamp(self, luma: "Image.Image", mask: "Image.Image", left: int) -> None:
        top = self._strip.text_top
        luma.paste(_WHITE, (left, top, left + mask.width, top + mask.height), mask)

    def _mask(self, text: str, room: int) -> "Image.Image":
        """The letters of a text, drawn once."""
        from PIL import Image, ImageDraw

        if text not in self._words:
            font = font_for(text, self._strip.size)
            shown = fit(font, drawable(font, text) + " " * text.endswith(" "), room)
            width = max(1, min(room, round(font.getlength(shown))))
            mask = Image.new("L", (width, line_height(self._strip.size)))
            ImageDraw.Draw(mask).text((0, 0), shown, fill=255, font=font)
            self._words[text] = mask
        return self._words[text]
