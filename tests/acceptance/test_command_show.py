"""`ltxspec show`: every take that is recorded."""

from pathlib import Path

from acceptance.commands import ltxspec


def test_takes_are_listed_with_the_current_one_marked(rendered: Path) -> None:
    lines = ltxspec("show", "night.alley", cwd=rendered).out.splitlines()
    assert lines[0] == "night.alley"
    assert lines[1].startswith("    take 1  succeeded  $0.54  ")
    assert lines[3].startswith("  * take 2  succeeded  $0.54  ")
    assert lines[3].endswith("  current")
    assert all((rendered / line.strip()).is_file() for line in (lines[2], lines[4]))


def test_a_failure_is_shown_with_its_reason_and_no_invented_cost(rendered: Path) -> None:
    _, take, reason = ltxspec("show", "night.flagged", cwd=rendered).out.splitlines()
    assert take.startswith("    take 1  failed  cost unknown  ")
    assert reason.strip().startswith("contentPolicyViolation: ")


def test_programs_get_the_same(rendered: Path) -> None:
    alley, flagged = ltxspec("show", "--format", "json", cwd=rendered).json["shots"]
    assert [take["take"] for take in alley["takes"]] == [1, 2]
    assert alley["current"] == alley["takes"][1]["taskUUID"]
    assert (flagged["takes"][0]["status"], flagged["takes"][0]["cost"]) == ("failed", None)


def test_a_spec_or_a_wildcard_stands_for_its_shots(rendered: Path) -> None:
    for pattern in ("night", "night.*"):
        assert len(ltxspec("show", pattern, "--format", "json", cwd=rendered).json["shots"]) == 2


def test_an_unknown_address_gets_a_suggestion(rendered: Path, project: Path) -> None:
    assert "did you mean `night.alley`?" in ltxspec("show", "night.aley", cwd=rendered, check=1).err
    assert ltxspec("show", cwd=project / "specs").out == "Nothing is recorded yet.\n"


def test_where_only_another_provider_has_records_show_and_cost_name_it(rendered: Path) -> None:
    for command in ("show", "cost"):
        empty = ltxspec(command, "--provider", "runware", cwd=rendered)
        assert (
            empty.err == "hint: nothing is recorded with `runware`, but there are records with `sandbox`: "
            "use `--provider sandbox`\n"
        )
