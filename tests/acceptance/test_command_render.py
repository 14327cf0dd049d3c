"""`ltxspec render`: the requests as they would be sent."""

from pathlib import Path
from uuid import UUID

import yaml
from acceptance.commands import ltxspec


def test_the_three_formats_hold_the_same_requests(project: Path) -> None:
    bodies = ltxspec("render", "--format", "json", cwd=project).json
    keyed = yaml.safe_load(ltxspec("render", "--format", "yaml", cwd=project).out)
    assert list(keyed) == ["night.alley", "night.flagged", "night.weather[rain]", "night.weather[fog]"]
    assert list(keyed.values()) == bodies
    assert bodies[0] | {"taskUUID": "-"} == {
        "taskType": "videoInference",
        "taskUUID": "-",
        "model": "lightricks:ltx@2.5-fast",
        "positivePrompt": "Rain over Rome",
        "width": 1280,
        "height": 720,
        "duration": 6,
        "fps": 24,
        "safety": {"mode": "fast"},
        "includeCost": True,
    }
    text = ltxspec("render", cwd=project).out
    assert text.count("fingerprint: v1:sha256:") == 4
    assert all(body["taskUUID"] in text for body in bodies)
    assert all(UUID(body["taskUUID"]).version == 4 for body in bodies)


def test_shots_are_chosen_by_address_with_wildcards(project: Path) -> None:
    def chosen(*patterns: str) -> list[str]:
        arguments = [part for pattern in patterns for part in ("--shot", pattern)]
        return list(yaml.safe_load(ltxspec("render", "--format", "yaml", *arguments, cwd=project).out))

    assert chosen("night.weather[fog]") == ["night.weather[fog]"]
    assert chosen("night.weather") == ["night.weather[rain]", "night.weather[fog]"]
    assert chosen("*[rain]", "night.a*") == ["night.alley", "night.weather[rain]"]


def test_a_shot_that_is_not_there_gets_a_suggestion(project: Path) -> None:
    assert "hint: did you mean `night.alley`?" in ltxspec("render", "--shot", "night.aley", cwd=project, check=1).err
    assert "hint: did you mean `night.alley`?" in ltxspec("render", "--shot", "alley", cwd=project, check=1).err


def test_the_same_spec_gives_the_same_task_ids_and_another_provider_others(project: Path) -> None:
    first, again = (ltxspec("render", "--format", "json", cwd=project).out for _ in range(2))
    assert first == again
    paid = ltxspec("render", "--format", "json", "--provider", "runware", cwd=project).out
    assert first != paid


def test_a_variable_of_the_command_line_keeps_the_kind_of_the_specs_own(project: Path) -> None:
    shown = ltxspec("render", "--shot", "night.alley", "--format", "json", "--var", "city=12", cwd=project).json
    assert shown[0]["positivePrompt"] == "Rain over 12"
