"""What a run agrees on with other machines: a lease of each spec that it may order for, and a claim of each task."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ltxspec.apply.claiming import UNCLAIMED, Claiming
from ltxspec.errors import LockHeld, LtxspecError, StorageError
from ltxspec.plan.actions import Action, Change
from ltxspec.plan.shards import Shard
from ltxspec.project.project import ProjectContext
from ltxspec.project.store import open_videos, sent_list
from ltxspec.project.unclaimed import refuse_unknown_spec
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.clone import Holder, known_clone, this_clone
from ltxspec.storage.store.claims import StoreClaims
from ltxspec.storage.store.lease_parts import LeaseParts
from ltxspec.storage.store.lease_state import LeaseState, force_release, look_at
from ltxspec.storage.store.leases import Heartbeat, Lease
from ltxspec.storage.store.port import Note, SharedNotes

_MOST_NAMED = 5  # leases in one message
_COLLECT = "nothing was ordered; `ltxspec collect` goes on with what is under way"


@dataclass(frozen=True, slots=True)
class HeldLeases:
    """The leases of a run; an adapter of `apply.claiming.Leases`."""

    by_spec: dict[str, Lease] = field(default_factory=dict)

    def trouble(self, spec: str) -> str | None:
        """See `Leases.trouble`."""
        lease = self.by_spec.get(spec)
        return f"the lease of `{spec}` is not held" if lease is None else lease.trouble()

    def fence(self, spec: str) -> int | None:
        """See `Leases.fence`."""
        lease = self.by_spec.get(spec)
        return None if lease is None else lease.fence


@contextlib.contextmanager
def agreeing(
    project: ProjectContext, changes: Sequence[Change], wait: float, shard: Shard | None = None
) -> Iterator[Claiming]:
    """Hold the leases of the specs that a run may order for, renewed in the background.

    Args:
        project: its `[store]` says where leases and claims are; without one, nothing is asked of anybody.
        changes: what is planned; the caller has the locks of the specs.
        wait: seconds to wait for another machine.
        shard: which part of a plan `changes` are; each has leases of its own, so that all can be applied at once.

    Yields:
        What the engine asks before each order.

    Raises:
        LockHeld: another machine holds one of the leases.
        Refused: the store is another project's.
        StorageError: the store or the remote cannot be reached: nothing is ordered without it.
    """
    specs = {one.address.spec for one in changes if one.action.spends or one.action is Action.RESUME}
    places = _places(project, create=True) if specs else None
    if places is None:
        yield UNCLAIMED
        return
    holder, clock = _holder(project, "apply"), SystemClock()
    held = HeldLeases()
    with contextlib.ExitStack() as stack:
        for spec in sorted(specs):
            lease = Lease(places.parts(spec, shard), spec, holder, project.config.store.lease_life, clock)
            _acquire(lease, wait, project)
            stack.callback(lease.release)
            held.by_spec[spec] = lease
        beat = Heartbeat([*held.by_spec.values()])
        beat.start()
        stack.callback(beat.stop)
        claims = None if places.claims is None else StoreClaims(places.claims, f"{places.prefix}claims", holder, clock)
        yield Claiming(claims, held)


def _acquire(lease: Lease, wait: float, project: ProjectContext) -> None:
    try:
        lease.acquire(wait, project.on_wait)
    except StorageError as error:
        raise StorageError(error.summary, hint="; ".join(filter(None, (error.hint, _COLLECT)))) from error


@dataclass(frozen=True, slots=True)
class Places:
    """Where a project's leases and claims are."""

    leases: SharedNotes
    claims: SharedNotes | None  # None: only a store has claims
    prefix: str  # of their keys: that of the provider

    def parts(self, spec: str, shard: Shard | None = None) -> LeaseParts:
        """The leases of a spec."""

        def key(part: tuple[int, int] | None) -> str:
            return f"{self.prefix}leases/{spec}{'' if part is None else f'/{part[0]}-of-{part[1]}'}.json"

        return LeaseParts(self.leases, key, None if shard is None else (shard.number, shard.count))

    def lease(self, spec: str, shard: Shard | None = None) -> str:
        """The key of a lease."""
        return self.parts(spec, shard).own


def _places(project: ProjectContext, *, create: bool = False) -> Places | None:
    """Where to agree with others, as configured; None: nowhere, all is local. Raises Refused, StorageError."""
    config = project.config.store
    if (config.url is None and config.leases is None) or (project.service.free and not config.free):
        return None
    try:
        # a folder that this clone has shared before, and that is gone, is away: perhaps it is not mounted
        store = open_videos(project, create=create and not _own_id(project).exists())
        if store is not None and create:
            store.refuse_other_project(used=bool(sent_list(project, store).read()))
    except StorageError as error:
        raise StorageError(error.summary, hint="; ".join(filter(None, (error.hint, _COLLECT)))) from error
    prefix = f"{project.service.folder}/" if project.service.folder else ""
    claims = None if store is None else store.objects
    if config.leases is not None:
        from ltxspec.storage.git_notes import GitNotes

        return Places(GitNotes(project.root, config.leases, config.timeout), claims, prefix)
    return None if claims is None else Places(claims, claims, prefix)


def _holder(project: ProjectContext, command: str) -> Holder:
    return this_clone(_own_id(project), f"ltxspec {command}", project.root)


def own_clone(project: ProjectContext) -> str | None:
    """The id under which this clone has agreed with others; None if it never has. Raises StorageError."""
    return known_clone(_own_id(project))


def _own_id(project: ProjectContext) -> Path:
    return project.local / "clone"


class NoLeases(LtxspecError):
    """There is no place for leases."""

    code = "no-leases"


@dataclass(frozen=True, slots=True)
class FoundLease:
    """A lease that may be released by force."""

    spec: str
    state: LeaseState | None  # None: it cannot be read
    places: Places
    note: Note
    shard: Shard | None = None

    @property
    def who(self) -> str:
        """Who holds it, in words."""
        return "somebody, in a note that cannot be read" if self.state is None else self.state.who

    @property
    def part(self) -> str:
        """Which part of the spec it is about, in words."""
        return _part(self.shard)


def find_lease(project: ProjectContext, spec: str, shard: Shard | None = None) -> FoundLease | None:
    """The lease of a spec, or of a shard of it, that somebody holds; None if there is none.

    Raises:
        NoLeases: there is no place for leases.
        LtxspecError: it cannot be reached.
    """
    return _lease_at(_needed_places(project), spec, shard)


def _needed_places(project: ProjectContext) -> Places:
    places = _places(project)
    if places is None:
        raise NoLeases(
            "there are no leases: `ltxspec.toml` has neither `url` nor `leases` in [store], or the provider is free",
            hint="a lock of this machine ends with the process that holds it",
        )
    return places


def _lease_at(places: Places, spec: str, shard: Shard | None) -> FoundLease | None:
    state, note = look_at(places.leases, places.lease(spec, shard))
    if note is None or (state is not None and state.released):
        return None
    return FoundLease(spec, state, places, note, shard)


def refuse_unheld(project: ProjectContext, spec: str, shard: Shard | None = None) -> None:
    """Say why a lease that nobody holds is not what was meant, if that is so.

    Raises:
        LockHeld: other leases of the spec are held that exclude it.
        UnknownAddress: nothing in the project has this name, and there never was a lease of it.
        LtxspecError: leases cannot be reached.
    """
    places = _needed_places(project)
    state, note = look_at(places.leases, places.lease(spec))
    parts: list[Shard | None] = [None] if shard is not None else []
    for count in state.parts if state is not None else ():
        if shard is None or count != shard.count:
            parts += [Shard(number, count) for number in range(1, count + 1)]
    held = [found for part in parts if (found := _lease_at(places, spec, part)) is not None]
    if held:
        raise _held_elsewhere(spec, shard, held)
    if note is None:
        refuse_unknown_spec(project, spec)


def _held_elsewhere(spec: str, shard: Shard | None, held: Sequence[FoundLease]) -> LockHeld:
    named = "; ".join(f"{one.part}, by {one.who}" for one in held[:_MOST_NAMED])
    more = f"; and {len(held) - _MOST_NAMED} more" if len(held) > _MOST_NAMED else ""
    option = "" if held[0].shard is None else f" --shard {held[0].shard}"
    return LockHeld(
        f"no lease of {_part(shard)} of `{spec}` is held, but that of {named}{more}",
        hint=f"`ltxspec lock force-release {spec}{option}`, if that machine is gone for certain",
    )


def _part(shard: Shard | None) -> str:
    return "the whole" if shard is None else f"shard {shard}"


def release_by_force(project: ProjectContext, found: FoundLease) -> None:
    """Release a lease that somebody else holds, as it was found.

    Raises:
        StorageError: it has changed since, or cannot be reached.
    """
    holder = _holder(project, "lock force-release")
    key = found.places.lease(found.spec, found.shard)
    if not force_release(found.places.leases, key, holder, SystemClock(), found.note):
        raise StorageError(
            f"the lease of `{found.spec}` has changed since: its holder is alive",
            hint="stop that process, or wait for its end",
        )
