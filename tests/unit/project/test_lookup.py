from pathlib import Path

import pytest
from builders import record, take
from unit.project.projects import project

from ltxspec.lock.models import Lockfile
from ltxspec.project.lookup import UnknownAddress, all_lockfiles, find, find_one, lockfile_names
from ltxspec.project.project import Project

NIGHT = Lockfile("runware", "night", {"weather[fog]": record(take()), "alley": record(take())}, {"old": record(take())})
DAY = Lockfile("runware", "day", {"gate": record(take())})


@pytest.fixture
def opened(tmp_path: Path) -> Project:
    return project(tmp_path, NIGHT, DAY)


def addresses(opened: Project, pattern: str | None) -> list[str]:
    return [f"{item.address}{' retired' * item.retired}" for item in find(opened, pattern)]


def test_lockfiles_are_read_in_the_order_of_their_names(opened: Project) -> None:
    assert lockfile_names(opened) == ["day", "night"]
    assert all_lockfiles(opened) == [DAY, NIGHT]


def test_without_an_address_everything_is_found_retired_shots_last(opened: Project) -> None:
    assert addresses(opened, None) == ["day.gate", "night.alley", "night.weather[fog]", "night.old retired"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("night", ["night.alley", "night.weather[fog]", "night.old retired"]),
        ("night.weather", ["night.weather[fog]"]),
        ("*.gate", ["day.gate"]),
        ("night.old", ["night.old retired"]),
    ],
)
def test_an_address_may_be_a_spec_a_shot_or_a_wildcard(opened: Project, pattern: str, found: list[str]) -> None:
    assert addresses(opened, pattern) == found


def test_what_nobody_knows_gets_a_suggestion(opened: Project, tmp_path: Path) -> None:
    with pytest.raises(UnknownAddress, match=r"no lockfile knows `night\.aley`") as caught:
        find(opened, "night.aley")
    assert caught.value.hint == "did you mean `night.alley`?"
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnknownAddress) as caught:
        find(project(tmp_path / "empty"), "night.alley")
    assert caught.value.hint == "there are no shots yet"


def test_one_shot_is_one_shot(opened: Project) -> None:
    assert find_one(opened, "day").address.instance == "gate"
    with pytest.raises(UnknownAddress, match="`night` means 3 shots") as caught:
        find_one(opened, "night")
    assert caught.value.hint == "name one: `night.alley`, `night.weather[fog]`, `night.old`"
