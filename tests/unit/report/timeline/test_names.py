"""Names of clips: readable, and different on every file system."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.report.timeline.names import clip_names
from ltxspec.spec.names import folded
from ltxspec.values import ShotAddress

ACCENT = "\N{COMBINING ACUTE ACCENT}"


def named(*instances: str, spec: str = "night") -> list[str]:
    addresses = [ShotAddress(spec, instance) for instance in instances]
    names = clip_names(addresses)
    return [names[address] for address in addresses]


@pytest.mark.parametrize(
    ("instance", "name"),
    [
        ("alley", "night_alley"),
        ("weather[rain,dusk]", "night_weather-rain-dusk"),
        ("product[東京]", "night_product-東京"),
        ("product[../../etc]", "night_product-etc"),
        (f"cafe[caf{'e'}{ACCENT}]", "night_cafe-café"),
        ("take[1-9]", "night_take-1-9"),
        ('k["a\\"b\\n"]', "night_k-a-b-n"),
    ],
)
def test_a_name_is_the_address_in_safe_characters(instance: str, name: str) -> None:
    assert named(instance) == [name]


def test_equal_shots_of_two_specs_differ_by_their_specs() -> None:
    addresses = [ShotAddress("day", "alley"), ShotAddress("night", "alley")]
    assert list(clip_names(addresses).values()) == ["day_alley", "night_alley"]


def test_names_that_a_file_system_could_take_for_one_are_told_apart() -> None:
    for pair in (("Alley", "alley"), ("a[b,c]", "a[b-c]"), ("x[é]", f"x[e{ACCENT}]"), ("x[ß]", "x[SS]")):
        one, other = named(*pair)
        assert folded(one) != folded(other)
    assert named("Alley", "alley")[0].startswith("night_Alley_")
    assert named("Alley", "alley", "door")[2] == "night_door"


def test_a_shot_that_is_named_like_a_name_told_apart_does_not_collide() -> None:
    one = named("Alley", "alley")[0].removeprefix("night_")
    assert len(set(map(folded, named("Alley", "alley", one)))) == 3


def test_long_keys_are_cut_and_stay_different() -> None:
    names = named(*(f"x[{'東' * 100}{end}]" for end in "ab"))
    assert len(set(names)) == 2
    assert all(len(name.encode()) < 200 for name in names)


KEYS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60).map(lambda key: f"x[{key}]") | st.sampled_from(
    ["Alley", "ALLEY", "alley", "a_b", "a-b"]
)


@given(st.lists(st.tuples(st.sampled_from(["day", "night", "night-a"]), KEYS), unique=True, max_size=12))
def test_no_two_shots_share_a_file(shots: list[tuple[str, str]]) -> None:
    addresses = [ShotAddress(*shot) for shot in shots]
    names = clip_names(addresses)
    assert len({folded(name) for name in names.values()}) == len(addresses)
    for name in names.values():
        assert name.isprintable()
        assert not set(name) & set('/\\:*?"<>|[](){}. ')
        assert len(name.encode()) <= 200
