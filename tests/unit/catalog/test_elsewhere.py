from typing import Any

import pytest

from ltxspec.catalog.elsewhere import Elsewhere
from ltxspec.catalog.importing.document import Pin, document_of
from ltxspec.catalog.importing.published import Published
from ltxspec.catalog.models import Catalog, load_catalog
from ltxspec.catalog.pointers import parse_pointer, property_at
from ltxspec.catalog.validation import validate
from ltxspec.storage.packaged import read_model_documents


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(read_model_documents(None))


def hints(catalog: Catalog, name: str, **params: Any) -> list[str | None]:
    model = catalog.by_name[name]
    size = {"width": 1920, "height": 1080}
    body = {"taskType": "videoInference", "model": model.air, **size, **params}
    there = Elsewhere(catalog)
    return [there.hint(problem, model, body) for problem in validate(model, body, prompt=False)]


def test_a_parameter_that_another_model_names_otherwise_is_said_to_be_there(catalog: Catalog) -> None:
    old = {"lightricks": {"generateAudio": True}}
    assert hints(catalog, "lightricks:ltx@2.5-fast", providerSettings=old) == [
        "this model takes `providerSettings.lightricks.generateAudio` as `settings.audio`"
    ]
    assert hints(catalog, "lightricks:2@0", settings={"audio": True}) == [
        "this model takes `settings.audio` as `providerSettings.lightricks.generateAudio`"
    ]


def test_the_model_that_has_what_this_one_lacks_is_named(catalog: Catalog) -> None:
    fast = "`lightricks:ltx@2.5-fast` (LTX-2.5 Fast) accepts it"
    new = "`lightricks:ltx@2.5-fast` (LTX-2.5 Fast) and `lightricks:ltx@2.5-pro` (LTX-2.5 Pro) accept it"
    assert hints(catalog, "lightricks:2@0", fps=24) == [f"`lightricks:ltx@2.3-fast` (LTX-2.3 Fast), {new}"]
    (portrait,) = hints(catalog, "lightricks:2@0", width=1080, height=1920)
    assert portrait == f"the sizes are 1920 × 1080, 2560 × 1440 and 3840 × 2160; there is no portrait; {new}"
    (unknown,) = hints(catalog, "lightricks:2@0", settings={"cameraMovement": "static"})
    assert unknown is not None
    assert unknown.endswith(fast)


AUDIO = {"audio": "https://x.example/a.wav"}


def test_no_model_is_named_that_does_not_take_the_rest_of_the_shot(catalog: Catalog) -> None:
    """One that takes the size, but not the sound, would only send back."""
    found = hints(catalog, "lightricks:ltx@2.5-fast", width=1280, height=720, inputs=AUDIO)
    assert found
    assert not any("2.5-pro" in str(hint) for hint in found)


def test_neither_a_free_object_nor_a_switch_of_the_same_name_takes_a_sound_track() -> None:
    documents = read_model_documents(None)
    pro = documents["lightricks-ltx-2-5-pro.json"]
    own = {**pro["x-ltxspec"], "air": "maker:1@1", "slug": "maker-1"}
    free = {key: value for key, value in pro["properties"]["inputs"].items() if key != "additionalProperties"}
    properties = {**pro["properties"], "model": {"const": "maker:1@1"}, "inputs": free}
    documents["maker-1.json"] = {**pro, "properties": properties, "x-ltxspec": own}
    (hint,) = hints(load_catalog(documents), "lightricks:ltx@2.5-pro", inputs=AUDIO)
    assert hint is not None
    assert "`settings.audio`" not in hint, "it is true or false"
    assert "maker" not in hint
    assert hint.endswith("`lightricks:ltx@2.3-fast` (LTX-2.3 Fast) and `lightricks:ltx@2.3` (LTX-2.3) accept it")


def test_what_no_model_accepts_keeps_its_own_hint(catalog: Catalog) -> None:
    assert hints(catalog, "lightricks:2@0", fps=121) == [None], "LTX-2.3 states no limits, which is no promise"
    (quoted,) = hints(catalog, "lightricks:2@0", fps="25")
    assert quoted is not None
    assert quoted.startswith("write `25` without quotes")
    assert hints(catalog, "lightricks:2@0", durration=8) == ["did you mean `duration`?"]


def test_not_every_value_of_a_large_table_is_asked_about(catalog: Catalog) -> None:
    model, there = catalog.by_name["lightricks:2@0"], Elsewhere(catalog)
    found = []
    for number in [*range(200, 260), 24]:
        body = {"taskType": "videoInference", "model": model.air, "width": 1920, "height": 1080, "fps": number}
        found += [there.hint(problem, model, body) for problem in validate(model, body, prompt=False)]
    assert found == [None] * 61


def test_of_many_models_only_some_are_named() -> None:
    documents = read_model_documents(None)
    fast = documents["lightricks-ltx-2-5-fast.json"]
    for number in range(3):
        own = {**fast["x-ltxspec"], "air": f"maker:{number}@1", "slug": f"maker-{number}"}
        properties = {**fast["properties"], "model": {"const": f"maker:{number}@1"}}
        documents[f"maker-{number}.json"] = {**fast, "properties": properties, "x-ltxspec": own}
    (hint,) = hints(load_catalog(documents), "lightricks:2@0", fps=24)
    assert hint is not None
    assert hint.endswith("`lightricks:ltx@2.5-pro` (LTX-2.5 Pro) and 3 other models accept it")


def test_every_other_name_is_one_of_another_model_and_none_of_this(catalog: Catalog) -> None:
    for model in catalog.models:
        for new, others in model.settings.renamed.items():
            assert property_at(model.schema, parse_pointer(new)) is not None
            for other in map(parse_pointer, others):
                assert property_at(model.schema, other) is None
                assert any(property_at(one.schema, other) is not None for one in catalog.models)


def test_a_model_that_lacks_another_parameter_of_the_shot_is_no_way_out(catalog: Catalog) -> None:
    audio = {"inputs": {"audio": "0f8fad5b-d9cb-469f-a165-70867728950e"}}
    found = hints(catalog, "lightricks:ltx@2.5-fast", width=1280, height=720, **audio)
    assert not any("ltx@2.5-pro" in (hint or "") for hint in found), found


def test_a_model_that_leaves_everything_open_is_not_said_to_accept_it(catalog: Catalog) -> None:
    head = {"taskType": {"const": "videoInference"}, "model": {"const": "maker:film@1"}}
    parts = {**head, "positivePrompt": {"type": "string"}, "providerSettings": {"type": "object"}}
    parts |= {"width": {"type": "integer"}, "height": {"type": "integer"}}
    made = Published("maker:film@1", "maker-film", {"properties": parts})
    document = document_of(made, Pin("a.json", "2026-10-01", "1", "runware"))
    (film,) = load_catalog({"maker-film.json": document}).models
    both = Catalog((*catalog.models, film), {**catalog.by_name, film.air: film})
    for given in ({"lightricks": {"odd": 1}}, {"odd": 1}):
        found = hints(both, "lightricks:2@0", providerSettings=given)
        assert not any("maker:film@1" in (hint or "") for hint in found), found
