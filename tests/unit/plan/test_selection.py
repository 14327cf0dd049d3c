import pytest

from ltxspec.plan.selection import Pattern, selection
from ltxspec.values import parse_address


@pytest.mark.parametrize(
    ("pattern", "address", "matches"),
    [
        ("night.alley", "night.alley", True),
        ("night.alley", "night.alley2", False),
        ("night.weather", "night.weather[rain,dusk]", True),
        ("night.weather[rain,dusk]", "night.weather[rain,dusk]", True),
        ("night.weather[rain,dusk]", "night.weather[fog,dusk]", False),
        ("night.weather[rain,*]", "night.weather[rain,dusk]", True),
        ("night.weather[?og,dusk]", "night.weather[fog,dusk]", True),
        ("night.*", "night.alley", True),
        ("*.alley", "day.alley", True),
        ("night.alley", "knight.alley", False),
        ("night.a[b]", "night.ab", False),
        ("night.weather/rain,dusk", "night.weather[rain,dusk]", True),
        ("night.weather/rain,*", "night.weather[rain,dusk]", True),
        ("*/rain,dusk", "night.weather[rain,dusk]", False),
        ("night.*/rain,dusk", "night.weather[rain,dusk]", True),
        ("night.files[a/b]", "night.files[a/b]", True),
        ("night.files/a/b", "night.files[a/b]", True),
    ],
)
def test_patterns(pattern: str, address: str, matches: bool) -> None:
    assert Pattern(pattern).matches(parse_address(address)) is matches


def test_no_targets_mean_every_shot() -> None:
    assert selection().is_target(parse_address("night.alley"))
    assert not selection(["night.tower"]).is_target(parse_address("night.alley"))


def test_a_pattern_that_names_nothing_is_told() -> None:
    chosen = selection(["night.*"], ["night.aley"], [])
    assert chosen.unmatched([parse_address("night.alley")]) == ["night.aley"]


@pytest.mark.parametrize(
    ("pattern", "shot", "may"),
    [
        ("night.weather", "night.weather", True),
        ("night.weather[rain,*]", "night.weather", True),
        ("night.weather/rain", "night.weather", True),
        ("night.alley", "night.weather", False),
        ("night.*", "night.weather", True),
        ("*.alley", "night.weather", False),
        ("night.w*dusk]", "night.weather", True),
        ("night.x*dusk]", "night.weather", False),
    ],
)
def test_a_pattern_may_match_instances_that_are_not_known(pattern: str, shot: str, may: bool) -> None:
    assert Pattern(pattern).may_match_instance_of(parse_address(shot)) is may
    assert selection([pattern]).may_target(parse_address(shot)) is may
    assert selection().may_target(parse_address(shot))
