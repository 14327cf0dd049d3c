"""Text in pictures: fonts that have the characters, line breaking, and digits that can be stamped on every frame."""

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image, ImageFont

_MISSING = "\U0010ffff"  # in no font, so drawing it gives the font's box for missing characters
SUBSTITUTE = "·"
_ELLIPSIS = "…"
_ANY_SIZE = 16  # pixels; which characters a font has does not depend on it
# Pillow includes one Latin font; other scripts need a system font, searched by name in the usual folders.
_WIDER_FONTS = (
    *("NotoSansCJK-Regular.ttc", "NotoSans-Regular.ttf", "DejaVuSans.ttf", "Arial Unicode.ttf", "arial.ttf"),
    *("NotoSansCJKsc-Regular.otf", "DroidSansFallbackFull.ttf", "wqy-zenhei.ttc", "wqy-microhei.ttc", "unifont.ttf"),
    *("Hiragino Sans GB.ttc", "PingFang.ttc", "AppleSDGothicNeo.ttc", "msyh.ttc", "YuGothR.ttc", "malgun.ttf"),
    *("NotoSansArabic-Regular.ttf", "NotoSansDevanagari-Regular.ttf", "NotoEmoji-Regular.ttf", "Symbola.ttf"),
    *("seguisym.ttf", "FreeSans.ttf"),
)


@lru_cache(maxsize=64)
def font_for(text: str, size: int) -> "ImageFont.FreeTypeFont":
    """The font that can draw most of `text`: Pillow's own if it has every character."""
    from PIL import ImageFont

    own = ImageFont.load_default(size)
    if not isinstance(own, ImageFont.FreeTypeFont):  # a Pillow built without FreeType has only a bitmap font
        raise TypeError("Pillow was built without FreeType")
    best, fewest = own, len(_undrawable(own, text))
    for name in _WIDER_FONTS:
        if fewest == 0:
            break
        other = _installed(name, size)
        if other is None:
            continue
        missing = len(_undrawable(other, text))
        if missing < fewest:
            best, fewest = other, missing
    return best


@lru_cache(maxsize=256)
def _installed(name: str, size: int) -> "ImageFont.FreeTypeFont | None":
    """A font of the system by its file name; None if it is not there."""
    from PIL import ImageFont

    try:
        return ImageFont.truetype(name, size)
    except OSError:
        return None


def escaped(font: "ImageFont.FreeTypeFont", text: str) -> str:
    """`text` on one line, with the code (U+5098 in the form of Python) of characters that the font does not have."""
    missing = _undrawable(font, text)
    return "".join(_escape(character) if character in missing else character for character in " ".join(text.split()))


def is_drawable(text: str) -> bool:
    """Whether a font of this machine has every character."""
    return not _undrawable(font_for(text, _ANY_SIZE), text)


def _escape(character: str) -> str:
    return character.encode("ascii", "backslashreplace").decode("ascii")


def drawable(font: "ImageFont.FreeTypeFont", text: str) -> str:
    """`text` on one line, with a dot instead of characters that the font does not have."""
    missing = _undrawable(font, text)
    plain = " ".join(text.split())
    return "".join(SUBSTITUTE if character in missing else character for character in plain)


def _undrawable(font: "ImageFont.FreeTypeFont", text: str) -> set[str]:
    box = bytes(font.getmask(_MISSING))
    letters = {character for character in text if not character.isspace()}
    return {character for character in letters if bytes(font.getmask(character)) == box}


def fit(font: "ImageFont.FreeTypeFont", text: str, width: float) -> str:
    """`text`, cut with an ellipsis if necessary, so that it is at most `width` pixels wide."""
    if font.getlength(text) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if font.getlength(text[:middle].rstrip() + _ELLIPSIS) <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + _ELLIPSIS


def wrap(font: "ImageFont.FreeTypeFont", text: str, width: float, lines: int) -> list[str]:
    """Break `text` into at most `lines` lines of `width` pixels; text that does not fit is cut with an ellipsis.

    Words are not split, except where a word is wider than a line (or the script has no spaces).
    """
    result: list[str] = []
    rest = text
    while rest and len(result) < lines:
        if len(result) == lines - 1:
            result.append(fit(font, rest, width))
            break
        head = _head(font, rest, width)
        result.append(head.rstrip())
        rest = rest[len(head) :].lstrip()
    return result


def _head(font: "ImageFont.FreeTypeFont", text: str, width: float) -> str:
    """The longest start of `text` that fits one line, ending at a word boundary if possible; never empty."""
    end = 0
    for position, character in enumerate(text):
        if character == " " or position == len(text) - 1:
            candidate = position + 1
            if font.getlength(text[:candidate].rstrip()) > width:
                break
            end = candidate
    if end:
        return text[:end]
    cut = 1
    while cut < len(text) and font.getlength(text[: cut + 1]) <= width:
        cut += 1
    return text[:cut]


class Digits:
    """The figures of a running clock, drawn once and stamped by mask; all of the same width, so that nothing jumps."""

    def __init__(self, size: int) -> None:
        from PIL import Image, ImageDraw

        font = font_for("0123456789:./ ", size)
        ascent, descent = font.getmetrics()
        self.height = ascent + descent
        self._wide = round(max(font.getlength(figure) for figure in "0123456789"))
        self._narrow = round(max(font.getlength(mark) for mark in ":. /"))
        self._masks: dict[str, Image.Image] = {}
        for figure in "0123456789:./ ":
            cell = Image.new("L", (self._advance(figure), self.height))
            left = (cell.width - font.getlength(figure)) / 2
            ImageDraw.Draw(cell).text((left, 0), figure, fill=255, font=font)
            self._masks[figure] = cell

    def _advance(self, figure: str) -> int:
        return self._wide if figure.isdigit() else self._narrow

    def width(self, text: str) -> int:
        """Width of `text` in pixels."""
        return sum(self._advance(figure) for figure in text)

    def stamp(self, target: "Image.Image", position: tuple[int, int], text: str, shade: int) -> None:
        """Draw `text` on a grey image with its upper left corner at `position`."""
        left, top = position
        for figure in text:
            mask = self._masks[figure]
            target.paste(shade, (left, top, left + mask.width, top + mask.height), mask)
            left += mask.width
