from pathlib import Path

import pytest
from builders import record, take
from unit.project.projects import path_of, project

from ltxspec.errors import LockfileError
from ltxspec.lock.codec import encode_lockfile
from ltxspec.lock.models import Lockfile
from ltxspec.project.lookup import (
    UnknownAddress,
    all_lockfiles,
    elsewhere_hint,
    find,
    find_one,
    lockfile_names,
    record_of,
    recorded_state,
)
from ltxspec.project.project import ProjectContext
from ltxspec.values import ShotAddress

NIGHT = Lockfile("runware", "night", {"weather[fog]": record(take()), "alley": record(take())}, {"old": record(take())})
DAY = Lockfile("runware", "day", {"gate": record(take())})


@pytest.fixture
def opened(tmp_path: Path) -> ProjectContext:
    return project(tmp_path, NIGHT, DAY)


def addresses(opened: ProjectContext, pattern: str | None) -> list[str]:
    return [f"{item.address}{' retired' * item.retired}" for item in find(opened, pattern)]


def test_lockfiles_are_read_in_the_order_of_their_names(opened: ProjectContext) -> None:
    assert lockfile_names(opened) == ["day", "night"]
    assert all_lockfiles(opened) == [DAY, NIGHT]


def test_without_an_address_everything_is_found_retired_shots_last(opened: ProjectContext) -> None:
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
def test_an_address_may_be_a_spec_a_shot_or_a_wildcard(opened: ProjectContext, pattern: str, found: list[str]) -> None:
    assert addresses(opened, pattern) == found


def test_what_nobody_knows_gets_a_suggestion(opened: ProjectContext, tmp_path: Path) -> None:
    with pytest.raises(UnknownAddress, match=r"no lockfile contains `night\.aley`") as caught:
        find(opened, "night.aley")
    assert caught.value.hint == "did you mean `night.alley`?"
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnknownAddress) as caught:
        find(project(tmp_path / "empty"), "night.alley")
    assert caught.value.hint == "there are no shots yet"
    path = path_of(project(tmp_path / "empty").on("sandbox"))
    path.parent.mkdir(parents=True)
    path.write_bytes(encode_lockfile(Lockfile("sandbox", "night")))
    with pytest.raises(UnknownAddress) as caught:
        find(project(tmp_path / "empty"), "night.alley")
    assert caught.value.hint == (
        "nothing is recorded with `runware`, but there are records with `sandbox`: use `--provider sandbox`"
    )


def test_one_shot_is_one_shot(opened: ProjectContext) -> None:
    assert find_one(opened, "day").address.instance == "gate"
    with pytest.raises(UnknownAddress, match="`night` matches 3 shots") as caught:
        find_one(opened, "night")
    assert caught.value.hint == "name one: `night.alley`, `night.weather[fog]`, `night.old`"


def test_a_damaged_lockfile_stops_everything(opened: ProjectContext) -> None:
    path_of(opened).write_text("{}")
    with pytest.raises(LockfileError):
        recorded_state(opened, "night")
    path_of(opened).unlink()
    assert recorded_state(opened, "night").lockfile == Lockfile("runware", "night")


def test_a_shot_s_record_is_found_wherever_it_is(opened: ProjectContext) -> None:
    assert record_of(opened, ShotAddress("night", "alley")) == NIGHT.shots["alley"]
    assert record_of(opened, ShotAddress("night", "old")) == NIGHT.retired["old"]
    assert record_of(opened, ShotAddress("night", "none")) is None


def test_takes_of_another_provider_are_pointed_out_unless_the_provider_was_named(tmp_path: Path) -> None:
    opened = project(tmp_path, NIGHT)
    tour = opened.on("sandbox").paths_of("night").lockfile
    tour.parent.mkdir(parents=True)
    tour.write_bytes(encode_lockfile(Lockfile("sandbox", "night", {"alley": record(take())})))
    assert elsewhere_hint(opened, is_named=False) == "`sandbox` also has 1 take: `--provider sandbox` shows them"
    assert elsewhere_hint(opened, is_named=True) is None
    path_of(opened).unlink()
    assert str(elsewhere_hint(opened, is_named=True)).startswith("nothing is recorded with `runware`")
