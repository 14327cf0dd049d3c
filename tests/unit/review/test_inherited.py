import pytest
from builders import change, lockfile, record, request, take, task
from replacing import replace
from unit.review.changes import BASE, HEAD, side

from ltxspec.lock.verdicts import Remark, Verdict
from ltxspec.plan.actions import Action
from ltxspec.render.models import Request
from ltxspec.render.references import Reference
from ltxspec.review.inherited import is_inherited
from ltxspec.review.sides import ReviewSide
from ltxspec.values import ShotAddress


def following(source: str) -> Request:
    """A request that says nothing of the content of its source, as before a plan."""
    return replace(
        request("door", "b"), fingerprint=None, references=(Reference(ShotAddress("night", source), "last"),)
    )


@pytest.mark.parametrize(("prompt", "same"), [("a", True), ("edited", False)])
def test_a_shot_is_caused_by_a_change_of_what_it_follows_from(prompt: str, same: bool) -> None:
    lock = lockfile(alley=record(take("a")), door=record(take("b", number=2)))
    base = side(BASE, request("alley", "a"), following("alley"), lock=lock)
    head = side(HEAD, request("alley", prompt), following("alley"), lock=lock)
    assert is_inherited(change(Action.REPLACE, following("alley")), base, head) is same


def test_another_record_of_the_source_counts_as_well() -> None:
    locks = [lockfile(alley=record(take("a", number=number))) for number in (1, 2)]
    asked = (request("alley", "a"), following("alley"))
    sides = side(BASE, *asked, lock=locks[0]), side(HEAD, *asked, lock=locks[1])
    assert not is_inherited(change(Action.CREATE, asked[1]), *sides)


def test_a_task_under_way_and_a_spec_that_the_base_cannot_render_are_not_inherited() -> None:
    asked = request("alley", "a")
    assert not is_inherited(change(Action.RESUME, asked), side(BASE, asked), side(HEAD, asked))
    unknown = replace(side(BASE), requests={}, unrendered=frozenset({"night"}))
    assert not is_inherited(change(Action.CREATE, asked), unknown, side(HEAD, asked))


def test_circles_end() -> None:
    asked = following("door")
    assert is_inherited(change(Action.CREATE, asked), side(BASE, asked), side(HEAD, asked))


def remarked(side: ReviewSide, **verdicts: Verdict) -> ReviewSide:
    """A side on which takes are decided about, by their numbers: `t1=Verdict.APPROVED`."""
    found = {
        task(int(name[1:])): Remark(one, None, None, None, "2026-11-29T12:00:00Z") for name, one in verdicts.items()
    }
    return replace(side, verdicts=found)


@pytest.mark.parametrize(
    ("before", "after", "gates", "same"),
    [
        ({}, {"t1": Verdict.APPROVED}, (True, True), False),
        ({}, {"t1": Verdict.REJECTED}, (True, True), True),  # held before and after
        ({"t2": Verdict.REJECTED}, {"t2": Verdict.APPROVED}, (True, True), True),  # a take that is not in use
        ({"t1": Verdict.APPROVED}, {"t1": Verdict.APPROVED}, (True, False), True),  # a gate that held nothing
        ({}, {}, (True, False), False),
    ],
)
def test_what_holds_a_shot_counts_where_it_differs(
    before: dict[str, Verdict], after: dict[str, Verdict], gates: tuple[bool, bool], same: bool
) -> None:
    lock = lockfile(alley=record(take("a"), take("a", number=2), current=1))
    sides = [
        remarked(side(name, replace(request("alley", "a"), gate=gate), following("alley"), lock=lock), **verdicts)
        for name, gate, verdicts in ((BASE, gates[0], before), (HEAD, gates[1], after))
    ]
    assert is_inherited(change(Action.CREATE, following("alley")), *sides) is same
