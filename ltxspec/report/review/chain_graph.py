"""The chains that a change touches as a graph for Mermaid, which GitHub and GitLab draw; bounded in size."""

from collections.abc import Mapping, Sequence

from ltxspec.report import wording as phrases
from ltxspec.report.graph.mermaid import escaped
from ltxspec.report.markdown import Room, fence
from ltxspec.report.review.kinds import KINDS
from ltxspec.report.review.money import cost_of
from ltxspec.report.terminal import clean, fit
from ltxspec.review.models import ShotKind, ShotReview
from ltxspec.values import ShotAddress

MOST_LINKS = 60  # more cannot be read in the width of a comment
_LONGEST_NAME = 60
_STYLES: Mapping[ShotKind, str] = {
    ShotKind.RENDERED: "stroke-width:3px",
    ShotKind.PENDING: "stroke-width:3px",
    ShotKind.RESUMING: "stroke-width:3px,stroke-dasharray:8 2",
    ShotKind.BLOCKED: "stroke-width:3px,stroke-dasharray:2 2",
    ShotKind.HELD: "stroke-dasharray:4 4",
}


def chains_part(shots: Sequence[ShotReview], room: Room) -> list[str]:
    """The graph, folded, as blocks of Markdown; nothing if no shot follows from another one, or there is no room.

    Args:
        shots: the shots of the change.
        room: what may still be written.
    """
    links = [(use.source, phrases.frame_of(use.reference), shot) for shot in shots for use in shot.uses_after]
    if not links:
        return []
    summary = f"Chains: {phrases.counted(len(links), 'link')}"
    if len(links) > MOST_LINKS:
        summary += f", the first {MOST_LINKS} drawn"
    graph = fence(_graph(shots, links[:MOST_LINKS]), "mermaid")
    blocks = [f"<details><summary>{summary}</summary>", graph, "</details>"]
    return blocks if room.fits("\n\n".join(blocks)) else []


def _graph(shots: Sequence[ShotReview], links: Sequence[tuple[ShotAddress, str, ShotReview]]) -> str:
    changed = {shot.address: shot for shot in reversed(shots)}  # the first of those with the same address
    names = dict.fromkeys(address for source, _, shot in links for address in (source, shot.address))
    ids = {address: f"s{number}" for number, address in enumerate(names, 1)}
    lines = ["flowchart LR", *(f'  {ids[address]}["{_label(address, changed.get(address))}"]' for address in names)]
    lines += [f'  {ids[source]} -->|"{escaped(taken)}"| {ids[shot.address]}' for source, taken, shot in links]
    for kind, style in _STYLES.items():
        members = [ids[address] for address in names if address in changed and changed[address].kind is kind]
        if members:
            lines += [f"  classDef {kind.value} {style}", f"  class {','.join(members)} {kind.value}"]
    return "\n".join(lines)


def _label(address: ShotAddress, shot: ShotReview | None) -> str:
    """The name, and what happens to the shot; a source that does not change is named only."""
    name = escaped(fit(clean(str(address)), _LONGEST_NAME))
    if shot is None:
        return f"{name}<br/>unchanged"
    return f"{name}<br/>{escaped(f'{KINDS[shot.kind]}, {cost_of(shot)}')}"
