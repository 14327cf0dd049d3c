import pytest

from ltxspec.spec.faults import Path, spoken


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ((), "the spec"),
        (("shots",), "shots"),
        (("shots", "alley", "checks", 0, "assert"), "shots.alley.checks[0].assert"),
        (("checks", 3), "checks[3]"),
    ],
)
def test_a_path_is_spoken_as_users_write_it(path: Path, words: str) -> None:
    assert spoken(path) == words
