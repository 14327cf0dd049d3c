from dataclasses import replace
from decimal import Decimal

from unit.plan.chains import follows
from unit.report.plans import body, change

from ltxspec.plan.actions import Action, Reason
from ltxspec.report.plan.causes import Group
from ltxspec.report.plan.rows import columns, details, group_lines, row_of
from ltxspec.report.terminal import Links, Style, width_of


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


def test_a_held_shot_has_its_size_and_its_price_and_says_once_what_holds_it() -> None:
    request = replace(follows("street", "alley"), body=body())
    reasons = (Reason.NEW, Reason.SOURCE_NEW, Reason.SOURCE_HELD)
    held = change(
        "street", Action.HELD, *reasons, spec="night", request=request, estimate=Decimal("0.48"), note="`night.alley` …"
    )
    row = row_of(held)
    (line,) = columns([row], Style(width=100)).lines(row)
    assert line.startswith("    = night.street  new, alley is held  1920×1080, 8 s, 25 fps")
    assert line.endswith("later: $0.48")
    assert details(held, Style(), None) == []
    approval = replace(held, reasons=(Reason.NEW, Reason.NOT_APPROVED), note="`night.alley` needs an approval")
    assert [text.strip() for text in details(approval, Style(), None)] == ["`night.alley` needs an approval"]
    (line,) = group_lines(Group(Action.HELD, "waits", [held, held]), Style(width=60))
    assert line.endswith("later: $0.96")


def test_an_address_links_to_where_its_shot_is_written() -> None:
    row = row_of(change("alley", Action.CREATE, Reason.NEW))
    (line,) = columns([row], Style(width=80, links=Links("https://forge.test/blob/abc/", "mark"))).lines(row)
    assert "\x1b]8;id=mark;https://forge.test/blob/abc/specs/night-scenes.yaml#L" in line
    gone = replace(change("alley", Action.RETIRE, Reason.NOT_IN_SPEC), source=None)
    (line,) = columns([row_of(gone)], Style(width=80, links=Links("file://a/", "mark"))).lines(row_of(gone))
    assert "\x1b" not in line
