"""The port through which the pure core reads files of the project: prompts, data tables, local images."""

import re
from collections.abc import Callable
from typing import Protocol

from ltxspec.errors import Location, LtxspecError
from ltxspec.spec.conflicts import CONFLICT, CONFLICT_HINT, conflict_in
from ltxspec.spec.document import Lines, SourceText
from ltxspec.spec.encodings import TextProblem, decode_table, refuse_workbook
from ltxspec.spec.lfs import FETCH, is_pointer
from ltxspec.values import CONTROL, character_name

SPEC_SUFFIXES = (".yaml", ".yml")
_SAYS_SO = re.compile(rb"^apiVersion:[ \t]*[\"']?ltxspec/", re.MULTILINE)


class FileProblem(LtxspecError):
    """A file named in a spec is missing, outside the project, too large or not text; the message says which."""

    code = "file"


def text_of(data: bytes, path: str, place: Callable[[], str] | None = None, encoding: str | None = None) -> str:
    """The text of a file: a BOM is dropped, CRLF becomes LF.

    Args:
        data: the bytes of the file.
        path: the path as the user wrote it.
        place: gives the path from the project's root; called only if there is a problem.
        encoding: None for UTF-8; for a table, one of `ltxspec.spec.encodings`.

    Raises:
        FileProblem: it is a Git LFS pointer, not text in that encoding, or contains a control character or a conflict
            marker; each with its place. In YAML files the parser refuses such characters and markers.
    """
    if is_pointer(data):
        raise FileProblem(f"`{path}` is only a Git LFS pointer here, without its text", hint=FETCH)
    text = _decoded(data, path, place) if encoding is None else _table(data, path, encoding)
    text = text.replace("\r\n", "\n") if "\r" in text else text  # finding one character is ten times faster
    if not path.endswith(SPEC_SUFFIXES):
        _refuse_unfit(text, path, place)
    return text


def _refuse_unfit(text: str, path: str, place: Callable[[], str] | None) -> None:
    found, conflict = CONTROL.search(text), conflict_in(text)
    index = found.start() if found else conflict
    if index is None:
        return
    where = Lines(SourceText(place() if place else path, text)).locate(index)
    if found:
        what, hint = f"the control character {character_name(found[0])}", "remove it"
    else:
        what, hint = CONFLICT, CONFLICT_HINT
    raise FileProblem(f"`{path}` holds {what} (line {where.line})", where=where, hint=hint)


def _decoded(data: bytes, path: str, place: Callable[[], str] | None) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _refuse_workbook(data, path)
        line = data.count(b"\n", 0, error.start) + 1
        where = Location(place() if place else path, line, 1)
        raise FileProblem(f"`{path}` is not UTF-8 text (line {line})", where=where, hint="save it as UTF-8") from None


def _refuse_workbook(data: bytes, path: str) -> None:
    try:
        refuse_workbook(data)
    except TextProblem as problem:
        raise FileProblem(f"`{path}` {problem.message}", hint=problem.hint) from None


def _table(data: bytes, path: str, encoding: str) -> str:
    try:
        return decode_table(data, encoding)
    except TextProblem as problem:
        raise FileProblem(f"`{path}` {problem.message}", hint=problem.hint) from None


def says_it_is_a_spec(data: bytes) -> bool:
    """Whether a file has `apiVersion: ltxspec/…`: a folder of specs may also contain prompts and tables."""
    return _SAYS_SO.search(data) is not None


def refuse_odd(path: str) -> None:
    """Raise `FileProblem` for a path that no project file can have, or that would be harmful if displayed."""
    if not path or any(letter < " " or "\x7f" <= letter <= "\x9f" or "\ud800" <= letter <= "\udfff" for letter in path):
        raise FileProblem("a file name is empty or holds a control character")


def refuse_hidden(place: str, path: str) -> None:
    """Refuse files that are hidden or in a hidden folder: secrets (`.git/config`, `.env`) must not get into a video.

    Args:
        place: the file's path from the project's root, with `/`; normalised, and with any links resolved.
        path: the path as the user wrote it.

    Raises:
        FileProblem: a name in the path begins with a dot.
    """
    if (place.startswith(".") and place != ".") or "/." in place:
        raise FileProblem(
            f"`{path}` is hidden: a name that begins with a dot is for settings and secrets",
            hint="to use it, rename the file and its folders so that no name begins with a dot",
        )


class ProjectFiles(Protocol):
    """Read-only view of a project. Paths are as the user wrote them, with `/`; nothing outside the project is served.

    A path is resolved first relative to the folder of the file that names it, then to the project's root; absolute
    paths, `..` out of the project, links out of it and hidden files raise `FileProblem`.
    """

    def read_text(self, path: str, *, beside: str, encoding: str | None = None) -> str:
        """Text (a BOM is dropped, CRLF becomes LF) of `path` as named in the file `beside`; encodings as `text_of`."""
        ...

    def sha256(self, path: str, *, beside: str) -> str:
        """`sha256:<hex>` of the bytes of `path` as named in the file `beside`."""
        ...

    def resolve(self, path: str, *, beside: str) -> str:
        """The path relative to the project's root, with `/`, of an existing file as named in the file `beside`."""
        ...
