import json
from functools import cache
from pathlib import Path

import pytest

from ltxspec.catalog.models import Catalog, load_catalog
from ltxspec.report.models import _together, model_text, models_text
from ltxspec.report.terminal import Style
from ltxspec.values import Json

FOLDER = Path(__file__).parents[3] / "schemas" / "models"


@cache
def catalog() -> Catalog:
    return load_catalog({path.name: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))})


def shown(name: str) -> list[str]:
    model = catalog().find(name)
    assert model is not None
    return model_text(model).splitlines()


def test_the_list_is_a_table_of_names() -> None:
    lines = models_text(catalog().models, Style()).splitlines()
    assert len(lines) == len(catalog().models)
    assert all(model.air in line for model, line in zip(catalog().models, lines, strict=True))
    assert len({line.index("lightricks-") for line in lines}) == 1


@pytest.mark.parametrize(
    "line",
    [
        "  prompt (required): text, 2–5000 characters",
        "  width: whole number, default 1920",
        "  duration: one of 6, 8, 10, 12, 14, 16, 18, 20, auto, default 6",
        "  inputs.frameImages: list, 1–2 items",
        "  inputs.frameImages[].frame: one of first, last, 0, -1",
        "  inputs.referenceImages: list, 1 item",
        "  settings.audio: true or false",
        "  ttl: whole number, at least 60",
        "  outputQuality: whole number, 20–99, default 95",
        "      Frames per second.",
        "  `inputs.frameImages` and `inputs.audio` exclude each other",
    ],
)
def test_a_model_tells_every_parameter_with_its_limits(line: str) -> None:
    assert line in shown("lightricks:ltx@2.5-fast")


def test_every_parameter_that_a_shot_may_set_is_there_and_no_other() -> None:
    for model in catalog().models:
        parameters = model_text(model).partition("\nParameters\n")[2].partition("\n\n")[0].splitlines()
        names = {
            line.strip().partition(":")[0].partition(".")[0].removesuffix("[]") for line in parameters if line[2] != " "
        }
        settable = model.parameters - model.order - {"taskType", "model", "positivePrompt"}
        assert names == settable | {"prompt (required)"}


def test_every_fact_is_shown_with_its_source_and_how_sure_it_is() -> None:
    for model in catalog().models:
        text = model_text(model)
        facts = text.partition("\nWhere this is known from\n")[2].splitlines()
        assert len(facts) == len(model.settings.facts) > 0
    assert (
        "  Lengths are 6, 8 and 10 seconds and `auto`, sizes go up to 1080p.  "
        "(unverified, 2026-11-22: tables of public third-party applications)"
    ) in shown("lightricks:ltx@2.5-pro")
    assert "No price is known" in shown("lightricks:ltx@2.3")


def test_no_placeholder_of_a_message_is_left() -> None:
    assert [line for model in catalog().models for line in model_text(model).splitlines() if "{/" in line] == []


def test_prices_tell_how_sure_they_are() -> None:
    (line,) = [line for line in shown("lightricks:2@0") if "3840×2160: " in line]
    assert line.startswith("  3840×2160: $0.24  (verified, ")


def test_combinations_are_shown_as_pairs_only_where_every_alternative_fixes_the_same_parameters() -> None:
    def option(**values: int) -> Json:
        return {"properties": {name: {"const": value} for name, value in values.items()}}

    pairs = {"anyOf": [option(width=2, height=1), option(width=1, height=2)]}
    others = [{"anyOf": [option(width=2)]}, {"anyOf": [option(width=2, height=1), option(fps=2, height=1)]}, {}]
    given = {"if": {"required": ["width", "height"]}, "then": pairs}
    sometimes = {"if": {"required": ["fps"], "properties": {}}, "then": pairs}
    assert len(list(_together([given, sometimes]))) == 1
    assert list(_together([*others, pairs])) == [(["width", "height"], ["2x1", "1x2"])]


HOSTILE = "a\x1b[31mb\r\nc\u202ed\x9be"


def test_no_text_of_a_model_file_moves_the_cursor_or_makes_a_line() -> None:
    (name,) = (path for path in sorted(FOLDER.glob("*.json")) if path.stem == "lightricks-ltx-2-fast")
    document = hostile(json.loads(name.read_text("utf-8")))
    model = load_catalog({"a.json": document}).models[0]
    for shown in (models_text([model], Style()), model_text(model)):
        assert not {"\x1b", "\r", "\u202e", "\x9b"} & set(shown)
        assert "\\x1b[31m" in shown
        assert not any(line.startswith("c") for line in shown.splitlines())
    assert len(models_text([model], Style(whole=True)).splitlines()) == 1


def hostile(document: Json) -> Json:
    """A model file with such signs in every text that somebody else may have written."""
    block = document["x-ltxspec"]
    for item in (*block["facts"], *block.get("decisions", ()), *block["price"]["rows"]):
        item |= {key: HOSTILE for key in ("fact", "source", "about", "decision", "why") if key in item}
    block |= {"name": HOSTILE, "status": "retired", "replacedBy": HOSTILE}
    block["imported"] = {"source": HOSTILE, "version": HOSTILE, "date": "2026-10-01", "hash": f"sha256:{'0' * 64}"}
    for name, part in document["properties"].items():
        part["description"] = HOSTILE
        if name == "outputFormat":
            part["enum"] = [HOSTILE, *part.get("enum", ())]
    return document


def test_what_every_shot_needs_is_marked_also_where_it_is_a_mapping() -> None:
    document = json.loads((FOLDER / "lightricks-ltx-2-pro.json").read_text("utf-8"))
    document["required"] += ["inputs", "fps", "open"]
    document["properties"]["open"] = {"type": "object"}
    lines = model_text(load_catalog({"a.json": document}).models[0]).splitlines()
    assert "  inputs: required" in lines
    assert "  open: mapping, required" in lines
    assert [line for line in lines if line.startswith("  fps: ") and line.endswith(", required")]
    assert not any(line.startswith("  seed: ") and "required" in line for line in lines)


def test_an_object_that_is_required_says_so_and_its_free_places_are_listed_by_kind() -> None:
    document = json.loads((FOLDER / "lightricks-ltx-2-pro.json").read_text("utf-8"))
    document["properties"]["inputs"] = {"type": "object"}
    document["required"] = [*document["required"], "inputs"]
    own = document["x-ltxspec"]
    own |= {"media": ["/inputs/video", "/inputs/video/*"], "defaults": {**own["defaults"], "lists": []}}
    limit = {"kind": "video", "confidence": "inferred", "date": "2026-11-29", "source": "made up"}
    own["mediaLimits"] = [{"at": own["media"], **limit}]
    lines = model_text(load_catalog({"lightricks-ltx-2-pro.json": document}).models[0]).splitlines()
    assert "  inputs: mapping, required" in lines
    assert "  video: inputs.video" in lines
