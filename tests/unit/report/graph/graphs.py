"""Graphs for the tests of their forms, with names that try to break out."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from builders import change
from unit.plan.chains import ALLEY, DOOR, STREET

from ltxspec.lock.verdicts import Verdict
from ltxspec.plan.actions import Action, Change
from ltxspec.plan.graph import Link, Node, ShotGraph
from ltxspec.render.models import Request
from ltxspec.render.references import Reference
from ltxspec.values import ShotAddress

HOSTILE = 'w["\\N&lt;--><b>`x`#35;;%%{style:a#b;\n\x1b[31m]'


def order(action: Action, wanted: Request, price: str | None = "0.36") -> Change:
    usd = Decimal(price) if price is not None else None
    return replace(change(action, wanted), estimate=usd)


def link(source: str, shot: str, **more: Any) -> Link:
    at = more.pop("at", "last")
    ends = more.pop("ends", "first")
    return Link(ShotAddress("night", shot), Reference(ShotAddress("night", source), at, **more), ends)


CHAIN = ShotGraph(
    "runware",
    [
        Node(order(Action.HELD, DOOR)),
        Node(order(Action.NO_OP, replace(ALLEY, gate=True)), Verdict.APPROVED),
        Node(order(Action.REPLACE, STREET)),
    ],
    [link("street", "door"), link("alley", "door", at=2.5, take=2, ends="last"), link("alley", "street")],
)
EMPTY = ShotGraph("runware", [], [])


def hostile() -> ShotGraph:
    """A chain whose source has a name full of markup."""
    bad = replace(ALLEY, address=ShotAddress("night", HOSTILE))
    nodes = [Node(order(Action.CREATE, bad)), Node(order(Action.CREATE, STREET, None))]
    return ShotGraph("sandbox", nodes, [link(HOSTILE, "street", ends=None)])
