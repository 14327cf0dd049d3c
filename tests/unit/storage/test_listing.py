import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ltxspec.storage.listing import Listing, Listings


def stems(name: str) -> tuple[str, ...]:
    return (name.partition(".")[0],)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[int]:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    yield descriptor
    os.close(descriptor)


def test_names_are_found_by_stem_and_by_what_may_be_the_same_file() -> None:
    listing = Listing(["alley.2.mp4", "alley.1.mp4", "Gate.mp4"], stems)
    assert listing.of_stem("alley") == ["alley.1.mp4", "alley.2.mp4"]
    assert listing.like("gate.mp4") == {"Gate.mp4"}
    listing.add("gate.mp4")
    listing.discard("alley.2.mp4")
    listing.discard("never.mp4")
    assert listing.like("GATE.mp4") == {"Gate.mp4", "gate.mp4"}
    assert listing.of_stem("alley") == ["alley.1.mp4"]
    assert listing.of_stem("pier") == []


def test_a_folder_is_listed_once_while_nothing_else_changes_it(
    tmp_path: Path, folder: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    listings = Listings(stems)
    first = listings.of("here", folder)
    (tmp_path / "alley.mp4").touch()
    first.add("alley.mp4")
    listings.keep("here", folder, first)
    monkeypatch.setattr("os.listdir", None)
    assert listings.of("here", folder) is first


def test_a_change_from_outside_is_seen(tmp_path: Path, folder: int) -> None:
    listings = Listings(stems)
    listings.keep("here", folder, listings.of("here", folder))
    (tmp_path / "alley.mp4").touch()
    os.utime(tmp_path, ns=(0, 1))  # two changes may fall on one tick of the clock
    assert listings.of("here", folder).of_stem("alley") == ["alley.mp4"]


def test_a_listing_that_was_not_kept_is_not_used_again(folder: int) -> None:
    listings = Listings(stems)
    listings.keep("here", folder, listings.of("here", folder))
    listings.of("here", folder).add("never-made.mp4")  # and then an error
    assert listings.of("here", folder).of_stem("never-made") == []
