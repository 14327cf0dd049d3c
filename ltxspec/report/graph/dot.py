"""The graph in the language of Graphviz."""

from collections.abc import Mapping

from ltxspec.plan.graph import ShotGraph
from ltxspec.plan.status import ShotState
from ltxspec.report.graph.wording import name_of, state_of
from ltxspec.report.terminal import clean
from ltxspec.report.wording import frame_of

_STYLES: Mapping[ShotState, str] = {
    ShotState.TO_BUY: "rounded,bold",
    ShotState.HELD: "rounded,dashed",
    ShotState.IN_PROGRESS: "rounded,dotted",
    ShotState.FAILED: "rounded,dotted",
}


def dot_text(graph: ShotGraph) -> str:
    """The graph from left to right, with a final newline."""
    ids = {node.address: f"s{number}" for number, node in enumerate(graph.nodes, 1)}
    lines = ["digraph shots {", "  rankdir=LR;", '  node [shape=box, style="rounded"];']
    for node in graph.nodes:
        style = f', style="{_STYLES[node.state]}"' if node.state in _STYLES else ""
        label = f"{escaped(name_of(node))}\\n{escaped(state_of(node))}"
        lines.append(f'  {ids[node.address]} [label="{label}"{style}];')
    lines += [
        f'  {ids[link.source]} -> {ids[link.shot]} [label="{escaped(frame_of(link.reference))}"];'
        for link in graph.links
        if link.source in ids
    ]
    return "\n".join([*lines, "}"]) + "\n"


def escaped(text: str) -> str:
    """Text in a quoted label. Graphviz also reads entities there, such as `&lt;`."""
    return clean(text).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
