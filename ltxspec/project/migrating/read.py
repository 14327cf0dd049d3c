"""Reads what a script or a browser kept of earlier orders: JSON, JSON lines, logs and chats, in files or folders."""

import json
import os
from collections.abc import Collection, Iterator
from decimal import Decimal
from pathlib import Path

from ltxspec.apply.exchanges import Exchanges, Place, documents_in
from ltxspec.errors import Diagnostic, Location, LtxspecError, WrongUsage
from ltxspec.storage.named import LARGEST_INPUT, read_named

_WHOLE = (".json", ".har")  # one document; `.har`: what a browser recorded
_LINES = (".jsonl", ".ndjson")  # one document a line
_TEXT = (".log", ".txt", ".md")  # documents between other text
_OURS = (".lock.json", ".review.json")  # what ltxspec itself records
READ = (*_WHOLE, *_LINES, *_TEXT)
_MENTIONS = "taskUUID"  # what text that may hold an order has
_MOST_WORK = 4 * LARGEST_INPUT  # characters that are read to find the documents of one text


def read_exchanges(source: Path, name: str, task_types: Collection[str]) -> tuple[Exchanges, list[Diagnostic]]:
    """Read every order and result below a folder, or in one file.

    Args:
        source: the folder or file.
        name: its path as the user wrote it.
        task_types: task types that make videos.

    Returns:
        What was found, and warnings about what cannot be read.

    Raises:
        WrongUsage: there is nothing at that path, or a file of a kind that holds no orders.
    """
    found, warnings = Exchanges(), list[Diagnostic]()
    for path in _files(source, name):
        shown = name if path == source else Path(name, path.relative_to(source)).as_posix()
        warnings += _read(path, shown, found, task_types)
    return found, warnings


def _files(source: Path, name: str) -> Iterator[Path]:
    if not source.exists():
        raise WrongUsage(f"`{name}` does not exist", hint="name a folder with requests and replies, or a table (.csv)")
    if not source.is_dir():
        if source.suffix.lower() not in READ:
            hint = f"a folder, a table (.csv, .tsv), or requests and replies ({', '.join(READ)})"
            raise WrongUsage(f"`{name}` is not a file that `init --from` reads", hint=hint)
        yield source
        return
    for place, folders, names in os.walk(source):
        folders[:] = sorted(folder for folder in folders if not folder.startswith(".") and folder != "node_modules")
        for file in sorted(names):
            if file.lower().endswith(READ) and not file.startswith(".") and not file.endswith(_OURS):
                yield Path(place, file)


def _read(path: Path, shown: str, found: Exchanges, task_types: Collection[str]) -> Iterator[Diagnostic]:
    try:
        text = read_named(path, shown, LARGEST_INPUT).decode("utf-8-sig")
    except UnicodeDecodeError:
        yield _unread(f"`{shown}` is not UTF-8 text", Location(shown, 1, 1))
        return
    except LtxspecError as error:
        yield _unread(error.summary, Location(shown, 1, 1))
        return
    suffix = path.suffix.lower()
    if suffix in _WHOLE:
        yield from _read_whole(text, shown, found, task_types)
    elif suffix in _LINES:
        yield from _read_lines(text, shown, found, task_types)
    else:
        yield from _read_text(text, shown, found, task_types)


def _read_whole(text: str, shown: str, found: Exchanges, task_types: Collection[str]) -> Iterator[Diagnostic]:
    try:
        found.add(json.loads(text, parse_float=Decimal), Place(shown), task_types)
    except json.JSONDecodeError as error:
        yield _unread(f"`{shown}` is not JSON: {error.msg}", Location(shown, error.lineno, error.colno))
    except (ValueError, RecursionError) as error:
        yield _unread(f"`{shown}` is not JSON: {error}", Location(shown, 1, 1))


def _read_lines(text: str, shown: str, found: Exchanges, task_types: Collection[str]) -> Iterator[Diagnostic]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            found.add(json.loads(line, parse_float=Decimal), Place(shown, number), task_types)
        except json.JSONDecodeError as error:
            yield _unread(f"this line is not JSON: {error.msg}", Location(shown, number, error.colno))
        except (ValueError, RecursionError) as error:
            yield _unread(f"this line is not JSON: {error}", Location(shown, number, 1))


def _read_text(text: str, shown: str, found: Exchanges, task_types: Collection[str]) -> Iterator[Diagnostic]:
    """The documents of a text. What mentions a task between them may be an order as Python prints it."""
    at, line, missed = 0, 1, None
    try:
        for document, start, end in documents_in(text, _MOST_WORK):
            missed = missed or _mention(text, at, start, line)
            line += text.count("\n", at, start)
            found.add(document, Place(shown, line), task_types)
            line, at = line + text.count("\n", start, end), end
    except OverflowError:
        yield _unread(f"`{shown}` has too many braces that are no JSON", Location(shown, line, 1), "keep the JSON only")
        return
    missed = missed or _mention(text, at, len(text), line)
    if missed is not None:
        message = f"`{shown}` mentions `{_MENTIONS}` in text that is not JSON"
        yield _unread(message, Location(shown, missed, 1), "it is left out; scripts write JSON with `json.dumps`")


def _mention(text: str, start: int, end: int, line: int) -> int | None:
    """The line in which a part of a text mentions a task; `line` is that of its start."""
    place = text.find(_MENTIONS, start, end)
    return None if place < 0 else line + text.count("\n", start, place)


def _unread(message: str, where: Location, hint: str | None = "it is left out") -> Diagnostic:
    return Diagnostic("warning", "not-read", message, where, hint)
