"""The graph of a plan: its shots, the links from each to its sources, and what is decided about them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ltxspec.errors import Diagnostic
from ltxspec.lock.verdicts import Remark, Verdict
from ltxspec.plan.actions import KEEPS, Change, Plan
from ltxspec.plan.status import ShotState, state_of
from ltxspec.render.references import Reference
from ltxspec.values import ShotAddress, TaskId

End = Literal["first", "last"] | None


@dataclass(frozen=True, slots=True)
class Node:
    """One shot."""

    change: Change
    verdict: Verdict | None = None  # about the take that it has after the plan

    @property
    def address(self) -> ShotAddress:
        """Its address."""
        return self.change.address

    @property
    def state(self) -> ShotState:
        """What it needs."""
        return state_of(self.change)

    @property
    def gate(self) -> bool:
        """Whether its take needs an approval before other shots may follow from it."""
        return self.change.request is not None and self.change.request.gate


@dataclass(frozen=True, slots=True)
class Link:
    """A shot that takes a frame, or the whole video, of another one."""

    shot: ShotAddress
    reference: Reference
    ends: End = None  # the end of the shot's own video that the frame becomes: `first`, `last`; None: neither

    @property
    def source(self) -> ShotAddress:
        """The shot that it is taken from."""
        return self.reference.source


@dataclass(frozen=True, slots=True)
class ShotGraph:
    """Shots in the order of the plan, and every link between them."""

    provider: str
    nodes: Sequence[Node]
    links: Sequence[Link]
    diagnostics: Sequence[Diagnostic] = ()


def shot_graph(plan: Plan, verdicts: Mapping[TaskId, Remark], *, whole: bool = False) -> ShotGraph:
    """The graph of a plan.

    Args:
        plan: the plan.
        verdicts: the deciding remark of each take.
        whole: whether shots without links are part of it.
    """
    changes = {change.address: change for change in plan.changes if change.request is not None}
    links = [link for change in changes.values() for link in _links(change)]
    linked = {address for link in links for address in (link.shot, link.source)}
    nodes = [_node(change, verdicts) for address, change in changes.items() if whole or address in linked]
    return ShotGraph(plan.provider, nodes, links, plan.diagnostics)


def _node(change: Change, verdicts: Mapping[TaskId, Remark]) -> Node:
    if change.action not in KEEPS or change.task_id is None:
        return Node(change)
    remark = verdicts.get(change.task_id)
    return Node(change, remark.verdict if remark is not None else None)


def _links(change: Change) -> list[Link]:
    request = change.request
    if request is None:
        return []
    return [Link(change.address, reference, end_of(request.body, reference)) for reference in request.references]


def end_of(body: object, reference: Reference) -> End:
    """The end of its own video that a frame stands for: what is written beside it, or the first of a bare list."""
    beside = body
    *above, last = reference.path or ("",)
    for key in above:
        beside = _at(beside, key)
    if isinstance(beside, list):
        return "first" if last == 0 and above[-1:] == ["frameImages"] else None
    end = _at(beside, "frame")
    return "first" if end == "first" else "last" if end == "last" else None


def _at(value: object, key: str | int) -> object:
    if isinstance(value, list) and isinstance(key, int):
        return value[key] if key < len(value) else None
    return value.get(key) if isinstance(value, Mapping) else None
