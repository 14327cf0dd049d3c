from pathlib import Path

from builders import change, lockfile, record, request, take
from replacing import replace
from unit.project.projects import path_of, project

from ltxspec.plan.actions import Action, Change, Reason
from ltxspec.project.running.rivals import rival_of

ORDER = change(Action.CREATE, request())
HAS = "`day` has ordered the same render meanwhile; plan again"
BOUGHT = replace(lockfile(gate=record(take())), spec="day")
FAILED = replace(lockfile(gate=record(take(status="failed"))), spec="day")


def with_reason(reason: Reason) -> Change:
    return replace(ORDER, reasons=(reason,))


def test_what_another_spec_has_bought_since_is_noticed(tmp_path: Path) -> None:
    opened = project(tmp_path, FAILED)
    rival = rival_of(opened, ["night"])
    assert rival(ORDER) is None
    project(tmp_path, BOUGHT)
    assert rival(ORDER) == HAS
    assert rival(change(Action.CREATE, request(prompt="b"))) is None


def test_the_specs_of_the_run_are_no_rivals_and_neither_is_what_is_wanted_twice(tmp_path: Path) -> None:
    opened = project(tmp_path, BOUGHT)
    assert rival_of(opened, ["night", "day"])(ORDER) is None
    assert rival_of(opened, [])(with_reason(Reason.RETAKE_REQUESTED)) is None
    assert rival_of(opened, [])(with_reason(Reason.OWNED_ELSEWHERE)) is None
    assert rival_of(opened, [])(with_reason(Reason.LAST_ATTEMPT_FAILED)) == HAS


def test_a_record_that_cannot_be_read_holds_the_order_back(tmp_path: Path) -> None:
    opened = project(tmp_path, BOUGHT)
    path_of(opened, "day").write_text("{", "utf-8")
    assert rival_of(opened, [])(ORDER) not in {None, HAS}
