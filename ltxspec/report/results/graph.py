"""The graph of shots that follow from each other, as a document."""

from typing import Annotated, Literal

from msgspec import Meta

from ltxspec.formats import Money, Open, Place, Text
from ltxspec.lock.verdicts import Verdict
from ltxspec.plan.actions import Action
from ltxspec.plan.document import Source
from ltxspec.plan.graph import Link, Node, ShotGraph
from ltxspec.plan.status import ShotState
from ltxspec.report.results.base import Result
from ltxspec.report.results.takes import Address
from ltxspec.report.wording import is_counted
from ltxspec.values import Usd


class GraphNode(Open, frozen=True, kw_only=True):
    """One shot, with what a plan would do about it."""

    address: Address
    spec: Text
    shot: Annotated[str, Meta(description="the name in the spec, without the key of the instance")]
    state: ShotState
    action: Action
    estimate: Annotated[Money | None, Meta(description="what applying would pay for it; null if that is unknown")]
    price: Annotated[Money | None, Meta(description="what an order that is held would cost, if that is known")]
    gate: Annotated[bool, Meta(description="whether its take needs an approval before others follow from it")]
    verdict: Annotated[Verdict | None, Meta(description="what was decided last about the take that it keeps")]
    source: Source | None


class GraphEdge(Open, frozen=True, kw_only=True):
    """One reference: the shot `to` takes a frame or the whole video of the shot `from`."""

    from_: Address
    to: Address
    frame: Annotated[
        Literal["first", "last"] | float | None,
        Meta(description="which frame, or its time in seconds; null for the whole video"),
    ]
    take: Annotated[Place | None, Meta(description="the take that is pinned; null for the current one")]
    result: Annotated[Place | None, Meta(description="which of its outputs; null for the one shown first")]
    becomes: Annotated[
        Literal["first", "last"] | None, Meta(description="the frame of the video `to` that it becomes, if it is one")
    ]
    parameter: Annotated[str, Meta(description="JSON Pointer into the parameters of `to`")]


class Graph(Result, frozen=True, kw_only=True):
    """Which shots follow from which, with what a plan would do about each, in the order of the specs."""

    provider: Text
    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]


def graph_document(graph: ShotGraph) -> Graph:
    """The document of a graph."""
    return Graph(provider=graph.provider, nodes=tuple(map(_node, graph.nodes)), edges=tuple(map(_edge, graph.links)))


def _node(node: Node) -> GraphNode:
    change = node.change
    return GraphNode(
        address=str(node.address),
        spec=node.address.spec,
        shot=node.address.shot,
        state=node.state,
        action=change.action,
        estimate=change.estimate if is_counted(change) else Usd(0),
        price=change.estimate if change.action is Action.HELD else None,
        gate=node.gate,
        verdict=node.verdict,
        source=None if change.source is None else Source(*change.source),
    )


def _edge(link: Link) -> GraphEdge:
    reference = link.reference
    parts = [str(part).replace("~", "~0").replace("/", "~1") for part in reference.path]
    return GraphEdge(
        from_=str(link.source),
        to=str(link.shot),
        frame=reference.at,
        take=reference.take,
        result=reference.result,
        becomes=link.ends,
        parameter="".join(f"/{part}" for part in parts),
    )
