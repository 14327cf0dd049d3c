from functools import partial

import pytest
from replacing import replace
from unit.report.reviews import many, rich_review

from ltxspec.report.markdown import Room
from ltxspec.report.review.lists import gate, listed, lost, noticed, problems
from ltxspec.report.review.noticed import Noticed
from ltxspec.report.review.page import Page
from ltxspec.review.models import ApplyRefusal


def test_lists_are_counted_where_they_end() -> None:
    (block,) = listed("Rules:", (f"rule {number}" for number in range(30)), Room(None))
    assert block.startswith("Rules:\n\n- <code>rule 0</code>\n")
    assert block.endswith("\n- … and 10 more")


def test_what_was_noticed_names_the_first_shots_and_counts_the_others() -> None:
    (block,) = noticed("Failed:", [Noticed("it `broke`", ("night.a", "night.b"), 3, "$0.10")], Room(None))
    assert block == (
        "Failed:\n\n- it <code>broke</code>: <code>night.a</code>, <code>night.b</code> and 3 more shots, $0.10"
    )


@pytest.mark.parametrize("part", [partial(lost, rich_review().lost), partial(problems, rich_review(), page=Page())])
def test_nothing_is_listed_without_room(part: partial[list[str]]) -> None:
    assert part(room=Room(10)) == []
    assert len(part(room=Room(None))) == 1


def test_the_gate_names_every_refusal() -> None:
    long = [ApplyRefusal("policy", "x" * 300, "y"), ApplyRefusal("unknown-price", "z")]
    lines = gate(replace(many(1), refusals=long), Room(100))
    assert lines[:1] == ["❌ <code>policy</code>"]
    assert gate(replace(many(1), refusals=long), Room(None))[1] == "⚠️ **Z**"
