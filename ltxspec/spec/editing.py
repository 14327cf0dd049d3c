"""The part of a spec's JSON Schema that depends on models: `model:` decides which parameters are offered and allowed.

A shot takes the parameters of its own model, or else those of the spec's. `defaults` holds for shots of all models of a
spec: they are judged where there is only one, and otherwise only known names are asked for.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ltxspec.spec.models import SET_BY_LTXSPEC
from ltxspec.spec.relaxing import REMOVED, TEMPLATE, model_parameters
from ltxspec.values import Json

PROMPT_DEFINITION: Final = "Prompt"
_SET_ELSEWHERE: Final = frozenset({*SET_BY_LTXSPEC, "model"})
_OTHERS: Final = "AnyModel"  # of a shot whose model is not known, as while it is being written
_UNSEEN: Final[Mapping[str, Json]] = {"doNotSuggest": True}  # editors offer the key by another part of the schema
_FOREIGN: Final = "NotOfThisModel"
_FOREIGN_DEFINITION: Final[Mapping[str, Json]] = {
    "enum": [None],
    "errorMessage": "The model of this shot has no such parameter; null removes it from the defaults.",
    **_UNSEEN,
}
_HAS_MODEL: Final[Mapping[str, Json]] = {"required": ["model"], "properties": {"model": {"type": "string"}}}
_NO_SUCH_MODEL: Final = (
    "No such model. If it is new in `schemas/models/`, `ltxspec schema spec --write` makes it known to editors."
)
_MODEL_NEEDED: Final[Mapping[str, Json]] = {
    "required": ["model"],
    "errorMessage": "Neither the spec nor this shot has a `model:`.",
}
Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Size:
    """A width and a height that a model takes together."""

    width: int
    height: int
    about: str  # what it is called, and what videos of it cost


@dataclass(frozen=True, slots=True)
class EditorModel:
    """One model, as an editor shows it."""

    names: Sequence[str]  # that a spec may use; the first is offered
    schema: Mapping[str, Json]  # of its requests
    slug: str
    title: str = ""
    about: str = ""  # shown beside its name
    is_offered: bool = True  # False: only accepted, because it takes no orders any more
    sizes: Sequence[Size] = ()
    only_sizes: bool = False  # whether it takes no other size
    about_values: Mapping[str, Mapping[Json, str]] = field(default_factory=dict)  # parameter -> value -> words
    takes_prompt: bool = True
    needs_prompt: bool = False


def with_models(schema: Schema, shot: Schema, models: Sequence[EditorModel]) -> dict[str, Json]:
    """Add the models to the schema of a spec and of its shots, in place.

    Args:
        schema: of the whole spec.
        shot: of one shot, with the keys that all shots have.
        models: those of the catalog.

    Returns:
        Definitions that both refer to.
    """
    own = list(shot["properties"])
    definitions: dict[str, Json] = {PROMPT_DEFINITION: shot["properties"]["prompt"], _FOREIGN: _FOREIGN_DEFINITION}
    shot["properties"]["prompt"] = {"doNotSuggest": True}  # by the schema of its model
    for model in models:
        about = {"title": model.title or model.slug, **_joined(_size_offers(model))}
        definitions[model.slug] = {**about, **_parameters(model)}
    names = dict.fromkeys(name for model in models for name in definitions[model.slug]["properties"])
    for model in models:
        parameters = definitions[model.slug]["properties"]
        definitions[_shot_name(model)] = _shot(model, own, parameters, names)
        definitions[_offered_name(model)] = _offered(model, parameters)
    prompt = {"prompt": {"$ref": f"#/$defs/{PROMPT_DEFINITION}"}}
    definitions[_OTHERS] = _closed({**dict.fromkeys([*own, *names], True), **prompt})
    for part in (schema, shot):
        part["properties"]["model"] = _model_names(part["properties"]["model"], models)
    known = [name for model in models for name in model.names]
    schema["allOf"] = [
        *(_of_spec(model, list(names)) for model in models),
        _unless_known(
            known, {"properties": {"shots": _shots_without_model(_OTHERS), "defaults": {**_any_of(names), **_UNSEEN}}}
        ),
        _if({"not": _HAS_MODEL}, {"properties": {"shots": {"additionalProperties": _MODEL_NEEDED, **_UNSEEN}}}),
        _if(_some_shot(_HAS_MODEL), {"allOf": [_of_defaults(model) for model in models]}),
    ]
    own_model = [_if(_is_model(model), {"$ref": f"#/$defs/{_shot_name(model)}"}) for model in models]
    others = _unless_known(known, {"$ref": f"#/$defs/{_OTHERS}"})
    shot["allOf"] = [_if(_HAS_MODEL, {"allOf": [*own_model, others]})]
    return definitions


def _parameters(model: EditorModel) -> Schema:
    """The parameters of one model, and no other keys."""
    properties = model_parameters(model.schema, _SET_ELSEWHERE, _about_values(model))
    if model.only_sizes:
        for name, values in (("width", _widths(model)), ("height", _heights(model))):
            properties[name] = {**properties[name], "anyOf": [_choice(values), TEMPLATE, REMOVED]}
    return _closed(properties)


def _about_values(model: EditorModel) -> Mapping[str, Mapping[Json, str]]:
    return {**model.about_values, "width": _widths(model), "height": _heights(model)}


def _widths(model: EditorModel) -> dict[Json, str]:
    return _gathered((size.width, f"{size.width} × {size.height}, {size.about}") for size in model.sizes)


def _heights(model: EditorModel) -> dict[Json, str]:
    return _gathered((size.height, f"{size.width} × {size.height}, {size.about}") for size in model.sizes)


def _gathered(found: Iterable[tuple[Json, str]]) -> dict[Json, str]:
    """The words of each value, joined where it has several."""
    words: dict[Json, list[str]] = {}
    for value, text in found:
        words.setdefault(value, []).append(text)
    return {value: "; ".join(texts) for value, texts in words.items()}


def _choice(values: Mapping[Json, str]) -> Schema:
    return {"enum": [*values], "enumDescriptions": [*values.values()]}


def _shot(model: EditorModel, own: Sequence[str], parameters: Mapping[str, Json], names: Iterable[str]) -> Schema:
    """The keys of a shot of one model; what only others have may be null, because it may stand in `defaults`."""
    properties: Schema = {name: {"$ref": f"#/$defs/{_FOREIGN}"} for name in names if name not in parameters}
    properties |= {name: True for name in own if name != "prompt"}
    if model.takes_prompt:
        properties["prompt"] = {"$ref": f"#/$defs/{PROMPT_DEFINITION}"}
    properties |= {name: {"$ref": f"#/$defs/{model.slug}/properties/{name}"} for name in parameters if name not in own}
    # Apart from the properties, because editors else offer the required ones once more, as a whole shot.
    required = [{"required": ["prompt"]}] if model.needs_prompt else []
    rules = [*required, *_size_offers(model), *(_size_rules(model) if model.only_sizes else ())]
    return {"title": model.title or model.slug, **_closed(properties), **_joined(rules)}


def _size_offers(model: EditorModel) -> Iterable[Schema]:
    """Each size as one choice, in a mapping that has none yet."""
    if model.sizes:
        offers = [
            {
                "label": f"width × height: {size.width} × {size.height}",
                "sortText": f"width {number:03}",  # in the order of the model's file, below `width`
                "description": size.about,
                "body": {"width": size.width, "height": size.height},
            }
            for number, size in enumerate(model.sizes, 1)
        ]
        has_none = {"not": {"anyOf": [{"required": ["width"]}, {"required": ["height"]}]}}
        yield _if(has_none, {"type": "object", "defaultSnippets": offers})


def _size_rules(model: EditorModel) -> Iterable[Schema]:
    """What refuses two sides that do not go together."""
    sides: dict[int, list[int]] = {}
    for size in model.sizes:
        sides.setdefault(size.width, []).append(size.height)
    for width, heights in sides.items():
        both = {
            "required": ["width", "height"],
            "properties": {"width": {"const": width}, "height": {"type": "integer"}},
        }
        words = f"With a width of {width}, the height is {' or '.join(map(str, heights))}."
        yield _if(both, {"properties": {"height": {"enum": heights, "errorMessage": words}}})


def _of_spec(model: EditorModel, names: Sequence[str]) -> Schema:
    """What holds in a spec whose `model:` is this one."""
    only_this = {"additionalProperties": _if(_HAS_MODEL, {"properties": {"model": _one_of(model.names)}})}
    return _if(
        _is_model(model),
        {
            "properties": {"shots": _shots_without_model(_shot_name(model))},
            "if": {"properties": {"shots": only_this}},
            "then": {"properties": {"defaults": {"allOf": [{"$ref": f"#/$defs/{model.slug}"}], **_UNSEEN}}},
            "else": {"properties": {"defaults": {"allOf": [_offers(model), _any_of(names)], **_UNSEEN}}},
        },
    )


def _of_defaults(model: EditorModel) -> Schema:
    """What a spec offers in `defaults` where some of its shots have this model."""
    return _if(_some_shot(_is_model(model)), {"properties": {"defaults": {"allOf": [_offers(model)], **_UNSEEN}}})


def _offered(model: EditorModel, parameters: Mapping[str, Mapping[str, Json]]) -> Schema:
    """The parameters of a model, offered and not judged: they may be meant for shots of other models."""
    return {
        "title": model.title or model.slug,
        "properties": {
            name: {
                **{key: found[key] for key in ("description",) if key in found},
                "anyOf": [{"$ref": f"#/$defs/{model.slug}/properties/{name}"}, {}],
            }
            for name, found in parameters.items()
        },
    }


def _model_names(schema: Schema, models: Sequence[EditorModel]) -> Schema:
    """The schema of `model:` with the models by name."""
    if not models:
        return schema
    offered = {model.names[0]: f"{model.title}. {model.about}".strip(". ") for model in models if model.is_offered}
    every = [name for model in models for name in model.names]
    others = [name for name in every if name not in offered]
    about = {key: item for key, item in schema.items() if key not in ("anyOf", "type", "minLength")}
    choices = [{**_choice(offered), "errorMessage": _NO_SUCH_MODEL}, _one_of(others)]
    return {**about, "anyOf": [*choices, *(part for part in schema["anyOf"] if "$ref" in part)]}


def _shots_without_model(definition: str) -> Schema:
    return {"additionalProperties": {"if": _HAS_MODEL, "else": {"$ref": f"#/$defs/{definition}"}}, **_UNSEEN}


def _any_of(names: Iterable[str]) -> Schema:
    """Only keys that some model knows."""
    return _closed(dict.fromkeys(names, True))


def _closed(properties: Mapping[str, Json]) -> Schema:
    return {"properties": dict(properties), "additionalProperties": False}


def _is_model(model: EditorModel) -> Schema:
    return _has_name(model.names)


def _has_name(names: Iterable[str]) -> Schema:
    return {"required": ["model"], "properties": {"model": _one_of(names)}}


def _one_of(names: Iterable[str]) -> Schema:
    """Any of these words, said so that editors do not offer them."""
    escaped = (re.sub(r"[.+*?()\[\]{}|^$\\]", r"\\\g<0>", name) for name in names)  # and no more: editors refuse `\\-`
    return {"type": "string", "pattern": f"^({'|'.join(escaped)})$"}


def _some_shot(condition: Mapping[str, Json]) -> Schema:
    return {"required": ["shots"], "properties": {"shots": {"not": {"additionalProperties": {"not": condition}}}}}


def _unless_known(names: Sequence[str], then: Schema) -> Schema:
    return _if({"not": _has_name(names)}, then)


def _if(condition: Mapping[str, Json], then: Mapping[str, Json]) -> Schema:
    return {"if": condition, "then": then}


def _joined(rules: Iterable[Schema]) -> Schema:
    found = list(rules)
    return {"allOf": found} if found else {}


def _offers(model: EditorModel) -> Schema:
    return {"$ref": f"#/$defs/{_offered_name(model)}"}


def _offered_name(model: EditorModel) -> str:
    return f"{model.slug}.offered"


def _shot_name(model: EditorModel) -> str:
    return f"{model.slug}.shot"
