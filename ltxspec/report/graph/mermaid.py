"""The graph for Mermaid, which GitHub and GitLab draw in a block of Markdown.

Names and labels of users are only in quoted labels, in which every character that could mean something is written as
its number; the identifiers are numbered.
"""

import re
from collections.abc import Mapping

from ltxspec.plan.graph import ShotGraph
from ltxspec.plan.status import ShotState
from ltxspec.report.graph.wording import name_of, state_of
from ltxspec.report.terminal import clean
from ltxspec.report.wording import frame_of

MOST_LINKS = 500  # Mermaid draws no graph with more
_SPECIAL = re.compile(r"[^\w .,/()=+-]", re.ASCII)
_STYLES: Mapping[ShotState, str] = {
    ShotState.UP_TO_DATE: "stroke-width:1px",
    ShotState.TO_RECORD: "stroke-width:1px",
    ShotState.TO_BUY: "stroke-width:3px",
    ShotState.HELD: "stroke-dasharray:4 4",
    ShotState.IN_PROGRESS: "stroke-width:3px,stroke-dasharray:8 2",
    ShotState.FAILED: "stroke-width:3px,stroke-dasharray:2 2",
}


def mermaid_text(graph: ShotGraph) -> str:
    """The graph from left to right, with a final newline."""
    ids = {node.address: f"s{number}" for number, node in enumerate(graph.nodes, 1)}
    lines = ["flowchart LR"]
    kinds: dict[ShotState, list[str]] = {}
    for node in graph.nodes:
        kinds.setdefault(node.state, []).append(ids[node.address])
        lines.append(f'  {ids[node.address]}["{escaped(name_of(node))}<br/>{escaped(state_of(node))}"]')
    lines += [
        f'  {ids[link.source]} -->|"{escaped(frame_of(link.reference))}"| {ids[link.shot]}'
        for link in graph.links
        if link.source in ids
    ]
    for state, members in kinds.items():
        lines += [f"  classDef {_class(state)} {_STYLES[state]}", f"  class {','.join(members)} {_class(state)}"]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Text in a quoted label: letters and digits as they are, the rest as `#33;`."""
    return _SPECIAL.sub(lambda found: f"#{ord(found.group())};", clean(text))


def _class(state: ShotState) -> str:
    return state.value.title().replace("-", "")
