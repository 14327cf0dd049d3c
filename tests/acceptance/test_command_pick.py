"""`ltxspec pick`: an earlier take becomes current, for nothing."""

from pathlib import Path

import pytest
from acceptance.commands import ltxspec, quick


def current(project: Path) -> list[bool]:
    (record,) = quick("show", "night.alley", "--format", "json", cwd=project).json
    return [take["current"] for take in record["takes"]]


def test_the_take_and_its_link_change_and_nothing_is_to_be_rendered(rendered: Path) -> None:
    link = rendered / "renders" / "sandbox" / "night" / "alley.mp4"
    before = link.resolve()
    assert ltxspec("pick", "night.alley", "--take", "1", cwd=rendered).out.startswith(
        "night.alley: take 1 is current ("
    )
    assert current(rendered) == [True, False]
    assert link.resolve() != before
    assert quick("plan", "--target", "night.alley", cwd=rendered).out.startswith("No changes.")


@pytest.mark.parametrize(
    ("address", "number", "words"),
    [
        ("night.alley", "3", "`night.alley` has 2 takes, no take 3"),
        ("night.alley", "0", "`night.alley` has 2 takes, no take 0"),
        ("night.flagged", "1", "take 1 of `night.flagged` failed and has no video"),
    ],
)
def test_a_take_that_cannot_be_current_is_refused(address: str, number: str, words: str, rendered: Path) -> None:
    assert f"error[usage]: {words}\n" in quick("pick", address, "--take", number, cwd=rendered, check=64).err
    assert current(rendered) == [False, True]
