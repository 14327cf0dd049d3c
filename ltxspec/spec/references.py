"""How a reference to another shot is described to editors, and where a model's file allows one."""

from collections.abc import Mapping

from ltxspec.values import Json

_OWN = "x-ltxspec"  # the part of a model's file that is not about the form of requests
_TEMPLATE: Mapping[str, Json] = {"$ref": "#/$defs/Template"}

_SHOT: Json = {
    "description": "The shot: `alley`, `weather[rain,dusk]`, or one of another spec, `night-scenes.alley`; null or "
    "empty for none, as for the first of a chain",
    "type": ["string", "null"],
}
_FRAME: Json = {
    "description": "Which frame of its video: `first`, `last`, or seconds from the start",
    "anyOf": [{"enum": ["first", "last"]}, {"type": "number", "minimum": 0}, _TEMPLATE],
}
_TAKE: Json = {
    "description": "The take, as `ltxspec show` numbers it: a number pins it; `current` follows the shot (the default)",
    "anyOf": [{"const": "current"}, {"type": "integer", "minimum": 1}, _TEMPLATE, {"type": "null"}],
}
_RESULT: Json = {
    "description": "Which of several outputs of the take, from 1; by default the one shown first",
    "anyOf": [{"type": "integer", "minimum": 1}, _TEMPLATE, {"type": "null"}],
}

REFERENCE_DEFINITIONS: Mapping[str, Json] = {
    "FrameOfShot": {
        "description": "A frame of another shot's video: this shot is rendered after that one",
        "type": "object",
        "properties": {"shot": _SHOT, "frame": _FRAME, "take": _TAKE, "result": _RESULT},
        "required": ["shot", "frame"],
        "additionalProperties": False,
    },
    "VideoOfShot": {
        "description": "The whole video of another shot: this shot is rendered after that one",
        "type": "object",
        "properties": {"shot": _SHOT, "take": _TAKE, "result": _RESULT},
        "required": ["shot"],
        "additionalProperties": False,
    },
}
_FORMS: Mapping[str, Mapping[str, Json]] = {
    "image": {"$ref": "#/$defs/FrameOfShot"},
    "video": {"$ref": "#/$defs/VideoOfShot"},
}


def reference_forms(document: Mapping[str, Json]) -> dict[str, Mapping[str, Json]]:
    """The form of a reference at each place of a model's request that takes an image or a video.

    Args:
        document: the model's file.

    Returns:
        JSON Pointer, with `*` for the items of a list -> schema.
    """
    own = document.get(_OWN, {})
    kinds = {place: limit.get("kind", "image") for limit in own.get("mediaLimits", ()) for place in limit["at"]}
    forms = {place: _FORMS.get(kinds.get(place, "image")) for place in own.get("media", ())}
    return {place: form for place, form in forms.items() if form is not None}
