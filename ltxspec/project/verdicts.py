"""Verdicts: what people decide about takes. Nothing is ordered, and no lockfile is changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from ltxspec.apply.times import time_after, timestamp
from ltxspec.errors import LtxspecError, WrongUsage
from ltxspec.lock.models import ShotRecord, Take
from ltxspec.lock.places import Placed, place_problem
from ltxspec.lock.verdicts import (
    LONGEST_NAME,
    LONGEST_NOTE,
    Note,
    Remark,
    Verdict,
    VerdictFile,
    encode_verdicts,
    is_time,
)
from ltxspec.lock.withdrawals import Withdrawal
from ltxspec.project.locks import verdicts_locked
from ltxspec.project.lookup import UnknownAddress, find, find_one, record_of
from ltxspec.project.pick import chosen
from ltxspec.project.project import ProjectContext
from ltxspec.project.remarks import AHEAD, Remarks, remarks_of, remarks_or_warn, verdict_path, verdicts_of
from ltxspec.redaction import redact_secrets
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.durable import REAL, replace_file
from ltxspec.values import ShotAddress, TaskId

__all__ = [
    "Decided",
    "Opinion",
    "Verdict",
    "add_note",
    "check_place",
    "decide",
    "git_name",
    "kept_note",
    "withdraw_note",
    "write_verdicts",
]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What is said about a take.

    Attributes:
        number: the take, as numbered by `ltxspec show`; None: the current one.
        note: a text.
        at: the moment in the video that the note is about, in seconds.
        by: who decides; None: the name that git has.
        until: where the span that begins at `at` ends, in seconds.
        box: x, y, width, height of what is meant on the frame, as fractions of the frame.
        point: x, y of what is meant on the frame, as fractions of the frame.
        task: the take by its task, instead of its number; it is then not only meant to have that place.
    """

    number: int | None = None
    note: str | None = None
    at: float | None = None
    by: str | None = None
    until: float | None = None
    box: tuple[float, float, float, float] | None = None
    point: tuple[float, float] | None = None
    task: TaskId | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """A take that was decided about."""

    address: ShotAddress
    number: int  # as in `ltxspec show`
    task: TaskId
    remark: Remark


def decide(project: ProjectContext, patterns: Sequence[str], verdict: Verdict, opinion: Opinion) -> list[Decided]:
    """Record a verdict about one take of each shot, in the files beside the lockfiles: about all of them, or none.

    Args:
        project: the project.
        patterns: shots, also with wildcards or as the name of a spec.
        verdict: the decision.
        opinion: the take, and what is said about it.

    Raises:
        UnknownAddress: nothing is recorded there.
        WrongUsage: there is no such take or moment, it has no video, or the note is too long.
        VerdictError: a file cannot be read.
        LockHeld, LockfileError, StorageError: verdicts cannot be written now, or a lockfile cannot be read.
    """
    note = kept_note(opinion.note)
    shots = _shots(project, patterns)
    if opinion.number is not None and len(shots) > 1:
        raise WrongUsage(
            f"`--take` is the number of a take of one shot, and {len(shots)} shots are given",
            hint="without it the current take of each is meant",
        )
    who = _who(project, opinion)
    command = "approve" if verdict is Verdict.APPROVED else "reject"
    specs = sorted({shot.spec for shot in shots})
    with verdicts_locked(project, command=command):
        takes = [(shot, *_take(project, shot, opinion)) for shot in shots]
        files = {spec: verdicts_of(project, spec) for spec in specs}
        counting = remarks_or_warn(project)  # also those from a spec that the take was in before
        known = [counting[task].time for _, _, task in takes if task in counting]
        when = time_after(timestamp(SystemClock().now()), known)
        is_late = verdict is Verdict.APPROVED and when > timestamp(SystemClock().now() + AHEAD)
        if is_late or not is_time(when):
            why = "in the future, after which no approval counts" if is_late else "after which none can follow"
            raise WrongUsage(f"a verdict of `{max(known)}` is recorded, {why}", hint="correct it")
        remark = Remark(verdict, note, opinion.at, who, when, opinion.until, opinion.box, opinion.point)
        decided = [Decided(shot, place, task, remark) for shot, place, task in takes]
        for item in decided:
            files[item.address.spec] = files[item.address.spec].with_remark(item.task, remark)
        for spec, file in files.items():
            write_verdicts(project, spec, file)
    return decided


NoteName = tuple[str | None, str]  # who wrote a note, and when: which one of a take it is


def add_note(project: ProjectContext, address: str, opinion: Opinion, replaces: NoteName | None = None) -> Note:
    """Record a note about a take, which decides nothing.

    Args:
        project: the project.
        address: one shot.
        opinion: the take, and what is said about it; its note is not empty.
        replaces: a note of the same take that is withdrawn with it, if it is still there.

    Raises:
        UnknownAddress, WrongUsage, VerdictError, LockHeld, LockfileError, StorageError: as `decide`.
    """
    text = kept_note(opinion.note)
    if text is None:
        raise WrongUsage("the note is empty", hint="write what is to be said")
    shot = find_one(project, address).address
    who = _who(project, opinion)
    with verdicts_locked(project, command="note"):
        _, task = _take(project, shot, opinion)
        file = verdicts_of(project, shot.spec)
        said = remarks_of(project)
        when = _unlike_others(timestamp(SystemClock().now()), task, said)
        note = Note(text, opinion.at, who, when, opinion.until, opinion.box, opinion.point)
        if replaces is not None and _is_there(replaces, said.noted.get(task, ())):
            file = file.without_note(task, Withdrawal(*replaces, who, when))
        write_verdicts(project, shot.spec, file.with_note(task, note))
    return note


def withdraw_note(project: ProjectContext, address: str, task: TaskId, note: NoteName) -> None:
    """Withdraw a note about a take: it is gone, and comes back neither with a merge nor with an older export.

    Args:
        project: the project.
        address: one shot.
        task: the task of the take.
        note: which note.

    Raises:
        UnknownAddress, WrongUsage, VerdictError, LockHeld, LockfileError, StorageError: as `decide`.
    """
    shot = find_one(project, address).address
    who = _who(project, Opinion())
    with verdicts_locked(project, command="note"):
        _, task = _take(project, shot, Opinion(task=task))
        if not _is_there(note, remarks_of(project).noted.get(task, ())):
            raise WrongUsage("this note is not recorded, or was withdrawn already", hint="load the page again")
        file = verdicts_of(project, shot.spec)
        gone = Withdrawal(*note, who, timestamp(SystemClock().now()))
        write_verdicts(project, shot.spec, file.without_note(task, gone))


def _is_there(name: NoteName, notes: Sequence[Note]) -> bool:
    return name in [(note.by, note.time) for note in notes]


def _unlike_others(when: str, task: TaskId, said: Remarks) -> str:
    """A time that no other note of a take has, nor one that was withdrawn: it is part of a note's name."""
    taken = {note.time for note in said.noted.get(task, ())}
    taken |= {item.note_time for item in said.withdrawn.get(task, ())}
    while when in taken:
        when = time_after(when, [when])
    return when


def write_verdicts(project: ProjectContext, spec: str, file: VerdictFile) -> None:
    """Write the verdicts of a spec, under `verdicts_locked`. Raises StorageError."""
    replace_file(verdict_path(project, spec), encode_verdicts(file), REAL.inside(project.root))


def kept_note(text: str | None) -> str | None:
    """A note as it is recorded, without secrets; None if it is empty. Raises WrongUsage if it is too long."""
    note = redact_secrets((text or "").strip()) or None
    if note is not None and len(note) > LONGEST_NOTE:
        raise WrongUsage(f"the note has {len(note):,} characters, and at most {LONGEST_NOTE:,} are kept")
    return note


def _who(project: ProjectContext, opinion: Opinion) -> str | None:
    """Who decides, as it is recorded."""
    return (redact_secrets(opinion.by or git_name(project.root)) or "")[:LONGEST_NAME] or None


def _shots(project: ProjectContext, patterns: Sequence[str]) -> list[ShotAddress]:
    """The shots that are meant: of a pattern for several, those of the spec that have a take in use."""
    shots: list[ShotAddress] = []
    for pattern in patterns:
        found = find(project, pattern)
        meant = [item for item in found if len(found) == 1 or (item.record.current is not None and not item.retired)]
        if not meant:
            raise UnknownAddress(f"no shot of `{pattern}` has a take in use", hint="`ltxspec show` lists all takes")
        if len(meant) < len(found):
            names = ", ".join(f"`{item.address}`" for item in found if item not in meant)
            project.warn(f"nothing is decided about {names}: without a take in use, or gone from the spec")
        shots += [item.address for item in meant]
    return list(dict.fromkeys(shots))


def _take(project: ProjectContext, shot: ShotAddress, opinion: Opinion) -> tuple[int, TaskId]:
    """The number and the task of the take that is decided about. Raises WrongUsage."""
    record = record_of(project, shot) or ShotRecord(None, ())
    number = opinion.number
    if opinion.task is not None:
        number = next((place for place, take in enumerate(record.takes, 1) if take.task_id == opinion.task), None)
        if number is None:
            raise WrongUsage(f"`{shot}` has no take with the task `{opinion.task}`", hint="load the page again")
    place, take = chosen(str(shot), record, number, None)
    check_place(f"take {place} of `{shot}`", take, opinion)
    return place, take.task_id


def check_place(name: str, take: Take, said: Placed) -> None:
    """Refuse a moment, a span, a point or a box that a take does not have.

    Args:
        name: the take, as shown to users.
        take: the take.
        said: what is said about it.

    Raises:
        WrongUsage: there is no such place in its video.
    """
    length = take.request.get("duration")
    for option, moment in (("at", said.at), ("until", said.until)):
        if moment is None:
            continue
        if not isfinite(moment) or moment < 0:
            raise WrongUsage(f"`--{option} {moment}` is no moment", hint="write seconds from the start, such as 2.5")
        if isinstance(length, int | float) and moment > length:
            raise WrongUsage(f"`--{option} {moment:g}` is beyond the end of {name}, which is {length:g} s long")
    if problem := place_problem(said):
        raise WrongUsage(f"{problem}, in what is said about {name}")


def git_name(root: Path) -> str | None:
    """The name that commits are made under; None without git or without a name."""
    from ltxspec.storage.git import run_git

    try:
        done = run_git(root, "config", "user.name")
    except LtxspecError:
        return None
    return done.stdout.decode(errors="replace").strip() or None
