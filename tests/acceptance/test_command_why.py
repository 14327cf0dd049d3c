"""`ltxspec why`: one shot's line of the plan, at length."""

from pathlib import Path

from acceptance.commands import ltxspec


def test_a_changed_shot_shows_what_changed_what_it_costs_and_what_it_has(rendered: Path) -> None:
    told = ltxspec("why", "night.alley", "--var", "city=Oslo", cwd=rendered).out
    assert told.startswith("night.alley: replace, ")
    for line in (
        "  because: prompt changed",
        "  prompt  Rain over [-Rome-] {+Oslo+}",
        "  price: $0.54",
        "  written at: specs/night.yaml:8:3",
        "takes",
    ):
        assert f"\n{line}\n" in told
    assert told.count("  succeeded  ") == 2


def test_a_shot_that_is_up_to_date_says_so(rendered: Path) -> None:
    assert ltxspec("why", "night.alley", cwd=rendered).out.startswith("night.alley: no-op, up to date\n")


def test_a_blocked_shot_tells_the_reason_once_and_the_cure(rendered: Path) -> None:
    told = ltxspec("why", "night.flagged", cwd=rendered).out
    before_takes = told.partition("\ntakes\n")[0]
    assert before_takes.count("contentPolicyViolation") == 1
    assert "--retry night.flagged" in before_takes


def test_all_instances_of_a_shot_are_explained(project: Path) -> None:
    told = ltxspec("why", "night.weather", cwd=project).out
    assert told.count(": create, render for the first time\n") == 2


def test_an_unknown_address_gets_a_suggestion(project: Path) -> None:
    assert "did you mean `night.alley`?" in ltxspec("why", "night.aley", cwd=project, check=1).err
