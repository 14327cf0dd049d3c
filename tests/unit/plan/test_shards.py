from dataclasses import replace
from itertools import pairwise

import pytest
from builders import change, request
from hypothesis import given
from hypothesis import strategies as st
from unit.plan.chains import ALLEY, DOOR, STREET

from ltxspec.plan.actions import Action, Change
from ltxspec.plan.shards import Shard, heads_of, heads_of_plan, number_of, read_shard, split
from ltxspec.render.models import RenderedSpec, Request
from ltxspec.render.references import Reference
from ltxspec.values import ShotAddress

Links = dict[ShotAddress, list[ShotAddress]]
NAMES = st.builds(ShotAddress, st.sampled_from(["day", "night", "rain"]), st.text("ab[,]ü1", min_size=1, max_size=5))
LINKS = st.dictionaries(NAMES, st.lists(NAMES, max_size=3), max_size=12)
COUNTS = st.integers(1, 9)


def shots(links: Links) -> list[Change]:
    """One order for each address, following from the shots that it is linked to."""
    every = dict.fromkeys([*links, *(source for sources in links.values() for source in sources)])
    return [change(Action.CREATE, _shot(address, links.get(address, []))) for address in every]


def _shot(address: ShotAddress, sources: list[ShotAddress]) -> Request:
    references = tuple(Reference(source, "last") for source in sources)
    return replace(request(address.instance, spec=address.spec), references=references)


def placed(changes: list[Change], count: int) -> dict[ShotAddress, int]:
    return {one.address: number for number, part in enumerate(split(changes, count), 1) for one in part}


@given(LINKS, COUNTS)
def test_every_change_is_in_exactly_one_shard_and_keeps_its_order(links: Links, count: int) -> None:
    changes = shots(links)
    parts = split(changes, count)
    assert len(parts) == count
    assert sorted(id(one) for part in parts for one in part) == sorted(map(id, changes))
    places = {id(one): place for place, one in enumerate(changes)}
    assert all([places[id(one)] for one in part] == sorted(places[id(one)] for one in part) for part in parts)


@given(LINKS, COUNTS)
def test_a_graph_of_references_is_on_one_shard_that_its_smallest_address_decides(links: Links, count: int) -> None:
    found = placed(shots(links), count)
    assert all(found[shot] == found[source] for shot, sources in links.items() for source in sources)
    for graph in _graphs(links):
        assert {found[address] for address in graph} == {number_of(min(graph), count)}


def _graphs(links: Links) -> list[set[ShotAddress]]:
    """Connected shots, found by joining sets until nothing changes."""
    graphs = [{shot, *sources} for shot, sources in links.items()]
    while True:
        for one in graphs:
            other = next((each for each in graphs if each is not one and each & one), None)
            if other is not None:
                one.update(other)
                graphs.remove(other)
                break
        else:
            return graphs


@given(LINKS, LINKS, COUNTS)
def test_edits_of_other_shots_change_no_shard(links: Links, others: Links, count: int) -> None:
    elsewhere = {
        ShotAddress(f"z{shot.spec}", shot.instance): [ShotAddress(f"z{one.spec}", one.instance) for one in sources]
        for shot, sources in others.items()
    }
    before = placed(shots(links), count)
    after = placed(shots({**elsewhere, **links}), count)
    assert {address: after[address] for address in before} == before


@given(LINKS, COUNTS, st.data())
def test_a_selection_changes_no_shard(links: Links, count: int, data: st.DataObject) -> None:
    changes = shots(links)
    specs = [RenderedSpec("any", "any.yaml", None, [one.request for one in changes if one.request is not None])]
    whole = placed(changes, count)
    chosen = data.draw(st.lists(st.sampled_from(changes), unique_by=id) if changes else st.just([]))
    parts = split(chosen, count, heads_of_plan(chosen, specs))
    assert all(whole[one.address] == number for number, part in enumerate(parts, 1) for one in part)


@given(LINKS, COUNTS)
def test_a_shard_knows_its_shots(links: Links, count: int) -> None:
    changes = shots(links)
    heads = heads_of_plan(changes)
    for number, part in enumerate(split(changes, count), 1):
        assert [one for one in changes if Shard(number, count).has(one.address, heads)] == part


def test_a_chain_is_followed_across_specs_and_through_shots_that_the_plan_does_not_cover() -> None:
    far = _shot(ShotAddress("day", "start"), [])
    alley = replace(ALLEY, references=(Reference(far.address, "last"),))
    changes = [change(Action.CREATE, alley), change(Action.CREATE, DOOR)]  # the street between them is left out
    specs = [RenderedSpec("night", "night.yaml", None, [alley, STREET, DOOR])]
    assert set(heads_of_plan(changes, specs).values()) == {far.address}
    assert heads_of_plan(changes)[DOOR.address] != far.address


@pytest.mark.parametrize("action", [Action.MOVE, Action.CREATE, Action.RESUME])
@pytest.mark.parametrize(("origin", "source"), [("old", ("night", "old")), ("day.old[a.b]", ("day", "old[a.b]"))])
def test_what_takes_over_from_a_name_is_recorded_together_with_it(
    action: Action, origin: str, source: tuple[str, str]
) -> None:
    moved = replace(change(action, request("new")), origin=origin)
    gone = replace(change(Action.RETIRE, request("x")), address=ShotAddress(*source), request=None)
    heads = heads_of_plan([moved, gone])
    assert heads[moved.address] == heads[gone.address] == min(moved.address, gone.address)


def test_loops_and_shots_that_follow_from_themselves_do_not_hurt() -> None:
    one, other = ShotAddress("a", "one"), ShotAddress("a", "other")
    assert heads_of({one: [one], other: [one], ShotAddress("a", "x"): []}) == {one: one, other: one}
    assert heads_of({one: [other], other: [one]}) == {one: one, other: one}


def test_the_shards_of_these_addresses_never_change() -> None:
    """Machines of different versions share a plan: the rule is a format."""
    names = ["night.alley", "night.weather[rain,dusk]", "day.über"]
    heads = [ShotAddress(*name.split(".", 1)) for name in names]
    assert [[number_of(head, count) for count in (1, 2, 3, 7, 1000)] for head in heads] == [
        [1, 1, 1, 7, 401],
        [1, 1, 3, 1, 649],
        [1, 2, 1, 3, 846],
    ]


def test_a_long_chain_is_one_graph_found_in_short_time() -> None:
    chain = [ShotAddress("night", f"s{number:05}") for number in range(20_000)]
    heads = heads_of({shot: [source] for source, shot in pairwise(chain)})
    backwards = heads_of({shot: [source] for shot, source in pairwise(chain)})
    assert set(heads.values()) == set(backwards.values()) == {chain[0]}


@pytest.mark.parametrize(
    ("text", "shard"), [("1/1", Shard(1, 1)), (" 2/5 ", Shard(2, 5)), ("1000/1000", Shard(1000, 1000))]
)
def test_a_shard_is_read(text: str, shard: Shard) -> None:
    assert read_shard(text) == shard
    assert str(shard) == text.strip()


@pytest.mark.parametrize(
    "text", ["", "1", "0/3", "4/3", "1/0", "-1/3", "1/3/3", "1.0/3", "01/3", "1/1001", "²/3", "1 / 3"]
)
def test_what_is_no_shard_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="K/N"):
        read_shard(text)
