"""What must hold of a model file beyond being a JSON Schema, checked by hand: the schema library is slow to import."""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any

from ltxspec.catalog.pointers import parse_pointer, property_at
from ltxspec.catalog.references import reference_problems
from ltxspec.values import Json

DIALECT = "https://json-schema.org/draft/2020-12/schema"
CONFIDENCES = ("verified", "inferred", "unverified")

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")  # not `\d`, which takes the digits of every script
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Above zero, for an unknown price is left out, never 0; and of few digits, so that no product of it becomes 0.
_RATE = re.compile(r"(?!0+(\.0+)?$)[0-9]{1,9}(\.[0-9]{1,18})?")

_LEFT_OUT = ("recorded", "delivery", "order")  # lists of parameters that no fingerprint counts
_DECIDES = "which decides what is bought or what it costs"
_CONSTANTS = ("model", "taskType")

Check = Callable[[Any], bool]


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _scalar(value: Any) -> bool:
    return isinstance(value, str | int | float)


def _date(value: Any) -> bool:
    return isinstance(value, str) and _DATE.fullmatch(value) is not None


def _list_of(check: Check) -> Check:
    return lambda value: isinstance(value, list) and all(check(item) for item in value)


def _pointer(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("/")


def _map_of(check: Check) -> Check:
    return lambda value: isinstance(value, dict) and all(check(item) for item in value.values())


def _by_length(value: Any) -> bool:
    return _map_of(_list_of(lambda item: isinstance(item, dict)))(value) and all(
        key == str(len(items)) for key, items in value.items()
    )


# field -> (check, what it must be); a trailing "?" marks a field that may be left out
Fields = Mapping[str, tuple[Check, str]]

_BLOCK: Fields = {
    "air": (_text, "text"),
    "slug": (lambda v: isinstance(v, str) and _SLUG.fullmatch(v) is not None, "lower case words joined by `-`"),
    "name": (_text, "text"),
    "taskType": (_text, "text"),
    "provider": (_text, "text"),
    "creator": (_text, "text"),
    "released": (_date, "a date such as `2026-01-31`"),
    "recorded": (_list_of(_text), "a list of parameter names"),
    "delivery": (_list_of(_text), "a list of parameter names"),
    "order": (_list_of(_text), "a list of parameter names"),
    "media": (_list_of(_pointer), "a list of JSON Pointers"),
    "defaults": (lambda v: isinstance(v, dict), "an object"),
    "price": (lambda v: isinstance(v, dict), "an object"),
    "facts": (_list_of(lambda v: isinstance(v, dict)), "a list of objects"),
    "decisions?": (_list_of(lambda v: isinstance(v, dict)), "a list of objects"),
}
_DEFAULTS: Fields = {
    "sent": (_list_of(_pointer), "a list of JSON Pointers"),
    "together?": (_list_of(_list_of(_pointer)), "a list of lists of JSON Pointers"),
    "unless?": (_map_of(_list_of(_pointer)), "an object of lists of JSON Pointers"),
    "lists?": (_list_of(lambda v: isinstance(v, dict)), "a list of objects"),
    "implied?": (_list_of(lambda v: isinstance(v, dict)), "a list of objects"),
}
_LIST: Fields = {
    "path": (_pointer, "a JSON Pointer"),
    "shorthand?": (_text, "the name of a property"),
    "omitted?": (_by_length, "an object of lists of objects, each under its number of items"),
}
_IMPLIED: Fields = {
    "when": (_pointer, "a JSON Pointer"),
    "is": (lambda v: isinstance(v, list), "a list of values"),
    "set": (_pointer, "a JSON Pointer"),
    "to": (_scalar, "text, a number or a boolean"),
    "unlessGiven?": (lambda v: isinstance(v, bool), "a boolean"),
}
_PRICE: Fields = {
    "unit": (_text, "text"),
    "seconds": (_pointer, "a JSON Pointer"),
    "results": (_pointer, "a JSON Pointer"),
    "by": (_list_of(_pointer), "a list of JSON Pointers"),
    "rows": (_list_of(lambda v: isinstance(v, dict)), "a list of objects"),
}
_SOURCED: Fields = {
    "confidence": (lambda v: v in CONFIDENCES, "`verified`, `inferred` or `unverified`"),
    "source": (_text, "text"),
    "date": (_date, "a date such as `2026-01-31`"),
}
_ROW: Fields = {
    "at": (_list_of(_scalar), "a list of texts, numbers or booleans"),
    "usdPerSecond": (lambda v: isinstance(v, str) and _RATE.fullmatch(v) is not None, "a decimal string above zero"),
    **_SOURCED,
}
_FACT: Fields = {"fact": (_text, "text"), **_SOURCED}
_RULE: Fields = {
    "message": (_text, "text"),
    "code?": (_text, "text"),
    "path?": (_pointer, "a JSON Pointer"),
    "hint?": (_text, "text"),
}
_DECISION: Fields = {
    "about": (_text, "text"),
    "decision": (_text, "text"),
    "why": (_text, "text"),
    "date": (_date, "a date such as `2026-01-31`"),
}


_NO_PRICE = (
    '{"unit": "USD per second of video", "seconds": "/duration", "results": "/numberResults", "by": [], "rows": []}'
)
HINTS: Mapping[str, str] = {  # sentence -> hint, where there is a better one than where to read
    "`x-ltxspec.price` is missing": f'write `"price": {_NO_PRICE}` where no price is known',
    "the `x-ltxspec` block is missing": "`ltxspec models NAME --format json` prints a file to start from",
}


def problems_of(file: str, document: Json) -> list[str]:
    """Every way in which a parsed model file is malformed, as sentences; empty when it is fit for use."""
    if not isinstance(document, dict):
        return [f"`{file}` must hold one JSON object"]
    block = document.get("x-ltxspec")
    if not isinstance(block, dict):
        return ["the `x-ltxspec` block is missing"]
    if unsound := reference_problems(document):
        return unsound  # what it leads to, or how deep it goes, may be nothing to look at any further
    found = [*_schema_problems(document), *_rules(document, ""), *_fields("x-ltxspec", block, _BLOCK)]
    if not found:
        found = list(_nested(block))
    return found or list(_references(document, block))


def _schema_problems(document: Mapping[str, Json]) -> Iterator[str]:
    if document.get("$schema") != DIALECT:
        yield f"`$schema` must be `{DIALECT}`"
    if document.get("type") != "object" or document.get("additionalProperties") is not False:
        yield "the schema must have `type: object` and `additionalProperties: false`: unknown parameters are errors"
    properties = document.get("properties")
    if not isinstance(properties, dict) or not all(isinstance(item, dict) for item in properties.values()):
        yield "`properties` must be an object of schemas"
        return
    bounds = [properties.get("positivePrompt", {}).get(key, 0) for key in ("minLength", "maxLength")]
    if not all(type(bound) is int for bound in bounds):
        yield "`minLength` and `maxLength` of `properties.positivePrompt` must be whole numbers"
    yield from (
        f"`properties` must describe `{name}`"
        for name in ("taskType", "model", "positivePrompt")
        if name not in properties
    )


def _rules(schema: Json, place: str) -> Iterator[str]:
    """Check the words of every rule, wherever in the schema it stands."""
    if isinstance(schema, list):
        for position, item in enumerate(schema):
            yield from _rules(item, f"{place}/{position}")
    elif isinstance(schema, dict):
        words = schema.get("x-problem", {"message": "-"})
        yield from _fields(f"{place}/x-problem", words if isinstance(words, dict) else {}, _RULE)
        for key, item in schema.items():
            if isinstance(item, dict | list) and key not in ("x-problem", "x-ltxspec", "examples"):
                yield from _rules(item, f"{place}/{key}")


def _fields(place: str, value: Mapping[str, Json], fields: Fields) -> Iterator[str]:
    known = {name.removesuffix("?") for name in fields}
    yield from (f"`{place}` has an unknown field `{key}`" for key in value if key not in known)
    for name, (check, wanted) in fields.items():
        key = name.removesuffix("?")
        if key not in value:
            if not name.endswith("?"):
                yield f"`{place}.{key}` is missing"
        elif not check(value[key]):
            yield f"`{place}.{key}` must be {wanted}"


def _nested(block: Mapping[str, Json]) -> Iterator[str]:
    defaults, price = block["defaults"], block["price"]
    yield from _fields("x-ltxspec.defaults", defaults, _DEFAULTS)
    yield from _fields("x-ltxspec.price", price, _PRICE)
    tables: tuple[tuple[str, Json, Fields], ...] = (
        ("x-ltxspec.defaults.lists", defaults.get("lists", []), _LIST),
        ("x-ltxspec.defaults.implied", defaults.get("implied", []), _IMPLIED),
        ("x-ltxspec.price.rows", price.get("rows"), _ROW),
        ("x-ltxspec.facts", block["facts"], _FACT),
        ("x-ltxspec.decisions", block.get("decisions", []), _DECISION),
    )
    for place, rows, fields in tables:
        for number, row in enumerate(rows if isinstance(rows, list) else []):
            if isinstance(row, dict):
                yield from _fields(f"{place}[{number}]", row, fields)


def _references(document: Mapping[str, Json], block: Mapping[str, Json]) -> Iterator[str]:
    """Names and pointers of the block that lead to nothing in the schema, and constants that contradict it."""
    properties = document["properties"]
    for constant, field in zip(_CONSTANTS, ("air", "taskType"), strict=True):
        if properties[constant].get("const") != block[field]:
            yield f"`properties.{constant}` must have the `const` `{block[field]}`, as `x-ltxspec.{field}` says"
    named = [(field, name) for field in _LEFT_OUT for name in block[field]]
    named += [("media", parse_pointer(pointer)[0]) for pointer in block["media"]]
    for field, name in named:
        if name not in properties:
            yield f"`x-ltxspec.{field}` names `{name}`, which `properties` does not have"
    yield from _uncounted(block)
    yield from _dangling(document, block["defaults"], block["price"])
    for number, row in enumerate(block["price"]["rows"]):
        if len(row["at"]) != len(block["price"]["by"]):
            yield f"`x-ltxspec.price.rows[{number}].at` must have one value for each pointer of `by`"


def beyond(block: Mapping[str, Json], packaged: Mapping[str, Json]) -> list[str]:
    """What a file that stands in for a packaged one leaves out of fingerprints beyond what that one does, as sentences.

    Args:
        block: the `x-ltxspec` block of the file of the project.
        packaged: the block of the packaged file.
    """
    return [
        f"`x-ltxspec.{field}` names `{name}`, which the file that comes with ltxspec does not"
        for field in _LEFT_OUT
        for name in block[field]
        if name not in packaged[field]
    ]


def _uncounted(block: Mapping[str, Json]) -> Iterator[str]:
    """What decides what is bought, and for how much, and would be left out of fingerprints."""
    price, implied = block["price"], block["defaults"].get("implied", [])
    pointers = (*block["media"], price["seconds"], price["results"], *price["by"])
    deciding = {*_CONSTANTS, "positivePrompt", *(parse_pointer(pointer)[0] for pointer in pointers)}
    for field in _LEFT_OUT:
        for name in dict.fromkeys(block[field]):
            if name in deciding:
                yield f"`x-ltxspec.{field}` names `{name}`, {_DECIDES}"
    for item in implied:
        if not item.get("unlessGiven", False) and parse_pointer(item["set"])[0] in deciding:
            yield f"`x-ltxspec.defaults.implied` overrules `{item['set']}`, {_DECIDES}"


def _dangling(document: Mapping[str, Json], defaults: Mapping[str, Json], price: Mapping[str, Json]) -> Iterator[str]:
    unless, implied = defaults.get("unless", {}), defaults.get("implied", [])
    for pointer in dict.fromkeys(chain(defaults["sent"], *defaults.get("together", []), unless)):
        found = property_at(document, parse_pointer(pointer))
        if found is None or "default" not in found:
            yield f"`x-ltxspec.defaults` names `{pointer}`, which has no `default` in the schema"
    others = chain(
        (price["seconds"], price["results"], *price["by"]),
        chain.from_iterable(unless.values()),
        (item["path"] for item in defaults.get("lists", [])),
        (item[key] for item in implied for key in ("when", "set")),
    )
    for pointer in dict.fromkeys(others):
        if property_at(document, parse_pointer(pointer)) is None:
            yield f"`x-ltxspec` names `{pointer}`, which is not in the schema"
