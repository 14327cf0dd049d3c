"""A shot that was renamed and edited at once gets the advice to write `moved:`."""

from builders import change, lockfile, record, request, take

from ltxspec.plan.actions import Action, Change
from ltxspec.plan.renamed import renamed
from ltxspec.values import ShotAddress

PROMPT = "a fox walks over a bridge in the evening light"


def gone(name: str) -> Change:
    return Change(ShotAddress("night", name), Action.RETIRE)


def test_a_new_shot_like_a_removed_one_may_be_the_same() -> None:
    new = change(Action.CREATE, request("bridge", PROMPT.replace("fox", "wolf")))
    (found,) = renamed([new, gone("alley")], {"night": lockfile(alley=record(take(PROMPT)))})
    assert found.code == "maybe-moved"
    assert found.hint == "if it was renamed, write `moved: alley` in it: it then keeps the earlier takes"


def test_a_new_shot_of_its_own_is_not_suspected() -> None:
    new = change(Action.CREATE, request("bridge", "boats rocking in a harbour at night"))
    assert renamed([new, gone("alley")], {"night": lockfile(alley=record(take(PROMPT)))}) == []
    assert renamed([new], {"night": lockfile()}) == []


def test_instances_are_compared_by_their_keys_and_their_shots_named_once() -> None:
    held = {f"weather[{sky}]": record(take(f"{sky} {PROMPT}")) for sky in ("rain", "fog")}
    new = [change(Action.CREATE, request(f"sky[{sky}]", f"{sky} {PROMPT} now")) for sky in ("rain", "fog")]
    (found,) = renamed([*new, *map(gone, held)], {"night": lockfile(**held)})
    assert "`night.sky` is new" in found.message
    assert "`moved: weather`" in str(found.hint)


def test_a_shot_that_moved_to_another_spec_and_was_edited_is_found_there() -> None:
    new = change(Action.CREATE, request("alley", PROMPT.replace("fox", "wolf")))
    old = Change(ShotAddress("day", "alley"), Action.RETIRE)
    (found,) = renamed([new, old], {"night": lockfile(), "day": lockfile(alley=record(take(PROMPT)))})
    assert "`night.alley` is new, and its prompt resembles that of `day.alley`" in found.message
    assert found.hint == "if it was moved here, write `moved: day.alley` in it: it then keeps the earlier takes"


def test_a_shot_of_the_same_spec_is_the_likelier_one() -> None:
    new = change(Action.CREATE, request("bridge", PROMPT + " now"))
    olds = [Change(ShotAddress("day", "alley"), Action.RETIRE), gone("alley")]
    (found,) = renamed([new, *olds], {name: lockfile(alley=record(take(PROMPT))) for name in ("day", "night")})
    assert "`moved: alley`" in str(found.hint)


def test_a_row_with_another_key_is_joined_by_its_address() -> None:
    """`moved:` names a shot for all its rows, so it cannot say this."""
    held = {f"p[{key}]": record(take(f"{key} {PROMPT}")) for key in ("a", "b")}
    new = [
        change(Action.CREATE, request(f"p[{key}]", f"{old} {PROMPT} now")) for key, old in (("a1", "a"), ("b1", "b"))
    ]
    found = renamed([*new, *map(gone, held)], {"night": lockfile(**held)})
    assert [item.hint for item in found] == [
        f"if its key was changed, `ltxspec lock mv 'night.p[{key}]' 'night.p[{key}1]'` keeps the earlier takes"
        for key in ("a", "b")
    ]
    other = change(Action.CREATE, request("p[c]", PROMPT.replace("fox", "wolf").replace("bridge", "street")))
    assert renamed([other, gone("p[a]")], {"night": lockfile({}, **{"p[a]": record(take(PROMPT))})}) == []
