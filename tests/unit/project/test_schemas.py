import json
from pathlib import Path

import pytest
from unit.project.projects import project

from ltxspec.project.schemas import NAMES, schema_text, write_all

PUBLISHED = Path(__file__).parents[3] / "schemas"


def test_the_published_schemas_are_what_the_code_says(tmp_path: Path) -> None:
    write_all(tmp_path)
    written = {path.relative_to(tmp_path).as_posix(): path.read_text("utf-8") for path in tmp_path.rglob("*.json")}
    assert written.keys() == {f"{name}/v1.json" for name in NAMES}
    stale = [name for name, text in written.items() if (PUBLISHED / name).read_text("utf-8") != text]
    assert stale == [], "run `python -m ltxspec.project.schemas`"


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_a_document_of_its_own(name: str, tmp_path: Path) -> None:
    schema = json.loads(schema_text(name, project(tmp_path).catalog))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"]


def test_the_schema_of_specs_knows_every_model(tmp_path: Path) -> None:
    catalog = project(tmp_path).catalog
    text = schema_text("spec", catalog)
    assert [model.air for model in catalog.models if model.air not in text] == []
