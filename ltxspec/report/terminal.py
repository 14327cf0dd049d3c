"""Text in a terminal: optional colour and links, display widths, and the escaping of user text.

The caller decides about colour (`--no-color`, `NO_COLOR`, `FORCE_COLOR`, a TTY, `TERM=dumb`) and links, and measures
the terminal.
All text from users or providers passes through `clean` before it is shown.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

_RESET = "\x1b[0m"
_LEAST_ROOM = 16  # columns in which a text is worth breaking
_URI = "%/:?#@!$&*+,;=[]~-._"  # kept in an address, besides letters and digits


class Paint(Enum):
    """The styles of text, as SGR codes (ECMA-48), used if colour is on."""

    BOLD = "1"
    DIM = "2"
    RED = "31"
    GREEN = "32"
    YELLOW = "33"
    BLUE = "34"
    MAGENTA = "35"
    CYAN = "36"
    ERROR = "1;31"
    WARNING = "1;33"
    DELETED = "31;9"  # struck through as well: many readers cannot tell red from green
    INSERTED = "32;4"


@dataclass(frozen=True, slots=True)
class Links:
    """How links (OSC 8) are written.

    Args:
        base: the URI of the folder that paths are relative to, with a final `/`: on this machine, or at a forge.
        mark: what `cli.streams` knows them by; texts cannot contain it.
    """

    base: str
    mark: str

    def to(self, target: str, line: int | None) -> str:
        """The URI of a web address, or of a path; at a forge also of a line, which other addresses cannot name."""
        from urllib.parse import quote

        if target.startswith(("https://", "http://")):
            return quote(target, safe=_URI, errors="surrogatepass")
        base = "file://" + self.base.removeprefix("file://").partition("/")[0] if target.startswith("/") else self.base
        fragment = f"#L{line}" if line is not None and base.startswith("http") else ""
        return f"{quote(base, safe=_URI, errors='surrogatepass')}{quote(target, errors='surrogatepass')}{fragment}"


@dataclass(frozen=True, slots=True)
class Style:
    """How to write for one reader: with or without colour, the columns per line, and whether texts are shown in full.

    A terminal shows only the beginning of a new prompt. Output that is kept, such as a job's log, shows all of it.
    """

    color: bool = False
    width: int = 100
    whole: bool = False
    links: Links | None = None  # None: without any

    def paint(self, text: str, paint: Paint | None) -> str:
        """The text in a style, or unchanged if colour is off. The text must be clean already."""
        if not self.color or paint is None or not text:
            return text
        return f"\x1b[{paint.value}m{text}{_RESET}"

    def link(self, text: str, target: str, line: int | None = None) -> str:
        """The clean text as a link to a file of the project, or to a web address; unchanged without links.

        Args:
            text: it may have a style already.
            target: a path, or an address that starts with `https://` or `http://`, as it is, clean or not.
            line: of the file.
        """
        if self.links is None or not text or not target:
            return text
        start, end = f"\x1b]8;id={self.links.mark};", "\x1b\\"
        return f"{start}{self.links.to(target, line)}{end}{text}{start}{end}"


# Characters that a terminal executes, or that a provider reads but a reader cannot see: C0 and C1 controls, surrogates,
# bidi controls, soft hyphen, joiners without a shape, fillers, blanks, invisible operators, line and paragraph
# separators, variation selectors, tag characters. ZWNJ, ZWJ and the two emoji selectors are allowed, because scripts
# and emoji need them; but not three in a row, which no text needs, and which could encode invisible text.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ud800-\udfff\ufe00-\ufe0d\ufeff\uffa0\ufff9-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    "|[\u200c\u200d\ufe0e\ufe0f]{3,}"
)
_JOINER = "\u200d"
_FLAG_LETTERS = frozenset(map(chr, range(0x1F1E6, 0x1F200)))  # regional indicators
_EXTENDING = frozenset({_JOINER, "\ufe0e", "\ufe0f", *map(chr, range(0x1F3FB, 0x1F400))})  # selectors, skin tones
_SPACES = {"\n", "\t", "\r"}


def clean(text: str) -> str:
    r"""Replace control and invisible characters with visible escapes: `\x1b`, `\u202e`.

    A line end or a tab becomes one space, so a result never spans lines. Printable characters are unchanged.
    """
    if _UNSAFE.search(text) is None:
        return text
    return _UNSAFE.sub(lambda match: "".join(map(_visible, match.group())), text.replace("\r\n", "\n"))


def _visible(character: str) -> str:
    if character in _SPACES:
        return " "
    code = ord(character)
    if code <= 0xFF:  # noqa: PLR2004  # what two hexadecimal digits hold
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004  # what four digits hold


def width_of(text: str) -> int:
    """The columns that a clean text takes: East Asian wide characters take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(map(_character_width, text))


@lru_cache(maxsize=4096)
def _character_width(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def fit(text: str, width: int) -> str:
    """Cut a clean text to `width` columns; a cut is marked with `…`."""
    if width_of(text) <= width:
        return text
    return cut(text, max(width - 1, 0))[0] + "…"


def cut(text: str, width: int) -> tuple[str, str]:
    """Split a clean text after `width` columns, never inside what is read as one character; the head may be empty."""
    if text.isascii():
        return text[:width], text[width:]
    used = 0
    for index, character in enumerate(text):
        used += _character_width(character)
        if used > width:
            start = cluster_start(text, index)
            return text[:start], text[start:]
    return text, ""


def cluster_start(text: str, index: int, low: int = 0) -> int:
    """Where the character begins, as a reader sees it, that holds the code point at an index.

    Marks, joined emoji, skin tones and the two letters of a flag belong to what precedes them.

    Args:
        text: the text.
        index: of a code point; the length of the text stays as it is.
        low: an earlier index at which a character begins; nothing before it is looked at.
    """
    while low < index < len(text) and _belongs(text, index, low):
        index -= 1
    return index


def _belongs(text: str, index: int, low: int) -> bool:
    """Whether a code point is read as one character with the one before it."""
    here = text[index]
    if here.isascii():
        return False
    if text[index - 1] == _JOINER or here in _EXTENDING or unicodedata.category(here).startswith("M"):
        return True
    if here not in _FLAG_LETTERS:
        return False
    start = index
    while start > low and text[start - 1] in _FLAG_LETTERS:
        start -= 1
    return (index - start) % 2 == 1  # flags are pairs


def pad(text: str, width: int) -> str:
    """Fill a clean text with spaces up to `width` columns."""
    return text + " " * (width - width_of(text))


def wrap(text: str, width: int) -> list[str]:
    """Break a clean text into lines of at most `width` columns, at spaces where possible."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        joined = f"{line} {word}" if line else word
        if width_of(joined) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        *full, line = chop(word, width)
        lines.extend(full)
    return [*lines, line] if line else lines


def hanging(prefix: str, text: str, style: Style, paint: Paint | None = None) -> list[str]:
    """A clean text after what stands before it on its line; in a terminal, what does not fit goes on below it.

    Output that is kept has it on one line, so that it can be searched.

    Args:
        prefix: clean, without a style; spaces in it stay.
        text: the text.
        style: how to write it.
        paint: of the text.
    """
    indent, room = width_of(prefix), style.width - width_of(prefix)
    if style.whole or width_of(text) <= room or room < _LEAST_ROOM:
        return [prefix + style.paint(text, paint)]
    first, *rest = wrap(text, room)
    return [prefix + style.paint(first, paint), *(" " * indent + style.paint(line, paint) for line in rest)]


def chop(word: str, width: int) -> list[str]:
    """Cut a word without spaces into pieces of at most `width` columns, at least one character each.

    What is read as one character is cut only where it alone is wider than a piece.
    """
    pieces: list[str] = []
    start = used = 0
    for index, character in enumerate(word):
        size = _character_width(character)
        while index > start and used + size > width:
            whole = cluster_start(word, index, start)
            end = whole if whole > start else index
            pieces.append(word[start:end])
            start, used = end, width_of(word[end:index])
        used += size
    return [*pieces, word[start:]]
