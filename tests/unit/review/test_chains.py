from hypothesis import given
from hypothesis import strategies as st
from replacing import replace

from ltxspec.render.references import Reference
from ltxspec.review.chains import as_on_page, in_chains
from ltxspec.review.follows import Use
from ltxspec.review.models import ShotKind, ShotReview
from ltxspec.values import ShotAddress


def shot(name: str, *sources: str) -> ShotReview:
    uses = tuple(Use(Reference(ShotAddress("night", source), "last")) for source in sources)
    return ShotReview(ShotAddress("night", name), ShotKind.RENDERED, uses_after=uses)


def order(*shots: ShotReview) -> list[str]:
    return [item.address.instance for item in in_chains(shots)]


def test_a_chain_stands_together_source_first() -> None:
    assert order(shot("c", "b"), shot("x"), shot("b", "a"), shot("y"), shot("a")) == ["x", "y", "a", "b", "c"]


def test_shots_of_one_source_keep_their_order_and_their_own_followers() -> None:
    assert order(shot("a"), shot("b", "a"), shot("c", "a"), shot("d", "b")) == ["a", "b", "d", "c"]


def test_a_source_that_is_not_listed_moves_nothing() -> None:
    shots = [shot("b", "unlisted"), shot("a")]
    assert in_chains(shots) == shots


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), max_size=8))
def test_no_shot_is_lost_or_told_twice_even_in_circles(links: list[tuple[str, str]]) -> None:
    shots = [shot(name, source) for name, source in links]
    assert sorted(map(id, in_chains(shots))) == sorted(map(id, shots))


def test_what_the_base_would_do_as_well_stands_at_the_end_of_a_page() -> None:
    old = [replace(shot(name), inherited=True) for name in "ab"]
    listed = as_on_page([old[0], shot("y", "x"), old[1], shot("x")])
    assert [item.address.instance for item in listed] == ["x", "y", "a", "b"]
