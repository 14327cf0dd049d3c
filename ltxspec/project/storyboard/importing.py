"""Records what a review page exported: by the rules of `approve` and `reject`, all of it or nothing, and once."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from msgspec.structs import replace

from ltxspec.apply.times import timestamp
from ltxspec.errors import Location, LtxspecError, WrongUsage
from ltxspec.lock.models import Take
from ltxspec.lock.review_export import ReviewedTake, ReviewExport, decode_export
from ltxspec.lock.verdicts import LONGEST_NAME, Note, Remark
from ltxspec.lock.withdrawals import Withdrawal, left
from ltxspec.project.locks import verdicts_locked
from ltxspec.project.lookup import RecordedShot, all_lockfiles, recorded_shots
from ltxspec.project.project import ProjectContext
from ltxspec.project.remarks import AHEAD, remarks_of, verdicts_of
from ltxspec.project.spec_files import NoSpecs, spec_files
from ltxspec.project.verdicts import Decided, check_place, kept_note, write_verdicts
from ltxspec.redaction import redact_secrets
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.named import LARGEST_INPUT, read_named
from ltxspec.suggest import did_you_mean
from ltxspec.values import ShotAddress, TaskId

_MOST_NAMED: Final = 5
_Said = TypeVar("_Said", Remark, Note)


class UnknownTakes(LtxspecError):
    """The file is about takes that this project does not have."""

    code = "unknown-takes"


class RefusedExport(LtxspecError):
    """The file says something that `approve` and `reject` would not accept."""

    code = "review-export"


@dataclass(frozen=True, slots=True)
class Noted:
    """A take about which something was said, and what."""

    address: ShotAddress
    number: int  # as in `ltxspec show`
    task: TaskId
    note: Note


@dataclass(frozen=True, slots=True)
class Imported:
    """What was recorded.

    Attributes:
        decided: new verdicts, in the order of the file.
        noted: new notes, in the order of the file.
        withdrawn: notes that are gone now, in the order of the file.
        withdrawals: how many withdrawals are new; some may be of notes that are not recorded here.
        known: how many verdicts and notes of the file were recorded before, or notes withdrawn.
        overruled: tasks with a new verdict that does not count, because a later one is recorded.
    """

    decided: Sequence[Decided]
    noted: Sequence[Noted]
    withdrawn: Sequence[Noted]
    withdrawals: int
    known: int
    overruled: frozenset[TaskId]


@dataclass(frozen=True, slots=True)
class _Meant:
    """A take of the file, as it is recorded here."""

    address: ShotAddress
    number: int
    take: Take
    said: ReviewedTake

    @property
    def name(self) -> str:
        return f"take {self.number} of `{self.address}`"


@dataclass(frozen=True, slots=True)
class _Words:
    """What is said about a take, as it is recorded."""

    verdicts: Sequence[Remark]
    notes: Sequence[Note]
    withdrawn: Sequence[Withdrawal]


def import_review(project: ProjectContext, path: Path, name: str) -> Imported:
    """Record the verdicts and notes of an exported file. Those that are recorded already stay as they are.

    Args:
        project: the project.
        path: the file.
        name: the file as shown to users.

    Raises:
        UnknownTakes: it is about takes that no lockfile has, or about another provider's.
        WrongUsage: it cannot be read.
        RefusedExport: it says something that `approve` and `reject` would not accept.
        VerdictError: it is not an exported file, or a file of verdicts cannot be read.
        LockHeld, LockfileError, StorageError: verdicts cannot be written now, or a lockfile cannot be read.
    """
    data = read_named(path, name, LARGEST_INPUT)
    export = decode_export(data, name)
    if export.provider != project.provider:
        raise UnknownTakes(
            f"`{name}` is about takes of `{export.provider}`, and this project uses `{project.provider}`",
            hint=f"`--provider {export.provider}` records them" if export.provider in _providers(project) else None,
        )
    with verdicts_locked(project, command="review import"):
        try:
            said = [(item, _checked(item)) for item in _meant(project, export, name, data.decode("utf-8", "replace"))]
        except WrongUsage as error:  # of the file, not of the command
            raise RefusedExport(f"`{name}`: {error.summary.replace('`--', '`')}", hint=error.hint) from None
        return _record(project, said)


def _record(project: ProjectContext, said: Sequence[tuple[_Meant, _Words]]) -> Imported:
    before = {spec: verdicts_of(project, spec) for spec in {item.address.spec for item, _ in said}}
    recorded, files = remarks_of(project), dict(before)
    decided, noted, withdrawn, withdrawals = list[Decided](), list[Noted](), list[Noted](), 0
    for item, words in said:
        spec, task = item.address.spec, item.take.task_id
        gone, there = recorded.withdrawn.get(task, ()), recorded.noted.get(task, ())
        for withdrawal in _new_withdrawals(words.withdrawn, gone):
            files[spec] = files[spec].without_note(task, withdrawal)
            lost = [note for note in there if note not in left(there, [withdrawal])]
            withdrawn += [Noted(item.address, item.number, task, note) for note in lost]
            withdrawals += 1
        for remark in _new(words.verdicts, files[spec].verdicts.get(task, ())):
            files[spec] = files[spec].with_remark(task, remark)
            decided.append(Decided(item.address, item.number, task, remark))
        standing = left(words.notes, (*gone, *files[spec].gone.get(task, ())))
        for note in _new(standing, files[spec].noted.get(task, ())):
            files[spec] = files[spec].with_note(task, note)
            noted.append(Noted(item.address, item.number, task, note))
    for spec, file in files.items():
        if file != before[spec]:
            write_verdicts(project, spec, file)
    last = {item.task: item.remark for item in decided}
    counting = remarks_of(project).by_task
    overruled = frozenset(task for task, remark in last.items() if counting.get(task, remark).verdict != remark.verdict)
    whole = sum(len(words.verdicts) + len(words.notes) for _, words in said)
    return Imported(decided, noted, withdrawn, withdrawals, whole - len(decided) - len(noted), overruled)


def _new_withdrawals(said: Sequence[Withdrawal], known: Sequence[Withdrawal]) -> list[Withdrawal]:
    """Each note once, of those that are not withdrawn yet."""
    names = {(item.note_by, item.note_time) for item in known}
    found = {(item.note_by, item.note_time): item for item in said}
    return [item for name, item in found.items() if name not in names]


def _new(said: Sequence[_Said], known: Sequence[_Said]) -> list[_Said]:
    return [item for item in dict.fromkeys(said) if item not in known]


def _meant(project: ProjectContext, export: ReviewExport, name: str, text: str) -> list[_Meant]:
    """The takes of a file, as they are recorded. Raises UnknownTakes, WrongUsage."""
    found: Mapping[TaskId, list[tuple[RecordedShot, int, Take]]] = defaultdict(list)
    for shot in recorded_shots(all_lockfiles(project)):
        for number, take in enumerate(shot.record.takes, 1):
            found[take.task_id].append((shot, number, take))
    unknown = [item for item in export.takes if item.task_id not in found]
    if unknown:
        names = ", ".join(f"`{item.task_id}` (`{item.address}`)" for item in unknown[:_MOST_NAMED])
        more = f" and {len(unknown) - _MOST_NAMED:,} more" if len(unknown) > _MOST_NAMED else ""
        raise UnknownTakes(
            f"`{name}` is about takes that no lockfile has: {names}{more}",
            where=Location(name, _line_of(unknown[0].task_id, text), 1),
            hint="check out the branch that was reviewed; nothing was recorded",
        )
    recorded = {str(shot.address) for every in found.values() for shot, _, _ in every}
    _check_addresses(project, export, (name, text), recorded)
    return [_one(item, found[TaskId(item.task_id)]) for item in export.takes]


def _check_addresses(
    project: ProjectContext, export: ReviewExport, file: tuple[str, str], recorded: Collection[str]
) -> None:
    """Raises UnknownTakes for an address that neither a lockfile nor a spec has, such as in a file edited by hand."""
    name, text = file
    if all(item.address in recorded for item in export.takes):
        return
    specs, instances = _texts_of_specs(project), set(map(_instance, recorded))
    for item in export.takes:
        shot = _instance(item.address).partition("[")[0]
        if _instance(item.address) in instances or (
            shot and re.search(rf"(?<![\w-]){re.escape(shot)}(?![\w-])", specs)
        ):
            continue  # a shot that was moved since kept its name, or its old one is in `moved:`
        line = _line_of(item.address, text)
        raise UnknownTakes(
            f"`{name}` line {line}: no spec and no lockfile has `{item.address}`",
            where=Location(name, line, 1),
            hint=did_you_mean(item.address, sorted(recorded)) or "write its present address; nothing was recorded",
        )


def _line_of(word: str, text: str) -> int:
    """The line where a word is first; 1 if it is nowhere as such."""
    return text[: max(0, text.find(word))].count("\n") + 1


def _instance(address: str) -> str:
    return address.partition(".")[2]


def _texts_of_specs(project: ProjectContext) -> str:
    """Everything that the specs say; empty if there are none. Raises WrongUsage."""
    try:
        files = spec_files(project, ())
    except NoSpecs:
        return ""
    return "\n".join(read_named(path, path.name, LARGEST_INPUT).decode("utf-8", "replace") for path in files)


def _one(said: ReviewedTake, places: Sequence[tuple[RecordedShot, int, Take]]) -> _Meant:
    """Where a take is recorded: under the address of the file, if it is in several specs and one of them is that."""
    best = next((place for place in places if str(place[0].address) == said.address), places[0])
    shot, number, take = best
    if take.status != "succeeded":
        raise WrongUsage(f"take {number} of `{shot.address}` failed and has no video", hint="nothing was recorded")
    return _Meant(shot.address, number, take, said)


def _checked(item: _Meant) -> _Words:
    """What is said about a take as it is recorded, without secrets. Raises WrongUsage."""
    latest = timestamp(SystemClock().now() + AHEAD)
    placed: list[Remark | Note] = [*item.said.verdicts, *item.said.notes]
    for one in placed:
        check_place(item.name, item.take, one)
    for signed in (*placed, *item.said.withdrawn):
        if signed.time > latest:
            raise WrongUsage(
                f"what is said about {item.name} has the time `{signed.time}`, which is in the future",
                hint="the clock of the reviewer's machine may be wrong; nothing was recorded",
            )
    names = [
        *(signed.by for signed in placed),
        *(name for gone in item.said.withdrawn for name in (gone.by, gone.note_by)),
    ]
    if any(len(name or "") > LONGEST_NAME for name in names):
        raise WrongUsage(f"a name in what is said about {item.name} has more than {LONGEST_NAME} characters")
    said = item.said
    return _Words(
        [replace(remark, note=kept_note(remark.note), by=_name(remark.by)) for remark in said.verdicts],
        [replace(note, note=text, by=_name(note.by)) for note in said.notes if (text := kept_note(note.note))],
        [replace(gone, note_by=_name(gone.note_by), by=_name(gone.by)) for gone in said.withdrawn],
    )


def _name(by: str | None) -> str | None:
    return redact_secrets((by or "").strip()) or None


def _providers(project: ProjectContext) -> set[str]:
    return {side.provider for side in project.sides}
