"""Which shots a run covers where shots follow from each other."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from builders import lockfile, record, request, take
from unit.plan.chains import ALLEY, DOOR, FIRST, OWNED, STREET, actions, follows, plan

from ltxspec.lock.models import Lockfile
from ltxspec.plan.actions import Action, Change, Plan, Reason
from ltxspec.plan.addresses import suggestion
from ltxspec.plan.graph_selection import covered, source_warnings, sources_first, with_dependents
from ltxspec.plan.limits import exceeded_limits
from ltxspec.plan.selecting import limited, selected
from ltxspec.plan.selection import Selection, selection
from ltxspec.plan.terms import SpendingLimits
from ltxspec.render.models import RenderedSpec, Request

CHAIN = (DOOR, STREET, ALLEY)  # the last one first


def chosen(
    *requests: Request, targets: Sequence[str] = (), excludes: Sequence[str] = (), locked: Lockfile | None = None
) -> dict[str, Change]:
    changes = list(plan(*requests, locked=locked).values())
    found = selected(changes, selection(targets, excludes=excludes))
    return {change.address.instance: change for change in found.changes}


def included(*requests: Request, targets: Sequence[str], locked: Lockfile | None = None) -> set[str]:
    changes = list(plan(*requests, locked=locked).values())
    return {address.instance for address in selected(changes, selection(targets)).included}


def test_a_target_takes_along_what_it_needs_and_nothing_else() -> None:
    other = follows("other", "alley")
    assert list(chosen(*CHAIN, other, targets=["night.street"])) == ["street", "alley"]
    assert included(*CHAIN, other, targets=["night.street"]) == {"alley"}
    assert list(chosen(*CHAIN, other, targets=["night.door"])) == ["door", "street", "alley"]


def test_a_source_that_has_its_take_stays_out() -> None:
    assert list(chosen(*CHAIN, targets=["night.street"], locked=lockfile(alley=record(FIRST)))) == ["street"]
    assert list(chosen(*CHAIN, targets=["night.street"], locked=OWNED)) == ["street"]
    assert list(chosen(request("alley", "fog"), STREET, targets=["night.street"], locked=OWNED)) == ["alley", "street"]


def test_a_pinned_take_needs_no_render_of_its_source() -> None:
    pinned = follows("street", "alley", number=1)
    assert list(chosen(request("alley", "fog"), pinned, targets=["night.street"], locked=OWNED)) == ["street"]
    missing = chosen(request("alley", "fog"), follows("street", "alley", number=3), targets=["night.street"])
    assert actions(missing) == {"street": Action.HELD}


def test_a_gate_lets_the_source_be_ordered_and_a_failure_does_not() -> None:
    gated = replace(ALLEY, gate=True)
    assert actions(chosen(gated, STREET, DOOR, targets=["night.door"])) == {
        "alley": Action.CREATE, "street": Action.HELD, "door": Action.HELD,
    }  # fmt: skip
    failed = lockfile(alley=record(take("alley", status="failed")))
    assert actions(chosen(*CHAIN, targets=["night.door"], locked=failed)) == {"door": Action.HELD}


@pytest.mark.parametrize("targets", [(), ("night.door", "night.street")])
def test_what_needs_a_source_that_is_left_out_is_held(targets: Sequence[str]) -> None:
    found = chosen(*CHAIN, targets=targets, excludes=["night.alley"])
    assert actions(found) == {"door": Action.HELD, "street": Action.HELD}
    assert {change.reasons[-1] for change in found.values()} == {Reason.SOURCE_LEFT_OUT}
    assert found["street"].note == "`night.alley` is left out by `--exclude`"
    assert found["door"].note == "`night.street` follows from `night.alley`, which is left out by `--exclude`"
    assert found["street"].estimate is not None


def test_the_other_sources_of_what_is_held_are_not_ordered_for_it() -> None:
    two = replace(STREET, references=(*STREET.references, *follows("street", "gate").references))
    found = chosen(ALLEY, request("gate"), two, targets=["night.street"], excludes=["night.gate"])
    assert actions(found) == {"street": Action.HELD}


def test_an_excluded_source_with_a_take_holds_nothing() -> None:
    found = chosen(*CHAIN, excludes=["night.alley"], locked=lockfile(alley=record(FIRST)))
    assert actions(found) == {"door": Action.CREATE, "street": Action.CREATE}


def test_a_whole_plan_is_as_it_was() -> None:
    changes = list(plan(*CHAIN).values())
    assert covered(changes, changes, lambda _: False) == (changes, frozenset())


def test_nothing_of_a_spec_that_is_only_referred_to_is_selected() -> None:
    changes = list(plan(*CHAIN).values())
    assert selected(changes, Selection(), {"night"}).changes == []


def test_a_plus_means_what_follows() -> None:
    spec = RenderedSpec("night", "specs/night.yaml", None, [*CHAIN, request("fog")])

    def named(*targets: str) -> set[str]:
        wanted = with_dependents(selection(targets), [spec])
        return {shot.address.instance for shot in spec.requests if wanted.is_target(shot.address)}

    assert named("night.alley") == {"alley"}
    assert named("night.alley+") == {"alley", "street", "door"}
    assert named("night.s*+") == {"street", "door"}
    assert named("night.street+", "night.fog") == {"street", "door", "fog"}
    spared = with_dependents(selection(excludes=["night.street+"]), [spec])
    assert [shot.address.instance for shot in spec.requests if spared.is_excluded(shot.address)] == ["door", "street"]


def test_the_end_of_a_typed_key_is_no_plus() -> None:
    (key,) = selection(["night.rows/c+"]).targets
    assert (key.text, key.dependents) == ("night.rows/c+", False)
    (all_of,) = selection(["night.rows[c+]+"]).targets
    assert (all_of.text, all_of.dependents) == ("night.rows[c+]", True)


def test_a_plus_where_it_means_nothing_is_explained() -> None:
    assert suggestion("night.alley+", [ALLEY.address]) == (
        "only `--target` and `--exclude` take a `+`: the shots that it names and those that follow from them"
    )
    assert "`night.rows[a]+`" in suggestion("night.rows/a+", [ALLEY.address])


def test_a_limit_counts_sources_first() -> None:
    whole = Plan("runware", list(plan(*CHAIN, request("fog")).values()))
    for most, names in ((1, ["alley"]), (2, ["street", "alley"]), (3, ["door", "street", "alley"])):
        assert [change.address.instance for change in limited(whole, most).changes] == names
    price = whole.changes[0].estimate
    assert price is not None
    part = limited(whole, lambda part: exceeded_limits(part, SpendingLimits(per_apply=price * 2)))
    assert [change.address.instance for change in part.changes] == ["street", "alley"]
    assert [change.address.instance for change in part.later] == ["door", "fog"]


def test_sources_come_first_and_the_rest_stays_in_order() -> None:
    changes = list(plan(request("fog"), *CHAIN).values())
    assert [change.address.instance for change in sources_first(changes)] == ["fog", "alley", "street", "door"]


def said(*requests: Request, targets: Sequence[str]) -> list[str]:
    changes = list(plan(*requests).values())
    found = selected(changes, selection(targets))
    whole = Plan("runware", found.changes, included=found.included)
    return [item.message for item in source_warnings(whole)]


def test_what_comes_along_is_said_with_its_price() -> None:
    priced = replace(ALLEY, estimate=Decimal("0.36"))
    assert said(priced, STREET, targets=["night.street"]) == [
        "`night.alley` is ordered as well: `night.street` uses its last frame ($0.36)"
    ]
    unpriced = replace(ALLEY, estimate=None)
    assert said(unpriced, STREET, targets=["night.street"])[0].endswith("(price unknown)")
    shots = [priced, *(follows(f"s{n}", f"s{n - 1}" if n else "alley") for n in range(6))]
    (many,) = said(*shots, targets=["night.s5"])
    assert many.startswith("6 shots are ordered as well")
