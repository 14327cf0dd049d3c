"""Compares tasks that two lockfiles both record: recorded facts must not change.

A fact that was unknown (null) may become known. Besides that, only three facts of a task change in normal operation,
and they are reported as expected: its pick, which is a user's decision; its times, which a merge makes earlier where
two branches recorded the task, and which are later where it was found again (`times.py`); and the address of a video,
which the provider replaces when the old one is dead (`apply/addresses.py`). Such an address has the same host and the
same video id, and either the recorded hash still pins the video or the address itself names it.

Recorded-only parameters follow the spec at no cost, and local files may be renamed: neither counts as a change here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from msgspec import Meta
from msgspec.structs import replace

from ltxspec.catalog.media import with_contents
from ltxspec.catalog.models import Catalog, Model, known_names
from ltxspec.formats import Record, to_json
from ltxspec.lock.models import Lockfile, Output, Take
from ltxspec.lock.times import TIMES, Copies, is_found_again, is_in_order
from ltxspec.redaction import redact_field
from ltxspec.values import Json, ShotAddress, TaskId

_APART = frozenset({"inputs", "outputs", "request"})


class FactChange(Record, frozen=True):
    """One fact of a take that differs from the base; `path` is a JSON Pointer into the earlier take."""

    path: str
    before: Json
    after: Json
    expected: Annotated[bool, Meta(description="a pick, or a fresh address of the same video")] = False


@dataclass(frozen=True, slots=True)
class AlteredTake:
    """A task that both sides record with different facts."""

    address: ShotAddress  # where it is recorded now
    task_id: TaskId
    changes: Sequence[FactChange]

    @property
    def is_expected(self) -> bool:
        """Whether none of the changes needs review."""
        return all(change.expected for change in self.changes)


def copies_of(lockfiles: Iterable[Lockfile]) -> Copies:
    """Every copy of every take: one task may be recorded under two names."""
    found: dict[TaskId, list[tuple[ShotAddress, Take]]] = {}
    for lockfile in lockfiles:
        for records in (lockfile.shots, lockfile.retired):
            for key, record in records.items():
                for take in record.takes:
                    found.setdefault(take.task_id, []).append((ShotAddress(lockfile.spec, key), take))
    return found


def altered_takes(before: Copies, now: Copies, catalog: Catalog, others: Copies | None = None) -> list[AlteredTake]:
    """Every copy of a task that differs from an earlier copy of it, by address and task.

    If a task was recorded under two names and one copy had fewer facts, a copy may still have fewer.

    Args:
        before: the earlier records.
        now: the current records.
        catalog: says which parameters are only recorded.
        others: the records of further versions merged into this one, for times.
    """
    found, shots = [], _by_shot(now)
    for task, copies in now.items():
        known = [take for _, take in before.get(task, ())]
        for address, take in copies:
            if take not in known and (changes := _changes(known, take, catalog)):
                recorded = [*known, *(copy for _, copy in (others or {}).get(task, ()))]
                neighbours = [before[key][0][1] for key in shots[address] if key != task and key in before]
                changes = [_timed(change, take, known, recorded, neighbours) for change in changes]
                found.append(AlteredTake(address, task, changes))
    return sorted(found, key=lambda item: (item.address, item.task_id))


def _by_shot(copies: Copies) -> Mapping[ShotAddress, list[TaskId]]:
    """The tasks recorded under each name."""
    found: dict[ShotAddress, list[TaskId]] = {}
    for task, places in copies.items():
        for address, _ in places:
            found.setdefault(address, []).append(task)
    return found


def _timed(
    change: FactChange, take: Take, known: Sequence[Take], recorded: Sequence[Take], neighbours: Sequence[Take]
) -> FactChange:
    """The change, marked as expected if it is a time that a merge made earlier, or of a task that was found again."""
    fits = change.path in TIMES and (
        is_in_order(change.path, take, known, recorded, neighbours)
        or is_found_again(change.path, take, known, neighbours)
    )
    return replace(change, expected=True) if fits else change


def fact_changes(before: Take, after: Take, catalog: Catalog) -> tuple[FactChange, ...]:
    """The facts in which a take differs from its earlier record."""
    if before == after:
        return ()
    return (
        *_facts(before, after),
        *_request(before, after, catalog),
        *_inputs(before.inputs, after.inputs),
        *_outputs(before, after),
    )


def _changes(known: Sequence[Take], take: Take, catalog: Catalog) -> list[FactChange]:
    every = [fact_changes(earlier, take, catalog) for earlier in known]
    forgotten = [{change.path for change in changes if change.after is None} for changes in every]
    by_all = set.intersection(*forgotten) if forgotten else set()
    shown = {change.path: change for changes in every for change in changes}
    return [change for change in shown.values() if change.after is not None or change.path in by_all]


def _facts(before: Take, after: Take) -> Iterator[FactChange]:
    old, new = to_json(before), to_json(after)
    for name in sorted((old.keys() | new.keys()) - _APART):
        known, now = old.get(name), new.get(name)
        if known is None or known == now or (name == "cost" and _grew(before, after)):
            continue
        yield FactChange(f"/{name}", known, now, expected=name == "picked")


def _grew(before: Take, after: Take) -> bool:
    """Whether the cost grew because more results are known now."""
    return before.is_incomplete and None not in (before.cost, after.cost) and (after.cost or 0) > (before.cost or 0)


def _request(before: Take, after: Take, catalog: Catalog) -> Iterator[FactChange]:
    """Changes of the request, which is always fully known: an absent parameter is not an unknown one."""
    model = catalog.packaged.get(before.model) or catalog.find(before.model)
    recorded, names = (model.recorded, known_names(model)) if model is not None else (frozenset(), None)
    old, new = before.request, after.request
    files = {path[0] for path in model.media} if model is not None else set()
    had, has = (_with_contents(model, take) for take in (before, after))
    for name in sorted((old.keys() | new.keys()) - recorded):
        known, now = old.get(name), new.get(name)
        if name in old and name in new and now in (known, redact_field(f"/{_escaped(name)}", known, names)):
            continue  # unchanged, except for a secret that an earlier version recorded
        if name in files and had.get(name) == has.get(name):
            continue  # a file was renamed
        yield FactChange(f"/request/{_escaped(name)}", known, now)


def _with_contents(model: Model | None, take: Take) -> Mapping[str, Json]:
    return take.request if model is None else with_contents(model, take.request, take.inputs)


def _inputs(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[FactChange]:
    """Files with changed content under the same name, removed content, or content that was not in the order."""
    if sorted(before.values()) == sorted(after.values()) and all(
        after[name] == before[name] for name in before.keys() & after.keys()
    ):
        return
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield FactChange(f"/inputs/{_escaped(name)}", before.get(name), after.get(name))


def _outputs(before: Take, after: Take) -> Iterator[FactChange]:
    """Changes of the results, matched by id, and those without a match then by order."""
    partners = _partners(before.outputs, after.outputs)
    for place, (old, new) in enumerate(zip(before.outputs, partners, strict=True)):
        if new is None:
            yield FactChange(f"/outputs/{place}", old.name(place + 1), None)
            continue
        known, now = to_json(old), to_json(new)
        for name, value in known.items():
            if value is not None and value != now.get(name):
                expected = name == "videoURL" and _is_fresh_address(old, new)
                yield FactChange(f"/outputs/{place}/{name}", value, now.get(name), expected=expected)
    if before.is_incomplete or not before.outputs:
        return  # further results were delivered
    for place, new in enumerate(after.outputs):
        if not any(new is partner for partner in partners):
            yield FactChange(f"/outputs/{place}", None, new.name(place + 1))


def _partners(before: Sequence[Output], after: Sequence[Output]) -> list[Output | None]:
    """For each earlier result its current record; None if there is none."""
    left = list(after)
    partners: list[Output | None] = []
    for old in before:
        found = next((new for new in left if old.video_uuid and new.video_uuid == old.video_uuid), None)
        left = [new for new in left if new is not found]
        partners.append(found)
    return [partner or (left.pop(0) if left else None) for partner in partners]


def _is_fresh_address(old: Output, new: Output) -> bool:
    """Whether a changed address may be the provider's own new one: see the module docstring."""
    try:
        was, now = urlsplit(old.video_url or ""), urlsplit(new.video_url or "")
    except ValueError:
        return False
    if old.video_uuid is None or old.video_uuid != new.video_uuid or _host(was) != _host(now):
        return False
    is_pinned = old.sha256 is not None and old.sha256 == new.sha256
    return is_pinned or now.path.rpartition("/")[2].partition(".")[0] == old.video_uuid


def _host(url: SplitResult) -> tuple[str, str]:
    return url.scheme, url.netloc


def _escaped(name: str) -> str:
    """A name as a step of a JSON Pointer."""
    return name.replace("~", "~0").replace("/", "~1")
