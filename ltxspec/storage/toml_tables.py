"""Strict reading of TOML tables: every key is read by type, and unknown keys are errors with their line."""

import math
import posixpath
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ltxspec.errors import Location, Problems
from ltxspec.spec.lfs import FETCH, KEEP_OUT, is_pointer
from ltxspec.suggest import did_you_mean
from ltxspec.values import Json, Usd, parse_usd

_HEADER = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?")
_QUOTED = re.compile(r"""\s*(["'])(.*?)\1\s*=""")
_SECRETS = re.compile(r"key|token|secret|password", re.IGNORECASE)

_TWICE = re.compile(r"Cannot declare \((?P<names>.*?),?\) twice")
_NAME = re.compile(r"'([^']*)'")
_POSITION = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")


@dataclass(frozen=True, slots=True)
class TomlFile:
    """The text of a TOML file with the name shown to users, for locations in messages."""

    name: str
    text: str
    tables: Sequence[str] = ()  # names of all possible tables, for hints

    def place(self, table: str, key: str | None = None, entry: int = 0) -> Location:
        """Location of a table's key; of the table's header, or of the first line, if it is not found.

        Args:
            table: name of the table; empty for keys before the first header.
            key: a key in it.
            entry: which of the tables of this name (`[[policy]]`), from 0.
        """
        current, seen, best = "", -1, (1, 1)
        for number, line in enumerate(self.text.splitlines(), start=1):
            header = _HEADER.fullmatch(line)
            if header:
                current = header[1]
                seen += current == table
            inside = current == table and (seen == entry or not table)
            if (
                key is not None
                and not entry
                and _is_other_form(current if header else _key_of(line), current, table, key)
            ):
                best = (number, len(line) - len(line.lstrip()) + 1)
                break
            if inside and header:
                best = (number, 1)
            elif inside and key is not None and _key_of(line) == key:
                best = (number, len(line) - len(line.lstrip()) + 1)
                break
        return Location(self.name, *best, self._line(best[0]))

    def _line(self, number: int) -> str:
        lines = self.text.splitlines()
        return lines[number - 1] if number <= len(lines) else ""


@dataclass(slots=True)
class TomlTable:
    """One table, read key by key. Problems are collected, and defaults replace wrong values."""

    file: TomlFile
    name: str
    values: Mapping[str, Json]
    problems: Problems
    entry: int = 0
    asked: list[str] = field(default_factory=list)

    def text(self, key: str, default: str) -> str:
        """A string."""
        return str(self._take(key, default, "a string", lambda value: isinstance(value, str)))

    def path(self, key: str, default: str) -> str:
        """A string that is not empty."""
        return str(self._take(key, default, "a string that is not empty", _is_filled))

    def inner_path(self, key: str, default: str) -> str:
        """A path inside the project: files written there are committed with it."""
        return str(self._take(key, default, "a path inside the project, with `/`", _is_inner))

    def paths(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """A list of strings that are not empty."""
        value = self._take(key, default, 'a list of strings such as ["specs"]', _is_texts)
        return tuple(value)

    def integer(self, key: str, default: int, least: int, most: int | None = None) -> int:
        """An integer of at least `least`, and at most `most`."""
        value = self.optional_integer(key, least, most)
        return default if value is None else value

    def optional_integer(self, key: str, least: int, most: int | None = None) -> int | None:
        """An integer of at least `least`, and at most `most`; None when the key is missing."""
        kind = f"an integer of at least {least}" if most is None else f"an integer from {least} to {most}"

        def is_right(value: Json) -> bool:
            return type(value) is int and least <= value <= (value if most is None else most)

        value: int | None = self._take(key, None, kind, is_right)
        return value

    def address(self, key: str, default: str | None) -> str | None:
        """An http or https URL."""
        kind = 'an address that starts with "https://" (or "http://")'
        value: str | None = self._take(key, default, kind, _is_address)
        return value

    def number(self, key: str, default: float, *, zero: bool = False) -> float:
        """A finite number above 0, or at least 0."""
        kind = "a number of at least 0" if zero else "a number above 0"
        value = self._take(key, default, kind, lambda value: _is_number(value) and (value > 0 or (zero and value == 0)))
        return float(value)

    def amount(self, key: str) -> Usd | None:
        """An amount in USD that is not negative; None when the key is missing."""
        value = self._take(key, None, 'an amount in USD such as "20.00"', _is_amount)
        return parse_usd(value)

    def amounts(self, key: str) -> dict[str, Usd]:
        """A table of amounts in USD under names that are not empty; empty when the key is missing."""
        value = self._take(key, {}, 'a table of amounts in USD such as {"campaign=autumn" = "20.00"}', _is_amounts)
        return {name: usd for name, written in value.items() if (usd := parse_usd(written)) is not None}

    def choice(self, key: str, default: str, options: Sequence[str]) -> str:
        """One of several strings."""
        named = " or ".join(f"`{option}`" for option in options)
        return str(self._take(key, default, named, lambda value: value in options))

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        return bool(self._take(key, default, "true or false", lambda value: isinstance(value, bool)))

    def finish(self, advice: str | None = None) -> None:
        """Report the keys that were not read. `advice` is the hint for keys that look like a secret."""
        for key in self.values:
            if key not in self.asked:
                hint = advice if advice and _SECRETS.search(key) else name_hint(key, self.asked)
                if key in self.file.tables:
                    hint = f"did you mean the table `[{key}]`?"
                self.error(f"unknown key `{key}` in {_titled(self.name)}", key, hint)

    def error(self, message: str, key: str | None = None, hint: str | None = None) -> None:
        """Report a problem with the table or one of its keys."""
        self.problems.error("config", message, self.file.place(self.name, key, self.entry), hint)

    def _take(self, key: str, default: Json, kind: str, is_right: Callable[[Json], bool]) -> Json:
        self.asked.append(key)
        if key not in self.values:
            return default
        value = self.values[key]
        if is_right(value):
            return value
        self.error(f"`{key}` in {_titled(self.name)} must be {kind}", key)
        return default


def name_hint(name: str, known: Iterable[str]) -> str | None:
    """A hint with the most similar known name, or with all known names."""
    options = list(known)
    listed = f"known are {', '.join(f'`{option}`' for option in options)}" if options else None
    return did_you_mean(name, options) or listed


def _titled(table: str) -> str:
    return f"[{table}]" if table else "the configuration"


def _key_of(line: str) -> str:
    quoted = _QUOTED.match(line)  # may contain `=`
    return quoted[2] if quoted else line.partition("=")[0].strip().strip("\"'")


def _is_other_form(name: str, current: str, table: str, key: str) -> bool:
    """Whether a header or a dotted key refers to a table's key: `[table.key]`, `table.key = …`, `key.inner = …`."""
    parts = tuple(part.strip(" \t\"'") for part in name.split("."))
    whole = (table, key) if table else (key,)
    if name == current or not current:  # a header, or a key before the first header
        return len(parts) > 1 and parts[: len(whole)] == whole
    return current == table and len(parts) > 1 and parts[0] == key


def _is_amounts(value: Json) -> bool:
    if not isinstance(value, Mapping):
        return False
    return all(name.partition("=")[0].strip() and _is_amount(usd) for name, usd in value.items())


def _is_filled(value: Json) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_inner(value: Json) -> bool:
    if not _is_filled(value) or value.startswith(("/", "~", "\\")) or value[1:2] == ":":
        return False
    return not posixpath.normpath(value).startswith("..")


def _is_texts(value: Json) -> bool:
    return isinstance(value, list) and all(map(_is_filled, value))


def _is_address(value: Json) -> bool:
    if not isinstance(value, str) or not value.startswith(("https://", "http://")):
        return False
    try:
        parts = urlsplit(value)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _is_number(value: Json) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def _is_amount(value: Json) -> bool:
    amount = parse_usd(value)
    return amount is not None and amount >= 0


def not_toml(data: bytes, complaint: str) -> tuple[str, str | None]:
    """What is wrong with a file that the parser complains about, in words that follow its name, and the hint."""
    if is_pointer(data):
        return "is only a Git LFS pointer", f"{FETCH}; {KEEP_OUT}"
    return f"is not TOML: {plain_complaint(complaint)}", None


def plain_complaint(message: str) -> str:
    """The message of Python's TOML reader, with tables named as in the file."""
    return _TWICE.sub(lambda found: f"table `[{'.'.join(_NAME.findall(found['names']))}]` appears twice", message)


def parse_toml(data: bytes, name: str, problems: Problems) -> tuple[str, Mapping[str, Json]]:
    """The text of a TOML file and what it says; "" and nothing if it is not TOML, which is added to the problems."""
    import tomllib  # takes 10 ms to import, and many projects have no configuration

    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.error("config", "the configuration is not UTF-8 text", Location(name, line, 1))
        return "", {}
    try:
        return text, tomllib.loads(text)
    except (RecursionError, ValueError) as error:  # also for numbers and nesting that Python rejects
        position = _POSITION.search(str(error))
        lines = text.splitlines() or [""]
        line, column = len(lines), 1  # for errors at the end of the document
        if position is not None and position["line"] is not None:
            line, column = int(position["line"]), int(position["column"])
        message, hint = not_toml(data, _POSITION.sub("", str(error)))
        where = Location(name, line, column, "".join(lines[line - 1 : line]))
        problems.error("config", f"the configuration {message}", where, hint)
        return "", {}
