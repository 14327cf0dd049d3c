from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ltxspec.catalog.price_learning import LearnedPrice, LearnedRate
from ltxspec.report.learned_prices import learned_lines


@dataclass
class One:
    air: str
    takes: int
    learned: LearnedPrice
    price: Any = None
    kept: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)


def test_a_rate_says_how_many_takes_and_how_far_they_agree() -> None:
    rate = LearnedRate((1920,), Decimal("0.0605"), Decimal("0.06"), ["a", "b"], [Decimal(6), Decimal(8)])
    learned = LearnedPrice(("/width",), [rate], [], {f"c{number}": "its cost is not known" for number in range(7)})
    lines = list(learned_lines(One("acme:1@1", 9, learned, {"rows": []})))
    assert lines[0] == "acme:1@1: 9 paid takes"
    assert lines[1] == "  width 1920: $0.0605 a second, 2 takes of 6, 8 s, from $0.06 (inferred)"
    assert lines[2] == "  ? c0: its cost is not known"
    assert "  ? 2 more takes say nothing" in lines
    assert lines[-1] == "}"
