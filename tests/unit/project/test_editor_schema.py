from pathlib import Path

from unit.project.projects import project

from ltxspec.catalog.models import load_catalog
from ltxspec.project.editor_schema import editor_schema
from ltxspec.storage.packaged import read_model_documents


def test_every_model_has_its_parameters_under_each_of_its_names(tmp_path: Path) -> None:
    catalog = project(tmp_path).catalog
    schema = editor_schema(catalog)
    for model in catalog.models:
        assert schema["$defs"][model.slug]["title"] == model.name
        assert f"{model.slug}.shot" in schema["$defs"]
        assert all(name in repr(schema["properties"]["model"]) for name in (model.air, model.slug))


def test_a_model_that_is_retired_is_not_offered() -> None:
    documents = read_model_documents(None)
    document = documents["lightricks-ltx-2-pro.json"]
    own = {**document, "x-ltxspec": {**document["x-ltxspec"], "status": "retired"}}
    schema = editor_schema(load_catalog({**documents, "lightricks-ltx-2-pro.json": own}))
    assert "lightricks:2@0" not in schema["properties"]["model"]["anyOf"][0]["enum"]
    assert "lightricks:2@1" in schema["properties"]["model"]["anyOf"][0]["enum"]


def test_places_of_media_below_a_free_object_are_offered() -> None:
    document = read_model_documents(None)["lightricks-ltx-2-pro.json"]
    inputs = {key: item for key, item in document["properties"]["inputs"].items() if key != "additionalProperties"}
    own = {**document["x-ltxspec"], "media": [*document["x-ltxspec"]["media"], "/inputs/video"]}
    changed = {**document, "properties": {**document["properties"], "inputs": inputs}, "x-ltxspec": own}
    schema = editor_schema(load_catalog({"lightricks-ltx-2-pro.json": changed}))
    inputs = schema["$defs"]["lightricks-ltx-2-pro"]["properties"]["inputs"]["anyOf"][0]
    assert "Takes an image" in inputs["properties"]["video"]["description"]
