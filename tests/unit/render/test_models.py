from typing import NoReturn

from builders import fingerprint, request
from replacing import replace

from ltxspec.render.models import RenderedSpec

SPEC = RenderedSpec("s", "specs/s.yaml", None, (), (), {}, frozenset({"weather", "rows[a]"}))


def test_the_fingerprint_of_a_new_order_comes_first() -> None:
    wanted = replace(request("alley", "a"), also=(fingerprint("b"),), earlier=lambda: (fingerprint("c"),))
    assert list(request("alley", "a").fingerprints) == [fingerprint("a")]
    assert wanted.versions == (fingerprint("a"), fingerprint("b"))
    assert list(wanted.fingerprints) == [fingerprint("a"), fingerprint("b"), fingerprint("c")]


def test_what_earlier_versions_rendered_is_not_found_out_unless_needed() -> None:
    def unneeded() -> NoReturn:
        raise AssertionError

    wanted = replace(request("alley", "a"), earlier=unneeded)
    assert fingerprint("a") in wanted.fingerprints


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
