"""Makes an earlier take of a shot current, or another of its outputs. Nothing is ordered."""

import shlex
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from msgspec.structs import replace

from ltxspec.errors import LtxspecError, WrongUsage
from ltxspec.lock.journal import fold
from ltxspec.lock.models import ShotRecord, Take
from ltxspec.plan.actions import Action, Change, Reason
from ltxspec.plan.differences import request_changes
from ltxspec.plan.document import PlanOptions
from ltxspec.plan.recorded import record_under
from ltxspec.project.links import relink
from ltxspec.project.locks import locked
from ltxspec.project.lookup import UnknownAddress, find_one
from ltxspec.project.plan import plan_project
from ltxspec.project.project import ProjectContext
from ltxspec.report.picks import following_text, undoing_text
from ltxspec.report.wording import counted
from ltxspec.values import Fingerprint, ShotAddress, TaskId


@dataclass(frozen=True, slots=True)
class Picked:
    """The take that is now current, and its number as in `ltxspec show`."""

    address: ShotAddress
    number: int
    task: TaskId


def pick(project: ProjectContext, address: str, number: int | None = None, result: int | None = None) -> Picked:
    """Make a take the current one. The choice is kept: it applies again when an edit is undone.

    Args:
        project: the project.
        address: one shot.
        number: the take, as numbered by `ltxspec show`; None: the current one.
        result: which of its outputs is shown and linked first, counted from 1; None: unchanged.

    Raises:
        UnknownAddress: nothing is recorded there.
        WrongUsage: there is no such take or result, or the take has no video.
        LockHeld, LockfileError, StorageError: as for every change of a lockfile.
    """
    found = find_one(project, address).address
    spec, key = found.spec, found.instance
    with locked(project, [spec], command="pick") as states:
        lockfile = states[spec].read_lockfile()
        is_retired = key not in lockfile.shots
        records = lockfile.retired if is_retired else lockfile.shots
        record = record_under(lockfile, key)
        if record is None:
            raise UnknownAddress(
                f"`{address}` was removed from the lockfile in the meantime", hint="run the command again"
            )
        place, take = chosen(address, record, number, result)
        changed = {**records, key: record.with_pick(take.task_id, result or 1)}
        rest = {
            name: other for name, other in lockfile.retired.items() if name != key
        }  # its takes are among the shot's
        sections = (lockfile.shots, changed) if is_retired else (changed, rest)
        lockfile = replace(lockfile, shots=sections[0], retired=sections[1])
        states[spec].write_lockfile(lockfile)
        relink(project, [lockfile])
        ordered = [task.intent for task in fold(states[spec].events()).open.values() if task.intent.instance == key]
        _warn_of_order(project, found, take, {intent.fingerprint for intent in ordered})
    return Picked(found, place, take.task_id)


def _warn_of_order(
    project: ProjectContext, address: ShotAddress, take: Take, in_progress: AbstractSet[Fingerprint]
) -> None:
    """Say what becomes of the pick when the takes arrive that are ordered for the shot."""
    if take.fingerprint in in_progress:
        project.warn(f"an order for `{address}` is in progress: its take will be the one in use once it arrives")
    elif in_progress:
        project.warn(
            f"an order for another version of `{address}` is in progress: its take will be in use only while the spec "
            "asks for that version"
        )


def aftermath(project: ProjectContext, picked: Picked) -> str:
    """What the next plan makes of a pick: warnings and hints, each on a line.

    Nothing if it keeps the pick and orders nothing because of it, or if it cannot be made.
    """
    try:
        planned = plan_project(project, PlanOptions(targets=(f"{picked.address}+",)))
        record = find_one(project, str(picked.address)).record
    except LtxspecError:
        return ""
    said = ""
    for change in planned.changes:
        if change.address == picked.address and (change.action.spends or change.action is Action.RESTORE):
            said = _undone(project, picked, change, record)
    following = [
        change
        for change in planned.changes
        if change.action.spends and change.address != picked.address and Reason.SOURCE_CHANGED in change.reasons
    ]
    held = [
        change
        for change in planned.changes
        if change.action is Action.HELD and change.address != picked.address and Reason.SOURCE_CHANGED in change.reasons
    ]
    return said + (following_text(str(picked.address), following, held) if following or held else "")


def _undone(project: ProjectContext, picked: Picked, change: Change, record: ShotRecord) -> str:
    """That the next plan would make another take current: this one was made for another request than the spec's."""
    if change.request is None:
        return ""
    model = project.catalog.find(change.request.body["model"])
    fields = request_changes(record.take(picked.task), change.request, model)
    return undoing_text(picked.number, change, fields)


def chosen(address: str, record: ShotRecord, number: int | None, result: int | None) -> tuple[int, Take]:
    """The chosen take, and its number."""
    takes = record.takes
    if number is None:
        number = next((n for n, take in enumerate(takes, 1) if take.task_id == record.current), 0)
        if not number:
            raise WrongUsage(f"`{address}` has no current take", hint="choose one with --take N")
    if not 1 <= number <= len(takes):
        has = counted(len(takes), "take")
        raise WrongUsage(
            f"`{address}` has {has}, no take {number}", hint=f"`ltxspec show {shlex.quote(address)}` lists them"
        )
    take = takes[number - 1]
    if take.status != "succeeded":
        raise WrongUsage(f"take {number} of `{address}` failed and has no video", hint="pick one that succeeded")
    if result is not None and not 1 <= result <= len(take.outputs):
        has = counted(len(take.outputs), "output")
        raise WrongUsage(f"take {number} of `{address}` has {has}, no result {result}", hint="results count from 1")
    return number, take
