"""A sample of the simulated films that `make crash` plays by the ten thousand steps, and that they are exact."""

from pathlib import Path

import pytest
from crash.graphs.draw import draw
from crash.graphs.play import FILMS
from crash.simulator.campaign import Stage, simulate

STEPS = 300
SHARES = 3  # so that several processes can share the work


@pytest.mark.parametrize("share", range(SHARES))
def test_every_promise_is_kept_in_films(tmp_path: Path, share: int) -> None:
    sums = simulate(Stage(FILMS, tmp_path), STEPS // SHARES, seed=share + 1, shorten=False)
    assert [str(one) for one in sums.broken] == []
    assert sums.steps >= STEPS // SHARES
    assert sums.charges > 0


def test_a_seed_plays_the_same_film_again(tmp_path: Path) -> None:
    stage = Stage(FILMS, tmp_path)
    assert draw(7) == draw(7)
    assert stage.play(draw(7)) == stage.play(draw(7))
