"""Writes a model file from what is published about a model."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ltxspec.catalog.importing.media import MediaPlaces, with_media
from ltxspec.catalog.importing.normal import normal, rewritten
from ltxspec.catalog.importing.prices import latency, price_examples, price_facts
from ltxspec.catalog.importing.published import Published
from ltxspec.catalog.models import PROMPT
from ltxspec.catalog.shape import DIALECT
from ltxspec.values import Json

RECORDED: Final = ("safety",)
DELIVERY: Final = ("webhookURL", "uploadEndpoint", "ttl")
ORDER: Final = ("taskUUID", "outputType", "deliveryMethod", "includeCost")
FACT: Final = "Parameters, their kinds and limits are as published."

_HAS_DEFAULTS: Final = frozenset({"settings", "providerSettings", "safety", "advancedFeatures"})  # below them
_ADDRESS: Final = {
    "pattern": r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s]+$",
    "x-problem": {
        "code": "wrong-form",
        "message": "{name} must be a complete URL, starting with `https://` or `http://`",
    },
}
_ABOUT_FORMATS: Final = ("format", "contentEncoding", "contentMediaType")
_OF_AN_ORDER: Final[Mapping[str, Json]] = {  # of every task; a source need not say so of each model
    "taskUUID": {"description": "Id of the task; derived by ltxspec when it orders.", "type": "string"},
    "outputType": {"description": "How the video is handed over; ltxspec asks for a URL.", "type": "string"},
    "deliveryMethod": {"description": "When results are handed over; ltxspec collects them later.", "type": "string"},
    "includeCost": {"description": "Whether results say what they cost; ltxspec asks for it.", "type": "boolean"},
}
_OF_A_PROMPT: Final = frozenset({"type", "minLength", "maxLength", "title", "description"})


@dataclass(frozen=True, slots=True)
class Pin:
    """The source of an import: its name, date, version and provider."""

    source: str
    date: str  # ISO date
    version: str | None = None
    provider: str = ""  # the name of the service that sells the models

    @property
    def words(self) -> str:
        """As the source of a fact."""
        return f"{self.source}, version {self.version}" if self.version else self.source


def document_of(published: Published, pin: Pin) -> dict[str, Json]:
    """The model file of a published model, as if there were none yet. Raises NotPublished."""
    found = normal(published.schema, published.root or published.schema)
    media = with_media({"properties": {}, **found.schema})
    schema = _parameters(media.schema, published)
    names = schema["properties"]
    settings = {
        "air": published.air,
        "slug": published.slug,
        "name": published.name or _title(published.slug),
        "taskType": published.task_type,
        "provider": pin.provider,
        "creator": published.creator or _title(published.air.partition(":")[0]),
        **({"released": published.released} if published.released else {}),
        **life_of(published, pin),
        "recorded": [name for name in RECORDED if name in names],
        "delivery": [name for name in DELIVERY if name in names],
        "order": [name for name in ORDER if name in names],
        "media": [*media.kinds],
        "mediaLimits": [*_limits(media.kinds, pin)],
        "defaults": {
            "sent": [],
            **({"lists": lists} if (lists := _lists(media)) else {}),
        },
        "price": {
            "unit": "USD per second of video",
            "seconds": "/duration",
            **({"results": "/numberResults"} if "numberResults" in names else {}),
            "by": [],
            "rows": [],
            **({"assumed": {"/numberResults": 1}} if _leaves_results(names) else {}),
            **({"examples": examples} if (examples := price_examples(published, pin.words, pin.date)) else {}),
        },
        **({"latency": usual} if (usual := latency(published, pin.words, pin.date)) else {}),
        "facts": [
            {"fact": FACT, "confidence": "verified", "source": pin.words, "date": pin.date},
            *price_facts(published, pin.words, pin.date),
        ],
        "imported": {
            "source": pin.source,
            **({"version": pin.version} if pin.version else {}),
            "date": pin.date,
            "hash": published.hash,
            **({"typesOnly": True} if published.types_only else {}),
        },
    }
    decisions = [*_decisions(found.left_out, published, pin)]
    return {**schema, "x-ltxspec": settings | ({"decisions": decisions} if decisions else {})}


def _leaves_results(names: Mapping[str, Json]) -> bool:
    """Whether a request may leave out the number of results, of which the provider then makes one."""
    found = names.get("numberResults")
    return isinstance(found, dict) and "default" not in found


def life_of(published: Published, pin: Pin) -> dict[str, Json]:
    """`status`, its date and the successor, as far as the source says; an active model needs no words."""
    if published.status in (None, "active"):
        return {}
    successor = {"replacedBy": published.replaced_by} if published.replaced_by else {}
    return {"status": published.status, "statusDate": pin.date, **successor}


def _parameters(schema: Mapping[str, Json], published: Published) -> dict[str, Json]:
    """The schema of the request, closed, with what ltxspec relies on."""
    properties = {name: _tidy(part) for name, part in schema["properties"].items()}
    properties = {name: _with_defaults(part, (name,)) for name, part in properties.items()}
    properties |= {
        "taskType": {"description": "The kind of work.", "type": "string", "const": published.task_type},
        "model": {"description": "The provider's id of the model.", "type": "string", "const": published.air},
    }
    properties = {**_OF_AN_ORDER, **properties}
    for name in ("webhookURL", "uploadEndpoint"):
        if name in properties:
            properties[name] = {**_words(properties[name]), "type": "string", "allOf": [_ADDRESS]}
    if isinstance(properties.get("numberResults"), dict):
        properties["numberResults"] = {"minimum": 1, **properties["numberResults"]}
    if isinstance(prompt := properties.get(PROMPT), dict):
        properties[PROMPT] = {"type": "string", **{key: prompt[key] for key in prompt if key in _OF_A_PROMPT}}
    needed = [name for name in schema.get("required", ()) if name not in ORDER and name in properties]
    head = ["taskType", "model"]
    return {
        "$schema": DIALECT,
        "title": published.name or _title(published.slug),
        "type": "object",
        "additionalProperties": False,
        "required": [*head, *(name for name in needed if name not in head)],
        "properties": dict(sorted(properties.items(), key=lambda item: item[0] not in ("taskType", "model", PROMPT))),
        **_rules(schema),
        **({"$defs": schema["$defs"]} if "$defs" in schema else {}),
    }


def _rules(schema: Mapping[str, Json]) -> dict[str, Json]:
    """Everything at the top that is about several parameters, as parts of `allOf`."""
    parts = list(schema.get("allOf", ()))
    parts += [{key: schema[key]} for key in ("anyOf", "oneOf", "not", "dependentRequired") if key in schema]
    parts += [{"dependentSchemas": schema["dependentSchemas"]}] if "dependentSchemas" in schema else []
    if "if" in schema:
        parts.append({key: schema[key] for key in ("if", "then", "else") if key in schema})
    found = [_without_defaults(_tidy(_unordered(part))) for part in parts if part not in ({}, True)]
    return {"allOf": found} if found else {}


def _unordered(rule: Json) -> Json:
    """A rule that asks for nothing that only belongs to one order: requests are checked before they have it."""

    def change(node: dict[str, Json]) -> dict[str, Json]:
        found = dict(node)
        if isinstance(needed := node.get("required"), list):
            found["required"] = [name for name in needed if name not in ORDER]
        if isinstance(node.get("properties"), dict):
            found["properties"] = {name: True if name in ORDER else part for name, part in node["properties"].items()}
        return found

    return rewritten(rule, change)


def _tidy(part: Json) -> Json:
    """A schema without the formats, which nothing checks."""
    return rewritten(part, lambda node: {key: item for key, item in node.items() if key not in _ABOUT_FORMATS})


def _without_defaults(part: Json) -> Json:
    return rewritten(part, lambda node: {key: item for key, item in node.items() if key != "default"})


def _with_defaults(part: Json, path: tuple[str, ...]) -> Json:
    """A parameter with those defaults that surely apply: its own, and those of mappings of settings.

    A default inside an input or a list applies only if that is given, which a fingerprint could not tell.
    """
    if not isinstance(part, dict):
        return part
    found = _without_defaults(part)
    if "default" in part and isinstance(part["default"], str | int | float):
        found["default"] = part["default"]
    if path[0] in _HAS_DEFAULTS and isinstance(part.get("properties"), dict):
        found["properties"] = {name: _with_defaults(item, (*path, name)) for name, item in part["properties"].items()}
    return found


def _words(part: Json) -> dict[str, Json]:
    return {key: part[key] for key in ("title", "description") if isinstance(part, dict) and key in part}


def _limits(kinds: Mapping[str, str], pin: Pin) -> Iterator[dict[str, Any]]:
    """What is accepted in each place: only the kind is known."""
    for kind in dict.fromkeys(kinds.values()):
        places = [place for place, its in kinds.items() if its == kind]
        yield {"at": places, "kind": kind, "confidence": "inferred", "source": pin.words, "date": pin.date}


def _lists(media: MediaPlaces) -> list[dict[str, Json]]:
    return [{"path": path, "shorthand": name} for path, name in media.shorthands.items() if "*" not in path]


def _decisions(left_out: Sequence[str], published: Published, pin: Pin) -> Iterator[dict[str, Json]]:
    if published.types_only:
        why = "The source gives names, kinds, requirements and fixed values only; the provider checks the rest."
        yield {"about": "limits and defaults", "decision": "None are assumed.", "why": why, "date": pin.date}
    for what in left_out:
        why = "A model file cannot express it; the provider checks it."
        decision = f"{what[:1].upper()}{what[1:]}."
        yield {"about": "checks of the provider", "decision": decision, "why": why, "date": pin.date}


def _title(slug: str) -> str:
    """`ABC 2.5 Fast` of `abc-2-5-fast`: short words are names, and numbers in a row are a version."""
    words: list[str] = []
    for word in slug.replace("_", "-").split("-"):
        if words and word.isdecimal() and words[-1].replace(".", "").isdecimal():
            words[-1] += f".{word}"
        else:
            words.append(word.upper() if len(word) <= 3 else word.capitalize())  # noqa: PLR2004  # as most names are
    return " ".join(words)
