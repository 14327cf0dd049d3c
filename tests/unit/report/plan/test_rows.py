from decimal import Decimal

from unit.report.plans import change

from ltxspec.plan.actions import Action, Reason
from ltxspec.report.plan.causes import Group
from ltxspec.report.plan.rows import columns, group_lines, row_of
from ltxspec.report.terminal import Style, width_of


def test_a_row_has_the_price_at_the_end_of_the_line() -> None:
    row = row_of(change("alley", Action.CREATE, Reason.NEW))
    (line,) = columns([row], Style(width=80)).lines(row)
    assert line.startswith("    + night-scenes.alley  new  1920×1080, 8 s, 25 fps")
    assert line.endswith("$0.48")
    assert width_of(line) == 80


def test_a_group_has_its_number_its_cause_and_its_price() -> None:
    shots = [change(name, Action.CREATE, Reason.NEW, estimate=Decimal("0.48")) for name in "ab"]
    (line,) = group_lines(Group(Action.CREATE, "new", shots), Style(width=60))
    assert line.split() == ["+", "2", "shots:", "new", "$0.96"]
    assert width_of(line) == 60


def test_a_long_cause_wraps_and_an_action_without_costs_says_so() -> None:
    shots = [change(name, Action.MOVE, Reason.MOVED_BY_SPEC) for name in "ab"]
    first, second = group_lines(Group(Action.MOVE, "word " * 12, shots), Style(width=60))
    assert first.endswith("no cost")
    assert second.split() == ["word"] * 5
