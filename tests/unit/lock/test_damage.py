"""What is said about files that cannot be trusted."""

from ltxspec.errors import Location
from ltxspec.lock.damage import block_place, damaged, digest_mismatch, not_json, too_new

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
