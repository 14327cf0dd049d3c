"""`ltxspec pick`: an earlier take becomes current, for nothing."""

from pathlib import Path

import pytest
from acceptance.commands import ltxspec, write_spec


def current(project: Path) -> list[bool]:
    (record,) = ltxspec("show", "night.alley", "--format", "json", cwd=project).json["shots"]
    return [take["current"] for take in record["takes"]]


def test_the_take_and_its_link_change_and_nothing_is_to_be_rendered(rendered: Path) -> None:
    link = rendered / "renders" / "sandbox" / "night" / "alley.mp4"
    before = link.resolve()
    assert ltxspec("pick", "night.alley", "--take", "1", cwd=rendered).out.startswith(
        "night.alley: take 1 is current ("
    )
    assert current(rendered) == [True, False]
    assert link.resolve() != before
    assert ltxspec("plan", "--target", "night.alley", cwd=rendered).out.startswith("No changes.")


def test_a_pick_stays_when_an_edit_is_applied_and_taken_back(rendered: Path) -> None:
    ltxspec("pick", "night.alley", "--take", "1", cwd=rendered)
    link = rendered / "renders" / "night" / "alley.mp4"
    picked, text = link.resolve(), (rendered / "specs" / "night.yaml").read_text(encoding="utf-8")
    for wanted in (text.replace("Rain over {{ city }}", "Snow over {{ city }}"), text):
        (rendered / "specs" / "night.yaml").write_text(wanted, encoding="utf-8")
        ltxspec("apply", "--target", "night.alley", cwd=rendered)
    assert current(rendered) == [True, False, False]
    assert link.resolve() == picked


def two_results(project: Path) -> None:
    write_spec(project, "model: lightricks:ltx@2.5-fast\nshots:\n  alley: {prompt: rain, numberResults: 2}\n")
    ltxspec("apply", cwd=project)


def test_one_of_several_results_is_picked_shown_and_linked_first(project: Path) -> None:
    two_results(project)
    first, second = ltxspec("output", "night.alley", cwd=project).out.split()
    assert "result 2 of take 1 is current" in ltxspec("pick", "night.alley", "--result", "2", cwd=project).out
    assert ltxspec("output", "night.alley", cwd=project).out.split() == [second, first]
    (record,) = ltxspec("show", "night.alley", "--format", "json", cwd=project).json["shots"]
    assert record["takes"][0]["picked"] == 2
    refused = ltxspec("pick", "night.alley", "--result", "3", cwd=project, check=64).err
    assert "take 1 of `night.alley` has 2 outputs, no result 3" in refused
    assert "missing option `--take`" in ltxspec("pick", "night.alley", cwd=project, check=64).err


def test_an_approval_is_of_all_results_of_a_take(project: Path) -> None:
    two_results(project)
    assert "approved" not in ltxspec("pick", "night.alley", "--result", "2", cwd=project).err
    ltxspec("approve", "night.alley", cwd=project)
    assert "take 1 is approved with all its results" in ltxspec("pick", "night.alley", "--result", "1", cwd=project).err


@pytest.mark.parametrize(
    ("address", "number", "words"),
    [
        ("night.alley", "3", "`night.alley` has 2 takes, no take 3"),
        ("night.alley", "0", "`night.alley` has 2 takes, no take 0"),
        ("night.flagged", "1", "take 1 of `night.flagged` failed and has no video"),
    ],
)
def test_a_take_that_cannot_be_current_is_refused(address: str, number: str, words: str, rendered: Path) -> None:
    assert f"error[usage]: {words}\n" in ltxspec("pick", address, "--take", number, cwd=rendered, check=64).err
    assert current(rendered) == [False, True]


def test_a_pick_that_the_next_plan_would_undo_is_said_to_be_so(rendered: Path) -> None:
    """A take of another request than the spec's does not stay current."""
    text = (rendered / "specs" / "night.yaml").read_text(encoding="utf-8")
    (rendered / "specs" / "night.yaml").write_text(text.replace("Rain over", "Snow over"), encoding="utf-8")
    ltxspec("apply", "--target", "night.alley", cwd=rendered)
    picked = ltxspec("pick", "night.alley", "--take", "1", cwd=rendered)
    assert "take 1 is current" in picked.out
    assert "the next apply will make another take current again" in picked.err
    assert "to keep take 1, edit prompt in the spec back" in picked.err
    assert ltxspec("pick", "night.alley", "--take", "3", cwd=rendered).err == ""
