from ltxspec.render.models import RenderedSpec

SPEC = RenderedSpec("s", "specs/s.yaml", None, (), (), frozenset({"weather", "rows[a]"}))


def test_a_shot_that_is_left_out_is_so_with_all_its_instances() -> None:
    assert [SPEC.leaves_out(key) for key in ("weather", "weather[rain]", "rows[a]", "rows[b]", "alley")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_what_is_recorded_of_shots_that_are_left_out_belongs_to_the_spec() -> None:
    assert SPEC.keys(["weather[rain]", "rows[b]", "gone"]) == {"weather[rain]"}
    assert RenderedSpec("s", "specs/s.yaml", None, ()).keys(["weather"]) == set()
