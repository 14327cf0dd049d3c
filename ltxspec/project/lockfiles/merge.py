"""Merges lockfiles: as git's merge driver, and after a merge that git failed to make or made wrongly.

The two sides are read from where they are intact: from git's index while it holds the conflict, otherwise from the
merged commits. Conflict markers in the file itself are the last resort, because digests of blocks that git mixed prove
nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ltxspec.errors import LockfileError, LtxspecError, WrongUsage
from ltxspec.lock.codec import SUFFIX, decode_lockfile, encode_lockfile
from ltxspec.lock.errors import without_merge
from ltxspec.lock.merge import merge_lockfiles, missing_tasks, recorded_tasks, split_conflict
from ltxspec.lock.models import Lockfile
from ltxspec.lock.verdict_merge import merge_verdicts
from ltxspec.lock.verdicts import SUFFIX as VERDICTS
from ltxspec.lock.verdicts import VerdictError, decode_verdicts, encode_verdicts
from ltxspec.project.project import ProjectContext
from ltxspec.storage.durable import LARGEST, REAL, read_if_exists, replace_file
from ltxspec.storage.file_lock import exclusive
from ltxspec.storage.git import repository_of, run_git
from ltxspec.storage.git_objects import BASE, OURS, THEIRS, TooLarge, conflicts
from ltxspec.storage.git_refs import find_commit

_SUFFIXES = (SUFFIX, VERDICTS)
# Names under which git keeps the other side during a merge, cherry-pick or rebase. Our side is HEAD.
_OTHER_SIDES = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REBASE_HEAD")


@dataclass(frozen=True, slots=True)
class Sides:
    """The versions of one lockfile to merge, and a description of where they were found."""

    ours: Lockfile
    theirs: Lockfile
    base: Lockfile | None
    source: str


@dataclass(frozen=True, slots=True)
class Merged:
    """One merged lockfile."""

    path: str
    tasks: int
    source: str


def merge_driver(base: Path, ours: Path, theirs: Path, name: str) -> None:
    """Merge three files as git's merge driver, and write the result to `ours`.

    If they cannot be merged, `ours` gets both complete sides between conflict markers: no command accepts that file as
    a lockfile, and nothing is lost.

    Raises:
        LockfileError: a side cannot be read, or the two belong to different specs or providers.
        StorageError: a file cannot be read or written.
    """
    contents = [read_if_exists(path) or b"" for path in (base, ours, theirs)]
    if name.endswith(VERDICTS):
        _merge_verdicts_driven(ours, contents, name)
        return
    try:
        sides = _sides_of(dict(zip((BASE, OURS, THEIRS), contents, strict=True)), name)
        merged = _joined(sides)
    except LockfileError:
        replace_file(ours, _in_conflict(contents[1], contents[2]))
        raise
    replace_file(ours, merged)


def _merge_verdicts_driven(ours: Path, contents: Sequence[bytes], name: str) -> None:
    """The same for files of verdicts. Raises VerdictError, StorageError."""
    try:
        merged = _merged_verdicts(contents[1], contents[2], contents[0], name)
    except VerdictError:
        replace_file(ours, _in_conflict(contents[1], contents[2]))
        raise
    replace_file(ours, merged)


def _merged_verdicts(ours: bytes, theirs: bytes, base: bytes, name: str) -> bytes:
    """Every remark of both sides, but those that one of them took out; without a file, a side has none.

    Raises VerdictError.
    """
    sides = [decode_verdicts(side, name) for side in (ours, theirs) if side]
    if not sides:
        raise VerdictError(f"neither side of `{name}` has verdicts")
    return encode_verdicts(merge_verdicts(sides[0], sides[-1], decode_verdicts(base, name) if base else None))


def _merge_verdict_file(root: Path, path: str, stages: dict[int, bytes] | None) -> Merged | None:
    """Merge one file of verdicts that a git merge left unresolved; None if nothing is wrong with it."""
    data = read_if_exists(root / path, root) or b""
    if stages is not None:
        ours, theirs, base = (stages.get(stage) or b"" for stage in (OURS, THEIRS, BASE))
    elif b"<<<<<<<" in data:
        ours, theirs = (side.encode() for side in split_conflict(data.decode("utf-8", "replace"))[:2])
        base = b""
    else:
        decode_verdicts(data, path)
        return None
    merged = _merged_verdicts(ours, theirs, base, path)
    replace_file(root / path, merged, REAL.inside(root))
    return Merged(path, len(decode_verdicts(merged, path).verdicts), "verdicts of both sides")


def merge_conflicts(project: ProjectContext, paths: Sequence[str]) -> Iterator[Merged | LtxspecError]:
    """Merge every lockfile that a git merge left unresolved or damaged, and write it.

    Args:
        project: the project.
        paths: the lockfiles to check, relative to where the command was started; if empty, all of this provider.

    Yields:
        For each lockfile that needed it, the result or the error that prevented the merge.
    """
    folder = project.label(project.lockfiles)
    places = [_place(project, path) for path in paths] or [folder]
    unmerged = conflicts(project.root, *places)
    every = (path for suffix in _SUFFIXES for path in project.lockfiles.glob(f"*{suffix}"))
    present = places if paths else [project.label(path) for path in every]
    for path in sorted({*present, *(path for path in unmerged if path.endswith(_SUFFIXES))}):
        merge_one = _merge_verdict_file if path.endswith(VERDICTS) else _merge_one
        try:
            with exclusive(project.paths_of(_spec_of(path)).guard, wait=0.0, command="lock merge", within=project.root):
                merged = merge_one(project.root, path, unmerged.get(path))
        except LtxspecError as error:
            yield error
            continue
        if merged is not None:
            yield merged


def _place(project: ProjectContext, path: str) -> str:
    label = project.label((project.folder / path).resolve())
    if not label.endswith(_SUFFIXES):
        hint = f"name files that end in `{SUFFIX}` or `{VERDICTS}`, or none for all"
        raise WrongUsage(f"`{path}` is not a lockfile", hint=hint)
    return label


def _spec_of(path: str) -> str:
    return Path(path).name.removesuffix(SUFFIX).removesuffix(VERDICTS)


def _merge_one(root: Path, path: str, stages: dict[int, bytes] | None) -> Merged | None:
    """Repair one file; None if nothing is wrong with it."""
    data = read_if_exists(root / path, root)
    if stages is not None:
        sides = _sides_of(stages, path)
    else:
        damage = _damage(data, path)
        if damage is None or data is None:
            return None
        sides = _sides_of_history(root, path, data) or _sides_of_markers(data, path, damage)
    merged = _joined(sides)
    lockfile = decode_lockfile(merged, path)
    _refuse_loss(data, lockfile, path)
    if merged != data:
        if read_if_exists(root / path, root) != data:
            raise LockfileError(
                f"lockfile `{path}` was changed in the meantime; nothing was written", hint="merge again"
            )
        replace_file(root / path, merged, REAL.inside(root))
    return Merged(path, len(recorded_tasks(lockfile)), sides.source)


def _damage(data: bytes | None, path: str) -> LockfileError | None:
    """The error that reading a file raises, if any."""
    if data is None:
        raise LockfileError(f"lockfile `{path}` does not exist")
    try:
        decode_lockfile(data, path)
    except LockfileError as error:
        return error
    return None


def _sides_of(stages: dict[int, bytes], path: str) -> Sides:
    """The sides from git's index. If one side deleted the file, the other is kept: it records what was paid for."""
    ours, theirs = (
        decode_lockfile(stages[stage], f"{path} ({whose})") if stages.get(stage) else None
        for stage, whose in ((OURS, "ours"), (THEIRS, "theirs"))
    )
    whole = ours or theirs
    if whole is None:
        raise LockfileError(f"neither side of `{path}` has a lockfile", hint="`git log -- FILE` shows who removed it")
    if ours is None or theirs is None:
        return Sides(whole, whole, None, "one side had no such file; the other's is kept")
    try:
        base = decode_lockfile(stages[BASE], f"{path} (base)") if stages.get(BASE) else None
    except LockfileError:  # the base only shows which side changed what; the paid tasks are in the sides
        base = None
    return Sides(ours, theirs, base, "both sides from git")


def _sides_of_history(root: Path, path: str, data: bytes) -> Sides | None:
    """The sides of a finished or current git merge that reported no conflict in this file."""
    if repository_of(root) is None:
        return None
    for other in filter(None, (find_commit(root, name) for name in _OTHER_SIDES)):
        if (theirs := _at(root, other, path)) is not None and (ours := _at(root, "HEAD", path)) is not None:
            base = run_git(root, "merge-base", "HEAD", other).stdout.decode().strip()
            return _sides_of({OURS: ours, THEIRS: theirs, BASE: _at(root, base, path) or b""}, path)
    last = run_git(root, "rev-list", "-1", "HEAD", "--", path).stdout.decode().strip()
    if not last or _at(root, last, path) != data:
        return None
    ours, theirs = _at(root, f"{last}^1", path), _at(root, f"{last}^2", path)
    if ours is None or theirs is None:
        return None
    base = run_git(root, "merge-base", f"{last}^1", f"{last}^2").stdout.decode().strip()
    return _sides_of({OURS: ours, THEIRS: theirs, BASE: _at(root, base, path) or b""}, path)


def _at(root: Path, revision: str, path: str) -> bytes | None:
    """A file at a revision; None if either does not exist. Raises TooLarge."""
    if not revision:
        return None
    name = f"{revision}:./{path}"
    size = run_git(root, "cat-file", "-s", name)
    if size.returncode != 0:
        return None
    if int(size.stdout) > LARGEST:
        raise TooLarge(f"`{path}` at {revision[:12]} is larger than {LARGEST // 2**20} MiB")
    done = run_git(root, "cat-file", "blob", name)
    return done.stdout if done.returncode == 0 else None


def _sides_of_markers(data: bytes, path: str, damage: LockfileError) -> Sides:
    """The sides of a file with conflict markers that git no longer lists as conflicted.

    Raises:
        LockfileError: there are no conflict markers: the file was damaged in some other way.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise without_merge(damage) from None
    ours, theirs, base = split_conflict(text)
    if ours == theirs:
        raise without_merge(damage)
    mine, others = (
        decode_lockfile(side.encode(), f"{path} ({whose})", check_digests=False)
        for side, whose in ((ours, "ours"), (theirs, "theirs"))
    )
    try:
        shared = decode_lockfile(base.encode(), path, check_digests=False) if base is not None else None
    except LockfileError:
        shared = None
    return Sides(mine, others, shared, "both sides from the conflict markers; compare with `ltxspec show`")


def _joined(sides: Sides) -> bytes:
    """The merged file, after checking by reading it back that it contains every task of both sides."""
    data = encode_lockfile(merge_lockfiles(sides.ours, sides.theirs, sides.base))
    merged = decode_lockfile(data, "the merged lockfile")
    lost = [*missing_tasks(sides.ours, merged), *missing_tasks(sides.theirs, merged)]
    if lost:
        raise AssertionError(f"a merge lost {lost[0]}")
    return data


def _refuse_loss(data: bytes | None, merged: Lockfile, path: str) -> None:
    """Stop if the file on disk records a task that neither side has: it was changed since the merge."""
    try:
        present = decode_lockfile(data or b"", path, check_digests=False)
    except LockfileError:
        return
    if lost := missing_tasks(present, merged):
        raise LockfileError(
            f"lockfile `{path}` records what neither side of the merge has: {lost[0]}",
            hint="keep a copy, restore the file with `git checkout --merge -- FILE`, and merge again",
        )


def _in_conflict(ours: bytes, theirs: bytes) -> bytes:
    """Both complete sides, between conflict markers that `lock merge` understands."""
    mine, others = (side if not side or side.endswith(b"\n") else side + b"\n" for side in (ours, theirs))
    return b"<<<<<<< ours\n" + mine + b"=======\n" + others + b">>>>>>> theirs\n"
