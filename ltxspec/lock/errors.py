"""Errors about a lockfile or journal that cannot be trusted: what is wrong, where, and how to repair it.

No hint ever suggests deleting the file: it is the record of what was paid for.
"""

import shlex
from collections.abc import Sequence

import orjson

from ltxspec.errors import Location, LockfileError, LockfileTooNew
from ltxspec.spec.lfs import FETCH, KEEP_OUT, is_pointer

_MARKERS = (b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>")
_AFTER_MERGE = "after a merge run `ltxspec lock merge`; otherwise "
_KEEP = "keep a copy first: what was bought since that revision is recorded only in this file"
_NAMED_AT_MOST = 3  # shots named in one message


def not_json(data: bytes, name: str, line: int, column: int) -> LockfileError:
    """For bytes that are not valid JSON: empty, conflicted, truncated, or something else."""
    if not data.strip():
        return LockfileError(f"lockfile `{name}` is empty", where=Location(name, 1, 1), hint=_restore(name))
    if is_pointer(data):
        hint = f"{FETCH}; {KEEP_OUT}"
        return LockfileError(f"lockfile `{name}` is only a Git LFS pointer", where=Location(name, 1, 1), hint=hint)
    marker = _first_marker(data)
    if marker is not None:
        return LockfileError(
            f"lockfile `{name}` has conflict markers of an unfinished merge",
            where=Location(name, marker, 1),
            hint="run `ltxspec lock merge`; it keeps the paid tasks of both sides",
        )
    return LockfileError(
        f"lockfile `{name}` is not complete JSON", where=Location(name, line, column), hint=_restore(name)
    )


def too_new(name: str, version: int, known: int) -> LockfileTooNew:
    """For a version of the format that this ltxspec does not know."""
    return LockfileTooNew(
        f"lockfile `{name}` has version {version}, this ltxspec reads up to version {known}",
        where=Location(name, 1, 1),
        hint="upgrade ltxspec",
    )


def damaged(what: str, name: str, where: Location | None = None) -> LockfileError:
    """For JSON that is not a lockfile."""
    hint = f"{_AFTER_MERGE}{_restore(name)}"
    return LockfileError(f"lockfile `{name}` is damaged: {what}", where=where, hint=hint)


def digest_mismatch(shots: Sequence[tuple[str, str]], data: bytes, name: str) -> LockfileError:
    """For blocks, given as (section, key), that were changed after ltxspec wrote them."""
    named = ", ".join(f"`{key}`" for _, key in shots[:_NAMED_AT_MOST])
    more = f" and {len(shots) - _NAMED_AT_MOST} more" if len(shots) > _NAMED_AT_MOST else ""
    verb = "does not match its digest" if len(shots) == 1 else "do not match their digests"
    return LockfileError(
        f"lockfile `{name}`: {named}{more} {verb}",
        where=block_place(data, name, shots[0]),
        hint=f"{_AFTER_MERGE}undo the edit that `git diff -- {shlex.quote(name)}` shows, or, once it is committed, "
        f"restore the file from an earlier revision (`git checkout REVISION -- {shlex.quote(name)}`); {_KEEP}",
    )


def without_merge(error: LockfileError) -> LockfileError:
    """The same error without the advice to merge, where no merge is the cause."""
    error.hint = error.hint and error.hint.removeprefix(_AFTER_MERGE)
    return error


def block_place(data: bytes, name: str, path: Sequence[str | int]) -> Location | None:
    """Where the block of (section, key) starts, found by the layout that ltxspec writes; None if there is none."""
    at = 0
    for depth, step in enumerate(path[:2], start=1):
        found = data.find(b"\n" + b"  " * depth + orjson.dumps(str(step)) + b":", at)
        if found < 0:
            break
        at = found + 1
    if not at:
        return None
    line, indent = data[at:].split(b"\n", 1)[0], len(data) - at - len(data[at:].lstrip(b" "))
    return Location(name, data.count(b"\n", 0, at) + 1, indent + 1, line.decode("utf-8", "replace"))


def _first_marker(data: bytes) -> int | None:
    """The number of the first line that starts with a git conflict marker; no line of JSON does."""
    numbered = enumerate(data.splitlines(), start=1)
    return next((number for number, line in numbered if line.startswith(_MARKERS)), None)


def _restore(name: str) -> str:
    return (
        f"restore it with `git checkout -- {shlex.quote(name)}`, or, once the damage is committed, from an earlier "
        f"revision (`git checkout REVISION -- {shlex.quote(name)}`); {_KEEP}"
    )
