from builders import lockfile, output, record, take
from msgspec.structs import replace
from unit.plan.chains import ALLEY, DOOR, FIRST, OWNED, SECOND, STREET

from ltxspec.plan.selection import Selection, selection
from ltxspec.plan.sources import Sources, nth_take, output_of, takes_by_id
from ltxspec.render.models import RenderedSpec, Request
from ltxspec.values import ShotAddress


def sources(*requests: Request) -> Sources:
    spec = RenderedSpec("night", "specs/night.yaml", None, requests or (ALLEY, STREET, DOOR))
    return Sources([spec], {"night": OWNED})


def test_sources_come_before_what_follows() -> None:
    found = sources(DOOR, STREET, ALLEY)
    assert [address.instance for address in found.order] == ["alley", "street", "door"]
    assert found.depth == 2


def test_without_references_there_is_nothing_to_do() -> None:
    assert sources(ALLEY).order == []
    assert not sources(ALLEY).has_gates


def test_what_is_recorded_answers_down_the_whole_chain() -> None:
    found = sources()
    kept = found.as_recorded(Selection())
    assert kept == {ShotAddress("night", "alley"): FIRST.task_id, ShotAddress("night", "street"): SECOND.task_id}
    assert found.as_recorded(selection(retakes=["night.alley"])) == {}
    (spec,) = found.completed(kept)
    assert all(request.fingerprint is not None for request in spec.requests)


def test_the_output_that_is_meant_is_the_picked_one_or_the_one_asked_for() -> None:
    one, two = replace(output(1), sha256="a" * 64), replace(output(2), sha256="b" * 64)
    made = replace(take(), outputs=(one, two))
    assert output_of(made, None) == "a" * 64
    assert output_of(replace(made, picked=two.name(2)), None) == "b" * 64
    assert output_of(made, 2) == "b" * 64
    assert output_of(made, 3) is None
    assert output_of(replace(made, outputs=()), None) is None
    assert output_of(None, None) is None


def test_takes_are_numbered_as_they_are_shown() -> None:
    made = record(take(number=1), take(number=2))
    assert nth_take(made, 2) == made.takes[1]
    assert nth_take(made, 3) is None
    assert nth_take(None, 1) is None
    assert takes_by_id([lockfile({"b": record(take(number=2))}, a=record(take(number=1)))]).keys() == {
        one.task_id for one in made.takes
    }
