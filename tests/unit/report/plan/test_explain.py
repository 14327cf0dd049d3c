import builders
from builders import record, request, take

from ltxspec.lock.models import Take
from ltxspec.plan.actions import Action, Change, FieldChange, Reason
from ltxspec.report.plan.explain import explain
from ltxspec.report.terminal import Style


def told(change: Change, *takes: Take) -> list[str]:
    return explain(change, record(*takes) if takes else None, {}, Style()).splitlines()


def test_a_new_shot_tells_its_price_its_place_and_its_ids() -> None:
    change = builders.change(reasons=(Reason.NEW,))
    assert told(change) == [
        "night.alley: create, render for the first time",
        "  because: new",
        "  a",
        "  price: $0.48",
        "  written at: specs/night.yaml:7:3",
        f"  fingerprint: {change.fingerprint}",
        f"  task: {change.task_id} (take 1, attempt 1)",
    ]


def test_an_unknown_price_is_called_unknown() -> None:
    assert "  price: unknown" in told(builders.change(wanted=request(estimate=None)))


def test_changes_are_told_under_the_reason_and_takes_at_the_end() -> None:
    changed = (FieldChange("/fps", 25, 50),)
    lines = told(builders.change(Action.REPLACE, reasons=(Reason.REQUEST_CHANGED,), changes=changed), take())
    assert lines[1:3] == ["  because: fps changed", "  fps  25 → 50"]
    assert lines[-3] == "takes"
    assert lines[-2].startswith("  * take 1  succeeded")


def test_what_costs_nothing_has_no_price() -> None:
    for action in (Action.NO_OP, Action.RESTORE, Action.BLOCKED):
        assert not any("price" in line for line in told(builders.change(action)))


def test_a_note_is_said_once() -> None:
    lines = told(builders.change(Action.BLOCKED, note="flagged: not allowed", reasons=(Reason.FAILED_FOR_GOOD,)))
    assert lines.count("  flagged: not allowed") == 1
    assert "  edit the shot or `--retry night.alley`" in lines


def test_a_shot_that_is_gone_has_neither_place_nor_fingerprint() -> None:
    change = Change(builders.request().address, Action.RETIRE, (Reason.NOT_IN_SPEC,))
    assert told(change)[1:] == ["  because: gone from the spec, takes kept"]
