import re

from unit.report.rendering import Page as Rendered

from ltxspec.render.references import Reference
from ltxspec.report.markdown import Room
from ltxspec.report.review.chain_graph import MOST_LINKS, chains_part
from ltxspec.review.follows import Use
from ltxspec.review.models import ShotKind, ShotReview
from ltxspec.values import ShotAddress


def shot(name: str, *sources: str, kind: ShotKind = ShotKind.MOVED) -> ShotReview:
    uses = tuple(Use(Reference(ShotAddress("night", source), "last"), "first") for source in sources)
    return ShotReview(ShotAddress("night", name), kind, uses_after=uses)


def test_the_chains_that_a_change_touches_are_drawn_folded() -> None:
    blocks = chains_part([shot("b", "a"), shot("c", "b", kind=ShotKind.HELD), shot("x")], Room(None))
    assert blocks[0] == "<details><summary>Chains: 2 links</summary>"
    assert blocks[1].splitlines() == [
        "```mermaid",
        "flowchart LR",
        '  s1["night.a<br/>unchanged"]',
        '  s2["night.b<br/>moved, no cost"]',
        '  s3["night.c<br/>held, no cost"]',
        '  s1 -->|"last frame"| s2',
        '  s2 -->|"last frame"| s3',
        "  classDef held stroke-dasharray:4 4",
        "  class s3 held",
        "```",
    ]
    assert Rendered("\n\n".join(blocks)).balanced


def test_without_chains_nothing_is_drawn() -> None:
    assert chains_part([shot("a"), shot("b")], Room(None)) == []


def test_a_large_graph_is_bounded_and_says_so() -> None:
    shots = [shot(f"s{n}", f"s{n - 1}") for n in range(1, 500)]
    blocks = chains_part(shots, Room(None))
    assert "Chains: 499 links, the first 60 drawn" in blocks[0]
    assert blocks[1].count("-->") == MOST_LINKS
    assert chains_part(shots, Room(100)) == []


def test_no_name_becomes_part_of_the_graph() -> None:
    (_, graph, _) = chains_part([shot('a"]\n  click s1 "javascript:x" ``` <b>', 'y"] --> z;%%{init}%%')], Room(None))
    labels = re.findall(r'\["([^"]*)"\]', graph)
    assert len(labels) == 2
    assert 'click s1 "' not in graph
    assert graph.count("```") == 2
