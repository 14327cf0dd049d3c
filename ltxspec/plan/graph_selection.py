"""Which shots a run covers where shots follow from each other. Pure.

A selected shot takes along the sources that it needs and that are still to be rendered. If one of these is left out,
the shots that need it are held.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ltxspec.errors import Diagnostic
from ltxspec.plan.actions import KEEPS, SPENDING, Action, Change, Plan, Reason
from ltxspec.plan.holding import hold
from ltxspec.plan.selection import Pattern, Selection
from ltxspec.render.models import RenderedSpec
from ltxspec.render.references import Reference
from ltxspec.values import ShotAddress, money_text, total_usd

_WAITS_ONLY = frozenset({Reason.NOT_APPROVED, Reason.SOURCE_HELD})  # an approval may still set these free
_NAMED = 3  # sources that have a message of their own, or are named in one


def with_dependents(selection: Selection, specs: Sequence[RenderedSpec]) -> Selection:
    """The selection, with the shots that follow from those that a target or an exclude with `+` names."""
    if not any(pattern.dependents for pattern in (*selection.targets, *selection.excludes)):
        return selection
    requests = [request for spec in specs for request in spec.requests]
    below: dict[ShotAddress, list[ShotAddress]] = {}
    for request in requests:
        for source in request.after:
            below.setdefault(source, []).append(request.address)
    return replace(
        selection,
        dependents=_following(selection.targets, below),
        spared=_following(selection.excludes, below),
    )


def _following(
    patterns: Sequence[Pattern], below: Mapping[ShotAddress, Sequence[ShotAddress]]
) -> frozenset[ShotAddress]:
    """The shots that follow, however far, from those that a pattern with `+` names."""
    heads = [pattern for pattern in patterns if pattern.dependents]
    left = [address for address in below if any(head.matches(address) for head in heads)]
    found: set[ShotAddress] = set()
    while left:
        new = [address for address in below.get(left.pop(), ()) if address not in found]
        found.update(new)
        left += new
    return frozenset(found)


def covered(
    changes: Sequence[Change], chosen: Sequence[Change], is_left_out: Callable[[Change], bool]
) -> tuple[list[Change], frozenset[ShotAddress]]:
    """What a run does: the chosen changes, and those of the sources that they need.

    Args:
        changes: the changes of all shots.
        chosen: those that are selected.
        is_left_out: whether a change must not be part of the run, whoever needs it.

    Returns:
        The changes in their order, of which those are held that need what is left out; and the sources among them
        that nobody selected.
    """
    if len(chosen) == len(changes):
        return list(chosen), frozenset()
    graph = _Graph({change.address: change for change in changes if change.request is not None}, is_left_out)
    graph.find_stuck()
    ids = {id(change) for change in chosen}
    needed = graph.needed_by(chosen)
    included = frozenset(address for address in needed if id(graph.changes[address]) not in ids)
    found = []
    for change in changes:
        if id(change) in ids:
            note = graph.left_out.get(change.address) if change.action in SPENDING else None
            found.append(change if note is None else hold(change, Reason.SOURCE_LEFT_OUT, note))
        elif change.address in included and change.request is not None:
            found.append(change)
    return found, included


@dataclass(slots=True)
class _Graph:
    """The changes of the shots of a plan, and which of them cannot be carried out."""

    changes: Mapping[ShotAddress, Change]
    is_left_out: Callable[[Change], bool]
    left_out: dict[ShotAddress, str] = field(default_factory=dict)  # orders that need what is left out; why, in words
    roots: dict[ShotAddress, ShotAddress] = field(default_factory=dict)  # for each of these, what is left out
    stuck: set[ShotAddress] = field(default_factory=set)  # what is held, and no approval helps

    def find_stuck(self) -> None:
        """Find what cannot be carried out; sources come first."""
        for change in sources_first(list(self.changes.values())):
            if change.action in SPENDING:
                self._look(change)
            elif change.action is Action.HELD and (
                not _WAITS_ONLY & set(change.reasons) or any(source in self.stuck for source in change.after)
            ):
                self.stuck.add(change.address)

    def _look(self, change: Change) -> None:
        for source in self.needs(change):
            if self.is_left_out(source):
                note = f"`{source.address}` is left out by `--exclude`"
                self.roots[change.address] = source.address
            elif (root := self.roots.get(source.address)) is not None:
                note = f"`{source.address}` follows from `{root}`, which is left out by `--exclude`"
                self.roots[change.address] = root
            else:
                continue
            self.left_out[change.address] = note
            self.stuck.add(change.address)
            return

    def needs(self, change: Change) -> Iterator[Change]:
        """The changes of the sources without which an order cannot be placed."""
        for reference in _unknown(change):
            source = self.changes.get(reference.source)
            if source is None or source is change:
                continue
            is_to_come = reference.take is None and source.action in (*SPENDING, Action.HELD)
            if is_to_come or source.action in (*KEEPS, Action.RESUME):
                yield source

    def needed_by(self, chosen: Sequence[Change]) -> set[ShotAddress]:
        """The sources that chosen orders need, and those that these need; none for orders that are stuck."""
        found: set[ShotAddress] = set()
        left = [change for change in chosen if self.changes.get(change.address) is change]
        while left:
            change = left.pop()
            if change.action not in (*SPENDING, Action.HELD) or change.address in self.stuck:
                continue
            new = [
                source
                for source in self.needs(change)
                if source.address not in found and source.address not in self.stuck and not self.is_left_out(source)
            ]
            found.update(source.address for source in new)
            left += new
        return found


def _unknown(change: Change) -> list[Reference]:
    """The references of an order whose outputs are not known yet."""
    request = change.request
    if request is None:
        return []
    known = request.sources or (None,) * len(request.references)
    return [reference for reference, sha256 in zip(request.references, known, strict=True) if sha256 is None]


def sources_first(planned: Sequence[Change]) -> list[Change]:
    """Changes in the order given, but each after those that it follows from."""
    by_address = {change.address: change for change in planned}
    found: dict[ShotAddress, Change] = {}

    def add(change: Change) -> None:
        left = [change]
        while left:
            top = left[-1]
            waits = [by_address[a] for a in top.after if a in by_address and a not in found]
            if waits:
                left += waits
            else:
                found.setdefault(left.pop().address, top)

    for change in planned:
        add(change)
    return list(found.values())


def source_warnings(plan: Plan) -> list[Diagnostic]:
    """What is ordered or collected although nobody selected it, with the price."""
    every = (*plan.changes, *plan.later)
    ordered = _taken_along(plan.changes, plan.included, SPENDING)
    collected = _taken_along(plan.changes, plan.included, {Action.RESUME})
    return [*_told(ordered, every, "ordered"), *_told(collected, every, "collected")]


def _taken_along(
    changes: Sequence[Change], included: Collection[ShotAddress], actions: Collection[Action]
) -> list[Change]:
    return [change for change in changes if change.address in included and change.action in actions]


def _told(sources: Sequence[Change], every: Sequence[Change], done: str) -> Iterator[Diagnostic]:
    """One message for each source; one for all if they are many."""
    if not sources:
        return
    usd, unknown = total_usd(change.estimate for change in sources)
    if len(sources) <= _NAMED:
        for change in sources:
            price = money_text(change.estimate, "price unknown")
            message = f"`{change.address}` is {done} as well: {_use(change.address, every)} ({price})"
            yield Diagnostic("warning", "source-included", message, hint=_hint(change, done))
        return
    price = money_text(usd) + (f" and {unknown:,} of unknown price" if unknown else "")
    names = ", ".join(f"`{change.address}`" for change in sources[:_NAMED])
    message = (
        f"{len(sources):,} shots are {done} as well, because selected shots follow from them: "
        f"{names} and {len(sources) - _NAMED:,} more ({price})"
    )
    yield Diagnostic("warning", "source-included", message, hint=_hint(None, done))


def _use(source: ShotAddress, every: Sequence[Change]) -> str:
    """Who needs a source, and what of it."""
    for change in every:
        for reference in _unknown(change):
            if reference.source == source:
                return f"`{change.address}` uses {_part(reference)}"
    return "selected shots follow from it"


def _part(reference: Reference) -> str:
    if reference.at is None:
        return "its video"
    if isinstance(reference.at, str):
        return f"its {reference.at} frame"
    return f"its frame at {reference.at:g} s"


def _hint(change: Change | None, done: str) -> str | None:
    if done != "ordered":
        return None
    name = f"--exclude '{change.address}'" if change is not None else "--exclude"
    return f"`{name}` leaves it out, and holds what follows from it"
