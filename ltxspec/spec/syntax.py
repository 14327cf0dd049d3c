"""Explains YAML syntax errors in our own words: what is wrong, where, and how to fix it."""

import re
from dataclasses import dataclass

import yaml
from yaml.reader import ReaderError

TEMPLATE_HINT = 'quote a value that begins with `{{`: "{{ … }}"'

_NOT_YAML = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # YAML 1.2, section 5.1
_BARE_TEMPLATE = re.compile(r"(?:^|[:\-,\[]\s)\s*\{\{")
_BARE_STATEMENT = re.compile(r"(?:^|[:\-,\[]\s)\s*(\{?%)")
_COLUMN_HINT = "check the indentation: keys of one mapping start in the same column"
_QUOTE_HINT = "the text in quotes or brackets ends before this; quote the whole value"


@dataclass(frozen=True, slots=True)
class Explanation:
    """A message, the index of the character it refers to, and a hint."""

    message: str
    place: int
    hint: str | None


@dataclass(frozen=True, slots=True)
class _Words:
    """The message for one error; `at_start` points at the start of the broken value, not where it was detected."""

    message: str
    hint: str | None = None
    at_start: bool = False


_COLON = _Words(
    "a `:` is not allowed here",
    "quote a text that contains `: `, or put it below `|`; otherwise check the indentation",
)
# A part of libyaml's message (0.2.5, scanner.c and parser.c) -> our message. The first match counts.
_COMPLAINTS: tuple[tuple[str, _Words], ...] = (
    ("mapping values are not allowed", _COLON),
    (
        "could not find expected ':'",
        _Words(
            "expected `:` after this key",
            "write `key: value`; quote a text that contains `: `, or put it below `|`; check the indentation",
            at_start=True,
        ),
    ),
    ("did not find expected key", _Words("expected a key here", _COLUMN_HINT)),
    ("expected '-' indicator", _Words("expected `- ` like the items above", "check the indentation")),
    ("expected ',' or ']'", _Words("this list is not closed", "add `]`, or `,` between items", at_start=True)),
    ("expected ',' or '}'", _Words("this mapping is not closed", "add `}`, or `,` between pairs", at_start=True)),
    ("unexpected end of stream", _Words("this quoted text never ends", "add the closing quote", at_start=True)),
    ("document indicator", _Words("this quoted text never ends", "add the closing quote", at_start=True)),
    ("unknown escape", _Words("unknown escape in double quotes", "write `\\\\` for a backslash, or use single quotes")),
    ("Unicode character escape", _Words("this escape is not a character", "write the character itself")),
    ("hexdecimal number", _Words("this escape is incomplete", "write the character itself, or `\\\\` for a backslash")),
    (
        "alphabetic or numeric character",
        _Words("a name is missing after `*` or `&`", "quote a text that begins with `*` or `&`", at_start=True),
    ),
    ("block sequence entries", _Words("a list cannot begin here", "put `- ` on a line of its own below the key")),
    ("mapping keys are not allowed", _Words("a key cannot begin here", _COLUMN_HINT)),
    (
        "expected node content",
        _Words("a value is missing here", "quote a text that begins with a sign like `,` or `]`"),
    ),
    ("tag", _Words("tags are not allowed", "quote a text that begins with `!`", at_start=True)),
    ("comment or line break", _Words("unexpected text after `|` or `>`", "begin the text on the next line")),
    ("directive", _Words("a line that begins with `%` is a directive", "quote the text", at_start=True)),
    (
        "non-alphabetical character",
        _Words("a line that begins with `%` is a directive", "quote the text", at_start=True),
    ),
    ("expected '>'", _Words("tags are not allowed", "quote a text that begins with `!`", at_start=True)),
    ("indentation indicator", _Words("the number after `|` or `>` is from 1 to 9", "leave it out")),
    ("YAML document", _Words("a line that begins with `%` is a directive", "remove it; only YAML 1.2 is read")),
    ("<document start>", _Words("nothing may follow the end of the document", "remove the `...` or what follows it")),
)
_CUT = re.compile(r"\S[ \t]+#")  # a comment after a text, which then cannot go on in the next line
_CUT_HINT = "a comment (`#` after a blank) ends the text of the line above: quote the text, or write it below `|`"
_NOT_CLOSED = frozenset({"this list is not closed", "this mapping is not closed"})
_AFTER_A_CUT = frozenset({"expected a key here", "expected `:` after this key"})
_HALF = re.compile(r"[dD][89a-fA-F][0-9a-fA-F]{2}")  # the digits of half of a surrogate pair, in an escape
_HALF_WORDS = _Words(
    "half of a surrogate pair is not a character", "write the character itself, or both halves: `\\ud83d\\ude00`"
)
_TAB = _Words("a tab indents this line", "indent with spaces")


def odd_escape(error: Exception) -> int | None:
    """Where the text in double quotes begins, if the error is about an escape in it that is no whole character."""
    if isinstance(error, yaml.MarkedYAMLError) and "Unicode character escape" in (error.problem or ""):
        return error.context_mark.index if error.context_mark else None
    return None


def explain(error: Exception, text: str) -> Explanation:
    """Explain an error that libyaml (or the codec before it) raised about `text`."""
    if isinstance(error, UnicodeEncodeError):
        return Explanation("half of a surrogate pair is not a character", error.start, "save the file as UTF-8 again")
    if isinstance(error, yaml.MarkedYAMLError):
        return _explain_marked(error, text)
    found = _NOT_YAML.search(text) if isinstance(error, ReaderError) else None
    if found:
        name = f"U+{ord(found.group()):04X}"
        return Explanation(f"the control character {name} is not allowed", found.start(), "remove it")
    return Explanation("this is not YAML", 0, None)


def _explain_marked(error: yaml.MarkedYAMLError, text: str) -> Explanation:
    noticed = min(_index(error.problem_mark, error.context_mark), len(text))
    complaint = error.problem or ""
    words = _words(complaint, text[noticed : noticed + 1])
    opened = _index(error.context_mark, error.problem_mark)
    if "expected ','" in complaint and text[noticed : noticed + 1] == ":" and "\n" not in text[opened:noticed]:
        words = _COLON  # `{prompt: A street: rain}`
    if words.message in _NOT_CLOSED and text[noticed : noticed + 1] in {"[", "{"} and text[noticed - 1].isalnum():
        words = _Words(words.message, 'quote a text that contains brackets or braces: `"weather[rain]"`', at_start=True)
    if "Unicode character escape" in complaint and _HALF.match(text, noticed):
        words = _HALF_WORDS
    place = _index(error.context_mark, error.problem_mark) if words.at_start else noticed
    return Explanation(words.message, place, _hint(words, text, place))


def _index(mark: yaml.Mark | None, otherwise: yaml.Mark | None) -> int:
    found = mark or otherwise
    return found.index if found else 0


def _words(complaint: str, character: str) -> _Words:
    if "tab character" in complaint or ("cannot start any token" in complaint and character == "\t"):
        return _TAB
    if "cannot start any token" in complaint:
        sign = "a backtick" if character == "`" else f"`{character}`"
        return _Words(f"a value cannot begin with {sign}", "quote it")
    for part, words in _COMPLAINTS:
        if part in complaint:
            return words
    return _Words(f"this is not valid YAML: {complaint}")


def _hint(words: _Words, text: str, place: int) -> str | None:
    """The hint, unless the line shows the likelier cause: an unquoted template, or text after a closing quote."""
    line_start = text.rfind("\n", 0, place) + 1
    before = text[line_start:place]
    line = before + text[place:].partition("\n")[0]
    if _BARE_TEMPLATE.search(line):
        return TEMPLATE_HINT
    if statement := _BARE_STATEMENT.search(line):
        sign = statement[1]
        return f'quote a value that begins with `{sign}`: "{sign} … {"%}" if sign != "%" else ""}'.rstrip() + '"'
    if words.message in _AFTER_A_CUT and _CUT.search(text, text.rfind("\n", 0, max(line_start - 1, 0)) + 1, line_start):
        return _CUT_HINT
    if words.hint == _COLUMN_HINT and before.strip() and before.rstrip()[-1] in "\"'}]":
        return _QUOTE_HINT
    return words.hint
