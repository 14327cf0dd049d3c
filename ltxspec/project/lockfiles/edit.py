"""Changes lockfiles on request: renames a shot's takes, removes takes, updates the format.

Each operation holds the exclusive lock of every spec it touches. While a task of a shot is in progress, the shot is
not renamed or removed: the journal records the result under its name.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from ltxspec.errors import LtxspecError, Refused, WrongUsage
from ltxspec.lock.codec import VERSION, encode_lockfile
from ltxspec.lock.journal import JournalState, fold
from ltxspec.lock.merge import append_takes
from ltxspec.lock.models import Lockfile, ShotRecord, Take
from ltxspec.plan.addresses import suggestion
from ltxspec.project.links import relink, with_gone
from ltxspec.project.locks import locked
from ltxspec.project.lookup import UnknownAddress, lockfile_names
from ltxspec.project.project import ProjectContext
from ltxspec.project.sidecars import WHOLE
from ltxspec.spec.names import INSTANCE_KEY, SHOT_NAME_RULE, SPEC_NAME, SPEC_NAME_RULE
from ltxspec.storage.durable import read_if_exists
from ltxspec.storage.state import read_state
from ltxspec.values import ShotAddress, dollars, total_usd


class UnderWay(LtxspecError):
    """A task of the shot is not recorded as finished."""

    code = "under-way"


_WILDCARD = re.compile(r"[*?]")
_PATTERNS = {"*": "(.*)", "?": "(.)"}
FORMAT_VERSION = VERSION  # the version that lockfiles are written in


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The takes that `lock rm` removes, with their numbers as in `ltxspec show`."""

    address: ShotAddress
    takes: Sequence[tuple[int, Take]]

    @property
    def money(self) -> str:
        """What the takes cost; an unknown cost never counts as 0."""
        known, unknown = total_usd(take.cost for _, take in self.takes)
        if not unknown:
            return dollars(known)
        return f"at least {dollars(known)}, {unknown} of unknown cost" if known else f"{unknown} of unknown cost"


Renames = Sequence[tuple[ShotAddress, ShotAddress]]  # old and new address of each instance


def move(
    project: ProjectContext, origin: str, target: str, agreed: Callable[[Renames], bool] = lambda _: True
) -> Renames:
    """Move takes to other names, possibly in another spec's lockfile; nothing paid is lost.

    Takes already recorded under a new name are kept, and so is their current take.

    Args:
        project: the project.
        origin: a shot, an instance, an address with the wildcards `*` and `?`, or the name of a whole spec.
        target: the new name: of the same kind, or the name of a spec, where everything keeps its name. As many
            wildcards as in `origin` stand for the same parts.
        agreed: called with the renames before anything is written.

    Returns:
        Each instance's old and new address.

    Raises:
        UnknownAddress: nothing is recorded under the old name.
        WrongUsage: it is not clear which instances are meant, or a new name is not a name.
        UnderWay: a task of one of the shots is not finished.
        Refused: not agreed.
        LockHeld, LockfileError, StorageError: as for every change of a lockfile.
    """
    source, destination = _specs_of(origin, target)
    with locked(project, (source, destination), command="lock mv") as states:
        lockfiles = {spec: state.read_lockfile() for spec, state in states.items()}
        journals = {spec: fold(state.events()) for spec, state in states.items()}
        pairs = _renames_of_finished(lockfiles[source], journals, origin, target)
        if not agreed(pairs):
            raise Refused("not-approved", "not confirmed; nothing was moved")
        before = lockfiles[source]
        for old, _ in pairs:
            lockfiles[source] = _without(lockfiles[source], old.instance)
        for old, new in pairs:
            record, section = _taken(before, old.instance)
            lockfiles[new.spec] = _put(lockfiles[new.spec], new.instance, record, section)
        # The new name is written first: after a crash between the two writes the takes have both names, never none.
        for spec in dict.fromkeys((destination, source)):
            states[spec].write_lockfile(lockfiles[spec])
        gone = [old.instance for old, _ in pairs if old.instance not in lockfiles[source].shots]
        lockfiles[source] = with_gone(lockfiles[source], gone)
        relink(project, lockfiles.values(), WHOLE)
    return pairs


def planned_moves(project: ProjectContext, origin: str, target: str) -> Renames:
    """What `move` would do. Raises as `move`."""
    source, destination = _specs_of(origin, target)
    read = {spec: read_state(project.paths_of(spec)) for spec in (source, destination)}
    journals = {spec: fold(events) for spec, (_, events) in read.items()}
    return _renames_of_finished(read[source][0], journals, origin, target)


def _renames_of_finished(lockfile: Lockfile, journals: Mapping[str, JournalState], origin: str, target: str) -> Renames:
    """As `renames`. Raises UnderWay also for a shot that has nothing but a task in progress: that would stay behind."""
    ordered = [task.intent.instance for task in journals[lockfile.spec].open.values()]
    pairs = renames(lockfile, origin, target, ordered)
    _refuse_open(journals, [address for pair in pairs for address in pair])
    return pairs


def joined_takes(project: ProjectContext, pairs: Renames) -> dict[ShotAddress, int]:
    """The new names that have takes already, and how many. Raises LockfileError."""
    lockfiles = {spec: _read(project, spec) for spec in {new.spec for _, new in pairs}}
    found = {new: _taken(lockfiles[new.spec], new.instance)[0] for _, new in pairs}
    return {address: len(record.takes) for address, record in found.items() if record.takes}


def _specs_of(origin: str, target: str) -> tuple[str, str]:
    """The specs of an old and a new name. Raises WrongUsage."""
    source, destination = (text.partition(".")[0] for text in (origin, target))
    for name in (source, destination):
        if re.fullmatch(SPEC_NAME, name) is None:
            raise WrongUsage(f"`{name}` is not the name of a spec", hint=SPEC_NAME_RULE)
    return source, destination


def _read(project: ProjectContext, spec: str) -> Lockfile:
    return read_state(project.paths_of(spec))[0]


def forget(
    project: ProjectContext, address: ShotAddress, number: int | None, agreed: Callable[[Forgotten], bool]
) -> Forgotten:
    """Remove a shot, or one of its takes, from the lockfile.

    Args:
        project: the project.
        address: one instance.
        number: the take, as numbered by `ltxspec show`; None: the whole shot.
        agreed: called to confirm before anything is written.

    Raises:
        UnknownAddress: nothing is recorded there.
        UnderWay: a task of the shot is not finished.
        Refused: not agreed.
        LockHeld, LockfileError, StorageError: as for every change of a lockfile.
    """
    with locked(project, (address.spec,), command="lock rm") as states:
        state = states[address.spec]
        lockfile = state.read_lockfile()
        _refuse_open({address.spec: fold(state.events())}, [address])
        if address.instance not in {*lockfile.shots, *lockfile.retired}:
            raise _unknown(address, lockfile)
        record, section = _taken(lockfile, address.instance)
        if number is not None and not 1 <= number <= len(record.takes):
            raise WrongUsage(f"`{address}` has takes 1 to {len(record.takes)}, not {number}", hint="see `ltxspec show`")
        doomed = [(n, take) for n, take in enumerate(record.takes, 1) if number in (None, n)]
        found = Forgotten(address, doomed)
        if not agreed(found):
            raise Refused("not-approved", "not confirmed; nothing was removed")
        kept = tuple(take for n, take in enumerate(record.takes, 1) if number not in (None, n))
        lockfile = _without(lockfile, address.instance)
        if kept:
            lockfile = _put(lockfile, address.instance, _with_current(ShotRecord(record.current, kept)), section)
        state.write_lockfile(lockfile)
        relink(project, [with_gone(lockfile, [address.instance])])
    return found


def migrate(project: ProjectContext) -> tuple[list[str], int]:
    """Write every lockfile in the current format; files that already have it are not touched.

    Returns:
        The names of the specs whose lockfiles were written, and how many were read.

    Raises:
        LockfileError: one cannot be read; those before it are written.
        LockHeld, StorageError: as for every change of a lockfile.
    """
    names, written = lockfile_names(project), []
    for name in names:
        with locked(project, (name,), command="lock migrate") as states:
            lockfile = states[name].read_lockfile()
            if encode_lockfile(lockfile) != read_if_exists(project.paths_of(name).lockfile, project.root):
                states[name].write_lockfile(lockfile)
                written.append(name)
    return written, len(names)


def renames(lockfile: Lockfile, origin: str, target: str, ordered: Iterable[str] = ()) -> Renames:
    """Old and new address of each instance, recorded or `ordered`, that is renamed: see `move`.

    Raises UnknownAddress, WrongUsage.
    """
    _, _, wanted = origin.partition(".")
    every = sorted({*lockfile.shots, *lockfile.retired, *ordered})
    keys = [key for key in every if key == wanted] or [key for key in every if _parts(wanted or "*", key) is not None]
    if not keys:
        raise _unknown(ShotAddress(lockfile.spec, wanted), lockfile)
    if wanted and keys != [wanted] and not _WILDCARD.search(wanted):
        raise WrongUsage(f"`{origin}` has {len(keys)} instances", hint=f"to move all of them, write '{origin}[*]'")
    spec, dot, name = target.partition(".")
    pairs = [
        (ShotAddress(lockfile.spec, key), ShotAddress(spec, _renamed(wanted or "*", key, name if dot else None)))
        for key in keys
    ]
    news = [new for _, new in pairs]
    if len(set(news)) < len(news):
        raise WrongUsage(
            f"`{target}` is one name for {len(news)} instances",
            hint="give it as many wildcards as the old name, or only the name of a spec",
        )
    for old, new in pairs:
        if old == new:
            raise WrongUsage(f"`{old}` is already its name")
        if re.fullmatch(INSTANCE_KEY, new.instance) is None:
            raise WrongUsage(f"`{new.instance}` is not a valid name of a shot", hint=SHOT_NAME_RULE)
    return pairs


def _parts(pattern: str, key: str) -> tuple[str, ...] | None:
    """What the wildcards of a pattern stand for in a key; a bare name also matches its instances. None: no match."""
    escaped = "".join(_PATTERNS.get(piece, re.escape(piece)) for piece in re.split(r"([*?])", pattern))
    instances = "" if "[" in pattern else r"(?:\[.*\])?"
    found = re.fullmatch(escaped + instances, key, re.DOTALL)
    return None if found is None else found.groups()


def _renamed(pattern: str, key: str, target: str | None) -> str:
    """The new name of one instance; None for the target keeps it."""
    if target is None:
        return key
    parts = list(_parts(pattern, key) or ())
    pieces = re.split(r"([*?])", target)
    if len(pieces) == 1 or len(pieces) // 2 != len(parts):
        return target if "[" in target or "[" not in pattern else target + key[len(key.partition("[")[0]) :]
    return "".join(parts.pop(0) if number % 2 else piece for number, piece in enumerate(pieces))


def _unknown(address: ShotAddress, lockfile: Lockfile) -> UnknownAddress:
    known = [ShotAddress(address.spec, key) for key in sorted({*lockfile.shots, *lockfile.retired})]
    hint = suggestion(str(address), known) if known else f"no take of `{address.spec}` is recorded"
    return UnknownAddress(f"no lockfile contains `{address}`", hint=hint)


def _refuse_open(journals: Mapping[str, JournalState], addresses: Sequence[ShotAddress]) -> None:
    for address in dict.fromkeys(addresses):
        if journals[address.spec].by_instance(address.instance):
            raise UnderWay(
                f"a task of `{address}` is still under way, and its result will be recorded under this name",
                hint="run `ltxspec collect` first",
            )


def _taken(lockfile: Lockfile, key: str) -> tuple[ShotRecord, str]:
    """All takes under a key, and their section: `shots` if any of them is recorded there."""
    live, retired = lockfile.shots.get(key), lockfile.retired.get(key)
    if live is None or retired is None:
        return live or retired or ShotRecord(None, ()), "shots" if live else "retired"
    return append_takes(live, retired), "shots"


def _put(lockfile: Lockfile, key: str, record: ShotRecord, section: str) -> Lockfile:
    """Add takes to a key in the given section; a key that is among the shots already stays there."""
    if key in lockfile.shots or key in lockfile.retired:
        present, where = _taken(lockfile, key)
        record = append_takes(present, record)
        section = "shots" if "shots" in (section, where) else section
        lockfile = _without(lockfile, key)
    if section == "shots":
        return replace(lockfile, shots={**lockfile.shots, key: record})
    return replace(lockfile, retired={**lockfile.retired, key: record})


def _with_current(record: ShotRecord) -> ShotRecord:
    """The record with a valid current take: if it was removed, the latest take that succeeded."""
    if record.current is None or record.take(record.current) is not None:
        return record
    good = [take.task_id for take in record.takes if take.status == "succeeded"]
    return replace(record, current=good[-1] if good else None)


def _without(lockfile: Lockfile, key: str) -> Lockfile:
    shots, retired = (
        {name: record for name, record in records.items() if name != key}
        for records in (lockfile.shots, lockfile.retired)
    )
    return replace(lockfile, shots=shots, retired=retired)
