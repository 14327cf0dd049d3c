import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ltxspec.render import references
from ltxspec.spec.editing import EditorModel
from ltxspec.spec.references import REFERENCE_DEFINITIONS, reference_forms
from ltxspec.spec.structure import spec_schema
from ltxspec.values import Json

SCHEMAS = Path(__file__).parents[3] / "schemas"
PUBLISHED = json.loads((SCHEMAS / "spec" / "v1.json").read_text("utf-8"))
FRAME = {"shot": "alley", "frame": "last"}


def errors(
    parameters: dict[str, Any],
    schema: Json = PUBLISHED,
    model: str = "lightricks:ltx@2.5-fast",
    *,
    default: bool = False,
) -> list[str]:
    shot = {"prompt": "A door."} | ({} if default else parameters)
    document = {
        "apiVersion": "ltxspec/v1",
        "kind": "RenderSpec",
        "metadata": {"name": "film"},
        "model": model,
        "defaults": parameters if default else {},
        "shots": {"door": shot},
    }
    return [error.json_path for error in jsonschema.Draft202012Validator(schema).iter_errors(document)]


@pytest.mark.parametrize(
    "reference",
    [
        FRAME,
        {"shot": "night-scenes.weather[rain,dusk]", "frame": "first", "take": 2},
        {"shot": "alley", "frame": 3.5, "take": "current", "result": 2},
        {"shot": "{{ previous }}", "frame": "{{ at }}", "take": "{{ n }}"},
        {"shot": None, "frame": "last"},
    ],
)
@pytest.mark.parametrize("default", [False, True])
def test_an_editor_takes_a_frame_of_a_shot_for_an_image(reference: Json, *, default: bool) -> None:
    assert errors({"inputs": {"frameImages": [{"image": reference, "frame": "first"}]}}, default=default) == []
    assert errors({"inputs": {"frameImages": [reference]}}, default=default) == []
    assert errors({"inputs": {"referenceImages": [reference]}}, default=default) == []


@pytest.mark.parametrize(
    "reference",
    [
        {"shot": "alley"},
        {"frame": "last"},
        {**FRAME, "frame": "middle"},
        {**FRAME, "frame": -1},
        {**FRAME, "take": 0},
        {**FRAME, "tkae": 1},
        {**FRAME, "shot": 3},
        {**FRAME, "result": "best"},
    ],
)
def test_an_editor_sees_a_slip_in_a_reference(reference: Json) -> None:
    assert errors({"inputs": {"frameImages": [{"image": reference, "frame": "first"}]}}) != []


def test_sound_and_plain_parameters_take_no_reference() -> None:
    assert errors({"inputs": {"audio": FRAME}}) != []
    assert errors({"width": FRAME}) != []


VIDEO: dict[str, Json] = {
    "properties": {
        "video": {"type": "string", "description": "A video."},
        "still": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
    },
    "x-ltxspec": {"media": ["/video", "/still"], "mediaLimits": [{"at": ["/video"], "kind": "video"}]},
}


def test_a_model_that_takes_a_video_takes_the_whole_video_of_a_shot() -> None:
    schema = spec_schema([EditorModel(["acme"], VIDEO, "acme")])
    assert errors({"video": {"shot": "alley", "take": 2}, "still": FRAME}, schema, "acme") == []
    assert errors({"video": "a.mp4", "still": 3}, schema, "acme") == []
    assert errors({"video": FRAME}, schema, "acme") != []
    assert errors({"still": {"shot": "alley"}}, schema, "acme") != []
    assert reference_forms({"properties": {}}) == {}


def test_the_keys_are_those_that_are_read_and_each_is_described() -> None:
    frame, video = (REFERENCE_DEFINITIONS[name]["properties"] for name in ("FrameOfShot", "VideoOfShot"))
    assert tuple(frame) == references._KEYS  # the keys have one list, which is not public
    assert video.keys() == frame.keys() - {"frame"}
    assert all(part["description"] for part in frame.values())
