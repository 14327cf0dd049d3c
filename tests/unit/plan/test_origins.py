"""One key has one heir."""

from builders import lockfile, record, request, take

from ltxspec.catalog.models import Catalog
from ltxspec.lock.models import Lockfile
from ltxspec.plan.origins import assign_origins, has_answer
from ltxspec.render.models import Request

NOTHING = Catalog((), {})


def origins(locked: Lockfile, *requests: Request) -> dict[str, str]:
    return assign_origins(locked, {item.address.instance: item for item in requests}, NOTHING)


HAS_ALLEY = lockfile(alley=record(take()))


def test_a_name_that_is_gone_and_has_takes_is_handed_over() -> None:
    for locked in (HAS_ALLEY, lockfile({"alley": record(take())})):
        assert origins(locked, request("gate", "new", moved="alley")) == {"gate": "alley"}


def test_a_name_that_is_still_a_shot_or_has_no_takes_is_not() -> None:
    assert origins(HAS_ALLEY, request("gate", moved="alley"), request("alley")) == {}
    assert origins(HAS_ALLEY, request("gate", moved="nowhere")) == {}
    assert origins(HAS_ALLEY, request("gate")) == {}


def test_of_several_that_name_one_key_the_one_its_takes_answer_is_the_heir_else_the_first() -> None:
    first, second = request("a", "new", moved="alley"), request("b", "a", moved="alley")
    assert origins(HAS_ALLEY, first, second) == {"b": "alley"}
    assert origins(HAS_ALLEY, first, request("b", "newer", moved="alley")) == {"a": "alley"}


def test_an_instance_takes_over_from_its_namesake_and_only_else_from_the_shot_as_a_whole() -> None:
    locked = lockfile(**{"old": record(take("o")), "old[rain]": record(take("r", number=2))})
    shots = (request("new[fog]", "f", moved="old"), request("new[rain]", "x", moved="old"))
    assert origins(locked, *shots) == {"new[rain]": "old[rain]", "new[fog]": "old"}
    assert origins(lockfile(old=record(take("o"))), *shots[::-1]) == {"new[rain]": "old"}


def test_only_a_take_that_succeeded_is_an_answer() -> None:
    locked = lockfile({"alley": record(take("b", number=2))}, alley=record(take(status="failed")))
    assert [has_answer(locked, "alley", request(prompt=text), NOTHING) for text in ("a", "b", "c")] == [
        False,
        True,
        False,
    ]
    assert not has_answer(locked, None, request(), NOTHING)
