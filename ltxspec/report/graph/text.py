"""The graph for a terminal: an indented tree, each shot once, below the first of its sources."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ltxspec.plan.actions import SPENDING, Action
from ltxspec.plan.graph import Link, Node, ShotGraph
from ltxspec.plan.status import ShotState
from ltxspec.report import wording as phrases
from ltxspec.report.graph.wording import link_phrase, name_of, state_of
from ltxspec.report.plan.chains import BRANCHES, chained
from ltxspec.report.terminal import Paint, Style, pad, width_of, wrap
from ltxspec.values import ShotAddress, total_usd

_GAP = "  "

_PAINTS: Mapping[ShotState, Paint] = {
    ShotState.UP_TO_DATE: Paint.DIM,
    ShotState.TO_BUY: Paint.GREEN,
    ShotState.TO_RECORD: Paint.DIM,
    ShotState.IN_PROGRESS: Paint.YELLOW,
    ShotState.FAILED: Paint.RED,
    ShotState.HELD: Paint.YELLOW,
}


@dataclass(frozen=True, slots=True)
class _Row:
    name: str  # with its indentation
    links: Sequence[str]
    state: str
    paint: Paint


def graph_text(graph: ShotGraph, style: Style) -> str:
    """The tree, and a last line with the sums, with a final newline."""
    lines: list[str] = []
    rows = _rows(graph)
    names = max((width_of(row.name) for row in rows), default=0)
    links = max((width_of(text) for row in rows for text in row.links), default=0)
    states = max((width_of(row.state) for row in rows), default=0)
    is_wide = names + links + states + 2 * len(_GAP) <= style.width
    for row in rows:
        lines += _wide(row, names, links, style) if is_wide else _narrow(row, names, style)
    return "\n".join([*lines, *([""] if lines else []), style.paint(graph_headline(graph), Paint.BOLD)]) + "\n"


def _rows(graph: ShotGraph) -> list[_Row]:
    nodes = {node.address: node for node in graph.nodes}
    links: dict[ShotAddress, list[Link]] = {}
    for link in graph.links:
        links.setdefault(link.shot, []).append(link)
    rows = []
    for lead, change in chained([node.change for node in graph.nodes]):
        node = nodes[change.address]
        phrases_ = [link_phrase(link) for link in links.get(change.address, ())]
        rows.append(_Row(lead + name_of(node), phrases_, state_of(node), _PAINTS[node.state]))
    return rows


def _wide(row: _Row, names: int, links: int, style: Style) -> Iterator[str]:
    """The name, how it follows, its state; further links underneath."""
    first, *more = row.links or [""]
    middle = f"{pad(row.name, names)}{_GAP}{pad(first, links)}{_GAP}" if links else f"{pad(row.name, names)}{_GAP}"
    yield middle + style.paint(row.state, row.paint)
    yield from (" " * (names + len(_GAP)) + text for text in more)


def _narrow(row: _Row, names: int, style: Style) -> Iterator[str]:
    """The name and its state; how it follows underneath."""
    if names + len(_GAP) + width_of(row.state) <= style.width:
        yield f"{pad(row.name, names)}{_GAP}{style.paint(row.state, row.paint)}"
        under = []
    else:
        yield row.name
        under = [(row.state, row.paint)]
    indent = len(row.name) - len(row.name.lstrip(BRANCHES)) + 4
    for text, paint in [*under, *((text, Paint.DIM) for text in row.links)]:
        for line in wrap(text, max(style.width - indent, 1)):
            yield " " * indent + style.paint(line, paint)


def graph_headline(graph: ShotGraph) -> str:
    """The last line: `4 shots, 3 links: 1 bought, 3 to render. Estimated $1.08.`."""
    if not graph.links:
        shots = f"{phrases.counted(len(graph.nodes), 'shot')}: " if graph.nodes else ""
        return f"{shots}no shot follows from another one."
    counts = _counts(graph.nodes)
    line = f"{phrases.counted(len(graph.nodes), 'shot')}, {phrases.counted(len(graph.links), 'link')}: {counts}."
    orders = [node.change.estimate for node in graph.nodes if node.change.action in SPENDING]
    held = [node.change.estimate for node in graph.nodes if node.change.action is Action.HELD]
    if not orders and not held:
        return line
    later = f" and {phrases.amount(*total_usd(held))} held" if held else ""
    return phrases.charged(f"{line} Estimated {phrases.amount(*total_usd(orders))}{later}.", graph.provider)


def _counts(nodes: Sequence[Node]) -> str:
    states = [
        ("bought", {ShotState.UP_TO_DATE, ShotState.TO_RECORD}),
        ("in progress", {ShotState.IN_PROGRESS}),
        ("held", {ShotState.HELD}),
    ]
    orders = sum(node.change.action in SPENDING for node in nodes)
    blocked = sum(node.change.action is Action.BLOCKED for node in nodes)
    found = [(sum(node.state in which for node in nodes), word) for word, which in states]
    found[1:1] = [(orders, "to render"), (blocked, "failed")]
    return ", ".join(f"{number:,} {word}" for number, word in found if number)
