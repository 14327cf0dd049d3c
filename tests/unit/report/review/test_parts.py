import pytest
from builders import task
from msgspec.structs import replace
from unit.report.reviews import rich_review

from ltxspec.formats import FormatError
from ltxspec.plan.actions import Action
from ltxspec.report.review.json import review_document
from ltxspec.report.review.parts import altered_take, checked_takes, diagnostic_of, lost_take, reviewed_shot

DOCUMENT = review_document(rich_review())
SHOTS = [reviewed_shot(item, DOCUMENT.takes.base, DOCUMENT.takes.head) for item in DOCUMENT.shots]


def test_shots_are_read_with_their_takes_and_changes() -> None:
    assert [shot.address for shot in SHOTS] == [shot.address for shot in rich_review().shots]
    for found, expected in zip(SHOTS, rich_review().shots, strict=True):
        assert (found.before, found.after, found.bought) == (expected.before, expected.after, expected.bought)
        assert (found.changes, found.causes, found.origin) == (expected.changes, expected.causes, expected.origin)
        assert (found.change is None) is (expected.change is None)


def test_what_costs_nothing_has_no_price_and_an_unknown_price_stays_unknown() -> None:
    changes = [shot.change for shot in SHOTS if shot.change is not None]
    prices = {(change.address.instance, change.action): change.estimate for change in changes}
    assert prices["pier[b]", Action.CREATE] is None
    assert prices["monastery", Action.MOVE] is None
    assert str(prices["alley", Action.REPLACE]) == "0.48"


def test_lost_and_altered_takes_and_problems_are_read() -> None:
    assert [lost_take(item, DOCUMENT.takes.base) for item in DOCUMENT.lost] == list(rich_review().lost)
    assert [altered_take(item).changes for item in DOCUMENT.altered] == [
        tuple(item.changes) for item in rich_review().altered
    ]
    (found,) = map(diagnostic_of, DOCUMENT.diagnostics)
    assert (found.severity, found.code, str(found.where)) == ("warning", "unused-variable", "specs/night.yaml:9:3")


def test_a_take_stands_under_its_own_task() -> None:
    assert checked_takes(DOCUMENT.takes) == DOCUMENT.takes
    moved = {task(99): next(iter(DOCUMENT.takes.base.values()))}
    with pytest.raises(FormatError, match=rf"`takes\.base\.{task(99)}\.taskUUID` is not the task it is listed under"):
        checked_takes(replace(DOCUMENT.takes, base=moved))


def test_a_task_that_no_take_is_of_is_refused() -> None:
    with pytest.raises(FormatError, match="which has no take"):
        lost_take(replace(DOCUMENT.lost[0], task_id=task(99)), DOCUMENT.takes.base)
