"""What is said about files that cannot be trusted."""

import pytest

from ltxspec.errors import Location
from ltxspec.lock.errors import block_place, damaged, digest_mismatch, not_json, too_new, without_merge

NAME = "lockfiles/night.lock.json"
LAYOUT = b"""{
  "retired": {
    "alley": {
    }
  },
  "shots": {
    "alley": {
      "takes": 1
    }
  }
}
"""


def test_a_block_is_found_in_its_own_section() -> None:
    assert block_place(LAYOUT, NAME, ("shots", "alley", "takes", 0)) == Location(NAME, 7, 5, '    "alley": {')
    assert block_place(LAYOUT, NAME, ("retired", "alley")) == Location(NAME, 3, 5, '    "alley": {')


def test_a_field_of_the_root_is_found() -> None:
    assert block_place(LAYOUT, NAME, ("shots",)) == Location(NAME, 6, 3, '  "shots": {')


def test_an_unknown_block_is_placed_at_its_section_and_a_foreign_layout_nowhere() -> None:
    assert block_place(LAYOUT, NAME, ("shots", "fog")) == Location(NAME, 6, 3, '  "shots": {')
    assert block_place(b'{"shots":{"alley":{}}}', NAME, ("shots", "alley")) is None
    assert block_place(LAYOUT, NAME, ()) is None


def test_no_hint_ever_advises_to_delete_a_lockfile() -> None:
    errors = [
        not_json(b"", NAME, 1, 1),
        not_json(b"<<<<<<< ours\n", NAME, 1, 1),
        not_json(b"{", NAME, 1, 2),
        too_new(NAME, 2, 1),
        damaged("it is odd", NAME),
        digest_mismatch([("shots", "alley")], LAYOUT, NAME),
    ]
    for error in errors:
        assert error.hint
        assert "delete" not in error.hint or "do not delete" in error.hint
        assert not error.summary.endswith(".")
        assert NAME in error.summary


RESTORE = "git checkout -- lockfiles/night.lock.json"


@pytest.mark.parametrize("data", [b"", b" \n\t\n"])
def test_an_empty_file_is_called_empty(data: bytes) -> None:
    error = not_json(data, NAME, 1, 1)
    assert error.summary == f"lockfile `{NAME}` is empty"
    assert (error.where, RESTORE in (error.hint or "")) == (Location(NAME, 1, 1), True)


@pytest.mark.parametrize("marker", [b"<<<<<<< ours", b"||||||| base", b"=======", b">>>>>>> theirs"])
def test_a_conflict_is_shown_at_its_first_marker(marker: bytes) -> None:
    error = not_json(b"{\n" + marker + b"\n=======\n}", NAME, 9, 9)
    assert error.summary == f"lockfile `{NAME}` has conflict markers of an unfinished merge"
    assert error.where == Location(NAME, 2, 1)


def test_other_bytes_are_shown_where_the_parser_stopped() -> None:
    error = not_json(b"{\n ", NAME, 2, 2)
    assert error.summary == f"lockfile `{NAME}` is not complete JSON"
    assert (error.where, RESTORE in (error.hint or "")) == (Location(NAME, 2, 2), True)


def test_damage_is_shown_where_it_is() -> None:
    error = damaged("it is odd", NAME, Location(NAME, 7, 5))
    assert (error.where, RESTORE in (error.hint or "")) == (Location(NAME, 7, 5), True)


@pytest.mark.parametrize(
    ("shots", "words"),
    [
        ("a", "`a` does not match its digest"),
        ("ab", "`a`, `b` do not match their digests"),
        ("abc", "`a`, `b`, `c` do not match their digests"),
        ("abcde", "`a`, `b`, `c` and 2 more do not match their digests"),
    ],
)
def test_the_blocks_that_were_changed_are_named(shots: str, words: str) -> None:
    error = digest_mismatch([("shots", key) for key in shots], LAYOUT, NAME)
    assert error.summary == f"lockfile `{NAME}`: {words}"
    assert error.where == Location(NAME, 6, 3, '  "shots": {')


def test_a_block_at_the_very_start_and_one_whose_section_is_missing_are_found_too() -> None:
    assert block_place(b'\n  "shots": {', NAME, ("shots",)) == Location(NAME, 2, 3, '  "shots": {')
    assert block_place(LAYOUT, NAME, ("fog", "alley")) is None


def test_a_change_that_is_committed_is_taken_back_from_the_commit_before_it() -> None:
    error = digest_mismatch([("shots", "alley")], LAYOUT, NAME)
    assert f"`git checkout REVISION -- {NAME}`" in (error.hint or "")


def test_where_there_was_no_merge_none_is_advised() -> None:
    for error in (digest_mismatch([("shots", "alley")], LAYOUT, NAME), damaged("it is odd", NAME)):
        summary, told = error.summary, without_merge(error)
        assert told.summary == summary
        assert "lock merge" not in (told.hint or "")
        assert "git checkout" in (told.hint or "")
