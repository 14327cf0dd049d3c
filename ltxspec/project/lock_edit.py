"""Changes lockfiles on request: renames a shot's takes, removes takes, updates the format.

Each operation holds the exclusive lock of every spec it touches. While a task of a shot is in progress, the shot is
not renamed or removed: the journal records the result under its name.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from ltxspec.errors import LtxspecError, Refused, WrongUsage
from ltxspec.lock.codec import VERSION, encode_lockfile
from ltxspec.lock.journal import fold
from ltxspec.lock.merge import join_takes
from ltxspec.lock.models import Lockfile, ShotRecord, Take
from ltxspec.plan.addresses import suggestion
from ltxspec.project.links import relink
from ltxspec.project.locks import locked
from ltxspec.project.lookup import UnknownAddress, lockfile_names
from ltxspec.project.project import ProjectContext
from ltxspec.storage.durable import read_if_exists
from ltxspec.storage.state import FileSpecState
from ltxspec.values import ShotAddress, format_usd, total_usd


class UnderWay(LtxspecError):
    """A task of the shot is not recorded as finished."""

    code = "under-way"


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
            return f"${format_usd(known)}"
        return f"at least ${format_usd(known)}, {unknown} of unknown cost" if known else f"{unknown} of unknown cost"


def move(project: ProjectContext, origin: ShotAddress, target: ShotAddress) -> list[tuple[ShotAddress, ShotAddress]]:
    """Move the takes of a shot to another name, possibly in another spec's lockfile; nothing paid is lost.

    If only the bare name of a shot with a matrix is given, all its instances are moved. Takes already recorded under
    the new name are kept, and so is their current take.

    Returns:
        Each instance's old and new address.

    Raises:
        UnknownAddress: nothing is recorded under the old name.
        UnderWay: a task of one of the shots is not finished.
        LockHeld, LockfileError, StorageError: as for every change of a lockfile.
    """
    if origin == target:
        raise WrongUsage(f"`{origin}` is already its name")
    with locked(project, (origin.spec, target.spec), command="lock mv") as states:
        lockfiles = {spec: state.read_lockfile() for spec, state in states.items()}
        pairs = _renamed(_keys(lockfiles[origin.spec], origin), origin, target)
        _refuse_open(states, [address for pair in pairs for address in pair])
        for old, new in pairs:
            record, section = _taken(lockfiles[old.spec], old.instance)
            lockfiles[new.spec] = _put(lockfiles[new.spec], new.instance, record, section)
            # The new name is written first: after a crash between the two writes the takes have both names, never none.
            if new.spec != old.spec:
                states[new.spec].write_lockfile(lockfiles[new.spec])
            lockfiles[old.spec] = _without(lockfiles[old.spec], old.instance)
        states[origin.spec].write_lockfile(lockfiles[origin.spec])
        relink(project, _with_gone(lockfiles, [old for old, _ in pairs]))
    return pairs


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
        _refuse_open(states, [address])
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
        relink(project, _with_gone({address.spec: lockfile}, [address]))
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


def _keys(lockfile: Lockfile, address: ShotAddress) -> list[str]:
    """The instance keys of an address: its own, or those of all instances if it is a bare shot name."""
    every = sorted({*lockfile.shots, *lockfile.retired})
    if address.instance in every:
        return [address.instance]
    family = [key for key in every if key.partition("[")[0] == address.instance]
    if not family:
        raise _unknown(address, lockfile)
    return family


def _renamed(keys: Sequence[str], origin: ShotAddress, target: ShotAddress) -> list[tuple[ShotAddress, ShotAddress]]:
    """Old and new address of each instance; for a bare name the part in brackets is kept."""
    if keys != [origin.instance] and "[" in target.instance:
        raise WrongUsage(
            f"`{origin}` has {len(keys)} instances, but `{target}` is only one", hint="give the names without a key"
        )
    return [
        (ShotAddress(origin.spec, key), ShotAddress(target.spec, target.instance + key[len(origin.instance) :]))
        for key in keys
    ]


def _unknown(address: ShotAddress, lockfile: Lockfile) -> UnknownAddress:
    known = [ShotAddress(address.spec, key) for key in sorted({*lockfile.shots, *lockfile.retired})]
    return UnknownAddress(f"no lockfile contains `{address}`", hint=suggestion(str(address), known))


def _refuse_open(states: Mapping[str, FileSpecState], addresses: Sequence[ShotAddress]) -> None:
    for address in dict.fromkeys(addresses):
        if fold(states[address.spec].events()).by_instance(address.instance):
            raise UnderWay(
                f"a task of `{address}` is still under way, and its result will be recorded under this name",
                hint="run `ltxspec collect` first",
            )


def _taken(lockfile: Lockfile, key: str) -> tuple[ShotRecord, str]:
    """All takes under a key, and their section: `shots` if any of them is recorded there."""
    live, retired = lockfile.shots.get(key), lockfile.retired.get(key)
    if live is None or retired is None:
        return live or retired or ShotRecord(None, ()), "shots" if live else "retired"
    return _joined(live, retired), "shots"


def _put(lockfile: Lockfile, key: str, record: ShotRecord, section: str) -> Lockfile:
    """Add takes to a key in the given section; a key that is among the shots already stays there."""
    if key in lockfile.shots or key in lockfile.retired:
        present, where = _taken(lockfile, key)
        record = _joined(present, record)
        section = "shots" if "shots" in (section, where) else section
        lockfile = _without(lockfile, key)
    if section == "shots":
        return replace(lockfile, shots={**lockfile.shots, key: record})
    return replace(lockfile, retired={**lockfile.retired, key: record})


def _joined(first: ShotRecord, second: ShotRecord) -> ShotRecord:
    """The takes of both records; the current take of the first one wins."""
    joined = first
    for take in second.takes:
        known = first.take(take.task_id)
        joined = joined.with_take(take if known is None else join_takes(known, take))
    return replace(joined, current=first.current or second.current)


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


def _with_gone(lockfiles: Mapping[str, Lockfile], addresses: Iterable[ShotAddress]) -> list[Lockfile]:
    """The lockfiles as input for the tree of links: removed shots count as retired, so that their links are removed."""
    shown = dict(lockfiles)
    for address in addresses:
        lockfile = shown[address.spec]
        retired = {address.instance: ShotRecord(None, ()), **lockfile.retired}
        shown[address.spec] = replace(lockfile, retired=retired)
    return list(shown.values())
