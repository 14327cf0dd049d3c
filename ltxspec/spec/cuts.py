"""Comments that cut a text: `prompt: A racer with number #7 on the door` buys "A racer with number".

In an unquoted YAML text, ` #` begins a comment. In a prompt its intent is ambiguous. In other texts
a comment that is written as comments are (a blank after `#`, and two before it or a single word) is taken for one.
"""

import re
from bisect import bisect_right
from collections.abc import Callable

from ltxspec.errors import Diagnostic
from ltxspec.spec.document import Document
from ltxspec.spec.faults import Path
from ltxspec.suggest import shown

Kind = Callable[[Path], bool | None]  # True: a prompt; False: a text that may get into one; None: any other

_SIGN = re.compile(r"\S([ \t]+)(#[^\r\n]*)")
_ANCHOR = re.compile(r"&\S+\s+")
_QUOTING = frozenset("\"'|>!")  # how a text begins that is not a plain one
_OTHER = frozenset({"model", "moved", "gate", "checks", "expect"})  # in a shot


def cut_texts(document: Document, kind_of: Kind) -> dict[Path, Diagnostic]:
    """A warning for each comment that cuts a plain text, by the path of the text."""
    text = document.source.text
    signs = list(_SIGN.finditer(text)) if "#" in text else []
    if not signs:
        return {}
    values: dict[int, tuple[Path, str, bool]] = {}
    for place, path, value in document.texts():
        kind = kind_of(path)
        if kind is not None and (kind or place not in values):  # a prompt may be the alias of another text
            values[place] = (path, value, kind)
    places = sorted(values)
    warnings = {}
    for sign in signs:
        number = bisect_right(places, sign.start(2)) - 1
        if number < 0:
            continue
        path, value, is_prompt = values[places[number]]
        if _is_cut(text, places[number], sign.start(1), value) and (is_prompt or not _is_comment(sign, value)):
            warnings[path] = _warning(document, value, sign)
    return warnings


def _is_cut(text: str, place: int, end: int, value: str) -> bool:
    """Whether exactly this value is written, without quotes, between two indexes."""
    anchor = _ANCHOR.match(text, place)
    start = anchor.end() if anchor else place
    return text[start] not in _QUOTING and text[start:end].split() == value.split()


def _is_comment(sign: re.Match[str], value: str) -> bool:
    is_apart = len(sign[1]) > 1 or sign[1] == "\t" or len(value.split()) == 1
    return is_apart and sign[2][1:2] in ("", " ", "\t", "#")


def _warning(document: Document, value: str, sign: re.Match[str]) -> Diagnostic:
    message = f"a comment ends this text: {shown(value)} is used, without {shown(sign[2])}"
    hint = "quote the whole text, or write it below `|`; if it is a comment, quote the text before it"
    return Diagnostic("warning", "cut-text", message, document.locate_index(sign.start(2)), hint)


def of_spec(path: Path) -> bool | None:
    """What a text of a spec is."""
    match path:
        case ("shots", _, "prompt"):
            return True
        case ("shots", _, "prompt", *_) | ("shots", _, "forEach", "file" | "key" | "types", *_):
            return None
        case ("shots", _, str(part), *_):
            return None if part in _OTHER else False
        case ("metadata", "title" | "labels", *_) | ("vars" | "defaults", *_):
            return False
    return None


def of_table(_path: Path) -> bool | None:
    """What a text of a table, or of a file of variables, is."""
    return False
