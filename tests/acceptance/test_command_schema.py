"""`ltxspec schema`: the published schemas, which what the tool reads and writes keeps to."""

import json
from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import REPOSITORY, ltxspec
from jsonschema import Draft202012Validator

from ltxspec.project.schemas import NAMES
from ltxspec.spec.document import read_document


def problems(name: str, document: Any) -> list[str]:
    schema = json.loads((REPOSITORY / "schemas" / name / "v1.json").read_text("utf-8"))
    return [error.message for error in Draft202012Validator(schema).iter_errors(document)]


def test_every_schema_is_the_published_file(tmp_path: Path) -> None:
    for name in NAMES:
        published = (REPOSITORY / "schemas" / name / "v1.json").read_text("utf-8")
        assert ltxspec("schema", name, cwd=tmp_path).out == published
        Draft202012Validator.check_schema(json.loads(published))


def test_an_unknown_format_gets_the_list(tmp_path: Path) -> None:
    refused = ltxspec("schema", "specs", cwd=tmp_path, check=64).err
    assert "`specs` is not one of `spec`, `lockfile`, `plan`, `events`" in refused
    assert {path.parent.name for path in (REPOSITORY / "schemas").glob("*/v1.json")} == set(NAMES)


@pytest.mark.parametrize(
    "path",
    sorted((REPOSITORY / "specs").glob("*.yaml")) + sorted((REPOSITORY / "tests/acceptance/valid").glob("*.yaml")),
)
def test_the_schema_of_specs_accepts_every_example(path: Path) -> None:
    assert problems("spec", read_document(path.read_text("utf-8-sig"), path.name).root) == []


@pytest.mark.parametrize("name", ["kind-wrong", "names-wrong", "parts-missing", "matrix-wrong", "types", "ranges"])
def test_the_schema_of_specs_refuses_what_an_editor_can_notice(name: str) -> None:
    path = REPOSITORY / "tests" / "acceptance" / "invalid" / f"{name}.yaml"
    assert problems("spec", read_document(path.read_text("utf-8"), path.name).root) != []


def test_lockfiles_keep_to_their_schema(rendered: Path) -> None:
    ours = [*(REPOSITORY / "lockfiles").glob("*.json"), *(rendered / ".ltxspec/sandbox/lockfiles").glob("*.json")]
    assert len(ours) > 1
    assert [problems("lockfile", json.loads(path.read_text("utf-8"))) for path in ours] == [[]] * len(ours)


def test_events_keep_to_their_schema(project: Path) -> None:
    lines = ltxspec("apply", "--format", "json", "--target", "night.weather[fog]", cwd=project).out.splitlines()
    assert len(lines) > 3
    assert [problems("events", json.loads(line)) for line in lines] == [[]] * len(lines)
