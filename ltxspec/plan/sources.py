"""The shots that others refer to, and which take a reference means: that of its source after the plan. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ltxspec.lock.models import Lockfile, ShotRecord, Take
from ltxspec.plan.actions import KEEPS, Action, Change
from ltxspec.plan.recorded import preferred, record_under
from ltxspec.plan.selection import Selection
from ltxspec.render.graph import requests_of, sources_first
from ltxspec.render.models import RenderedSpec, Request
from ltxspec.render.references import Reference
from ltxspec.values import ShotAddress, TaskId

Kept = dict[ShotAddress, TaskId]  # sources and the takes that they have after a plan


class Sources:
    """The shots that others refer to, and their takes."""

    def __init__(self, specs: Sequence[RenderedSpec], lockfiles: Mapping[str, Lockfile]) -> None:
        self._specs = specs
        self._lockfiles = lockfiles
        self._requests = requests_of({spec.name: spec for spec in specs})
        self.order = sources_first(self._requests)  # sources, and what follows from them
        references = [one for request in self._requests.values() for one in request.references]
        self._is_pinned = any(one.take for one in references)
        self._targets = {one.source for one in references}
        self._takes = takes_by_id(lockfiles.values()) if self.order else {}
        self._origins: dict[ShotAddress, ShotRecord] = {}  # what shots take over from other names
        self._known: dict[ShotAddress, tuple[Sequence[str | None], Request]] = {}

    @property
    def has_takes(self) -> bool:
        """Whether any take is recorded."""
        return bool(self._takes)

    @property
    def taken_over(self) -> int:
        """How many sources are known to get the takes of another name."""
        return len(self._origins)

    @property
    def has_gates(self) -> bool:
        """Whether a take may need an approval before others may follow from it."""
        known = filter(None, map(self._requests.get, self._targets))
        return any(request.gate or request.expect for request in known)

    @property
    def depth(self) -> int:
        """The number of links in the longest chain."""
        depths: dict[ShotAddress, int] = {}
        for address in self.order:
            depths[address] = max((depths.get(source, 0) + 1 for source in self._after(address)), default=0)
        return max(depths.values(), default=0)

    def as_recorded(self, selection: Selection) -> Kept:
        """The takes that answer the sources' requests under their own names: what a plan keeps in most cases."""
        kept: Kept = {}
        for address in self.order if self._takes else ():
            request = self._requests.get(address)
            if request is None or address not in self._targets or selection.wants_retake(address):
                continue
            take = self._answer(self._completed(request, kept))
            if take is not None:
                kept[address] = take.task_id
        return kept

    def completed(self, kept: Kept) -> list[RenderedSpec]:
        """The specs, with the requests completed whose sources have a take."""
        if not (kept or self._is_pinned):
            return list(self._specs)
        return [
            replace(spec, requests=[self._completed(request, kept) for request in spec.requests])
            if any(request.references for request in spec.requests)
            else spec
            for spec in self._specs
        ]

    def kept_by(self, changes: Iterable[Change], offered: Mapping[str, Mapping[str, ShotRecord]]) -> Kept:
        """The takes that sources have after a plan; those that are still to be rendered are missing."""
        kept: Kept = {}
        for change in changes:
            if change.address not in self._targets or change.task_id is None:
                continue
            if change.action in KEEPS:
                kept[change.address] = change.task_id
            if change.origin is not None and change.action in (*KEEPS, Action.RESUME):
                lockfile, there = self._lockfiles[change.address.spec], offered.get(change.address.spec, {})
                record = there.get(change.origin) or record_under(lockfile, change.origin)
                if record is not None:
                    self._origins[change.address] = record
                    self._takes |= {take.task_id: take for take in record.takes}
        return kept

    def _after(self, address: ShotAddress) -> Sequence[ShotAddress]:
        request = self._requests.get(address)
        return request.after if request is not None else ()

    def _completed(self, request: Request, kept: Kept) -> Request:
        if not request.references:
            return request
        outputs = [self._output(reference, kept) for reference in request.references]
        known = self._known.get(request.address)
        if known is None or known[0] != outputs:
            known = self._known[request.address] = outputs, request.beginning_with(outputs)
        return known[1]

    def _output(self, reference: Reference, kept: Kept) -> str | None:
        """The hash of the output that a reference means; None while it is not known."""
        return output_of(self.take_of(reference, kept.get(reference.source)), reference.result)

    def take_of(self, reference: Reference, current: TaskId | None) -> Take | None:
        """The take that a reference means, given that of its source after the plan; None while there is none."""
        if reference.take is not None:
            return nth_take(self._record(reference.source), reference.take)
        return self._takes.get(current) if current is not None else None

    def has_record(self, source: ShotAddress) -> bool:
        """Whether takes are recorded under the shot's own name."""
        lockfile = self._lockfiles.get(source.spec)
        return lockfile is not None and record_under(lockfile, source.instance) is not None

    def _record(self, source: ShotAddress) -> ShotRecord | None:
        lockfile = self._lockfiles.get(source.spec)
        record = record_under(lockfile, source.instance) if lockfile is not None else None
        return record or self._origins.get(source)

    def _answer(self, request: Request) -> Take | None:
        """The take that a shot keeps if nothing else concerns it."""
        lockfile = self._lockfiles.get(request.address.spec)
        record = record_under(lockfile, request.address.instance) if lockfile is not None else None
        takes = [
            take for take in (record.takes if record else ())
            if take.status == "succeeded" and take.fingerprint in request.versions
        ]  # fmt: skip
        current = next((take for take in takes if record is not None and take.task_id == record.current), None)
        return current or (preferred(takes) if takes else None)


def takes_by_id(lockfiles: Iterable[Lockfile]) -> dict[TaskId, Take]:
    """Every recorded take."""
    return {
        take.task_id: take
        for lockfile in lockfiles
        for records in (lockfile.shots, lockfile.retired)
        for record in records.values()
        for take in record.takes
    }


def nth_take(record: ShotRecord | None, number: int) -> Take | None:
    """The take with a number, as `ltxspec show` counts; None if there is none."""
    return record.takes[number - 1] if record is not None and number <= len(record.takes) else None


def output_of(take: Take | None, result: int | None) -> str | None:
    """The hash of one output of a take, by default the one that is shown first; None if it is not recorded."""
    if take is None:
        return None
    if result is not None:
        return take.outputs[result - 1].sha256 if result <= len(take.outputs) else None
    return take.shown[0].sha256 if take.shown else None
