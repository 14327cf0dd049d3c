"""Checks a model file beyond being a JSON Schema; without the schema library, which is slow to import."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain

from ltxspec.catalog.pointers import parse_pointer, property_at
from ltxspec.catalog.references import reference_problems
from ltxspec.catalog.settings import Defaults, PriceTable, RuleWords, Settings
from ltxspec.formats import FormatError, read
from ltxspec.values import Json

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_DECIDES = "which decides what is bought or what it costs"
_CONSTANTS = ("model", "taskType")

_NO_PRICE = (
    '{"unit": "USD per second of video", "seconds": "/duration", "results": "/numberResults", "by": [], "rows": []}'
)
HINTS: Mapping[str, str] = {  # sentence -> hint, where there is a better one than the documentation
    "`x-ltxspec.price` is missing": f'write `"price": {_NO_PRICE}` where no price is known',
    "the `x-ltxspec` block is missing": "`ltxspec models NAME --format json` prints a file to start from",
}

_SOURCE = '"confidence": "inferred", "source": "…", "date": "2026-11-29"'
_ROWS: Mapping[str, str] = {  # how a sentence begins -> what such a row looks like
    "`x-ltxspec.price.rows[": f'a row is {{"at": [1920, 1080], "usdPerSecond": "0.06", {_SOURCE}}}, with one value in '
    "`at` for each pointer of `by`, and the amount as text",
    "`x-ltxspec.price.parts[": f'a row of a part is {{"at": [], "usd": "0.06", {_SOURCE}}}, with one value in `at` for '
    "each column of `by`, and the amount as text",
}


def hint_for(message: str) -> str:
    """What to do about a problem of a model file."""
    row = next((hint for begin, hint in _ROWS.items() if message.startswith(begin) and "rows[" in message), None)
    return row or HINTS.get(message, "model files are described in `docs/models.md`")


def problems_of(file: str, document: Json) -> list[str]:
    """All defects of a parsed model file, as sentences; empty if it is usable."""
    if not isinstance(document, dict):
        return [f"`{file}` must hold one JSON object"]
    if not isinstance(document.get("x-ltxspec"), dict):
        return ["the `x-ltxspec` block is missing"]
    if unsound := reference_problems(document):
        return unsound  # bad targets or depths make further checks unsafe
    found = [*_schema_problems(document), *_rules(document, "")]
    try:
        settings = settings_of(document)
    except FormatError as error:
        return [*found, str(error)]
    return found or list(_references(document, settings))


def settings_of(document: Mapping[str, Json]) -> Settings:
    """The `x-ltxspec` block of a model file. Raises FormatError."""
    try:
        return read(document["x-ltxspec"], Settings)
    except FormatError as error:
        raise error.inside("x-ltxspec") from None


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
    yield from (f"`properties` must describe `{name}`" for name in _CONSTANTS if name not in properties)


def _rules(schema: Json, place: str) -> Iterator[str]:
    """Check the message of every rule, wherever it is in the schema."""
    if isinstance(schema, list):
        for position, item in enumerate(schema):
            yield from _rules(item, f"{place}/{position}")
    elif isinstance(schema, dict):
        try:
            read(schema.get("x-problem", {"message": "-"}), RuleWords)
        except FormatError as error:
            yield str(error.inside(f"{place}/x-problem"))
        for key, item in schema.items():
            if isinstance(item, dict | list) and key not in ("x-problem", "x-ltxspec", "examples"):
                yield from _rules(item, f"{place}/{key}")


def _references(document: Mapping[str, Json], settings: Settings) -> Iterator[str]:
    """Names and pointers of the block without a target in the schema, and constants that contradict it."""
    properties, price = document["properties"], settings.price
    for constant, field, value in (("model", "air", settings.air), ("taskType", "taskType", settings.task_type)):
        if properties[constant].get("const") != value:
            yield f"`properties.{constant}` must have the `const` `{value}`, as `x-ltxspec.{field}` says"
    named = [(field, name) for field, names in left_out(settings) for name in names]
    named += [("media", parse_pointer(pointer)[0]) for pointer in settings.media]
    for field, name in named:
        if name not in properties:
            yield f"`x-ltxspec.{field}` names `{name}`, which `properties` does not have"
    limited = (pointer for limit in settings.media_limits for pointer in limit.at)
    yield from (
        f"`x-ltxspec.mediaLimits` names `{pointer}`, which `x-ltxspec.media` does not have"
        for pointer in limited
        if pointer not in settings.media
    )
    yield from _uncounted(settings)
    yield from _dangling(document, settings.defaults, price)
    yield from _price_problems(price, properties)
    for number, row in enumerate(price.rows):
        if len(row.at) != len(price.by):
            yield f"`x-ltxspec.price.rows[{number}].at` must have one value for each pointer of `by`"


def _price_problems(price: PriceTable, properties: Mapping[str, Json]) -> Iterator[str]:
    """Columns without a class, rows of another length, and results that nothing counts."""
    if price.results is None and "numberResults" in properties:
        yield "`x-ltxspec.price.results` is missing"
    for number, part in enumerate(price.parts or ()):
        place = f"`x-ltxspec.price.parts[{number}]"
        yield from (
            f"{place}.by` names `{name}`, which `classes` does not have"
            for name in part.by
            if not name.startswith("/") and name not in (price.classes or {})
        )
        yield from (
            f"{place}.rows[{line}].at` must have one value for each column of `by`"
            for line, row in enumerate(part.rows)
            if len(row.at) != len(part.by)
        )
        yield from _contradictions(f"{place}.rows", [(row.at, row.usd) for row in part.rows])
    yield from _contradictions("`x-ltxspec.price.rows", [(row.at, row.usd_per_second) for row in price.rows])


def _contradictions(place: str, rows: Sequence[tuple[Sequence[Json], str]]) -> Iterator[str]:
    """Rows for the same values with different amounts, as a merge of two branches may leave them."""
    first: dict[tuple[Json, ...], int] = {}
    for number, (at, usd) in enumerate(rows):
        other = first.setdefault(tuple((isinstance(value, bool), value) for value in at), number)
        if Decimal(usd) != Decimal(rows[other][1]):
            yield f"{place}[{number}]` has another amount than row {other} for the same values: leave one of them"


def left_out(settings: Settings) -> Sequence[tuple[str, Sequence[str]]]:
    """The parameters excluded from fingerprints, by the field that names them."""
    return ("recorded", settings.recorded), ("delivery", settings.delivery), ("order", settings.order)


def beyond(own: Settings, packaged: Settings) -> list[str]:
    """Parameters that a project's file excludes from fingerprints and the packaged one does not, as sentences.

    Args:
        own: the settings of the project's file.
        packaged: the settings of the packaged file that it replaces.
    """
    return [
        f"`x-ltxspec.{field}` names `{name}`, which the file that comes with ltxspec does not"
        for (field, names), (_, known) in zip(left_out(own), left_out(packaged), strict=True)
        for name in names
        if name not in known
    ]


def _uncounted(settings: Settings) -> Iterator[str]:
    """Parameters that determine what is bought or its price, but would be excluded from fingerprints."""
    price = settings.price
    pointers = (*settings.media, *price.inputs)
    deciding = {*_CONSTANTS, "positivePrompt", *(parse_pointer(pointer)[0] for pointer in pointers)}
    for field, names in left_out(settings):
        for name in dict.fromkeys(names):
            if name in deciding:
                yield f"`x-ltxspec.{field}` names `{name}`, {_DECIDES}"
    for item in settings.defaults.implied:
        if not item.unless_given and parse_pointer(item.path)[0] in deciding:
            yield f"`x-ltxspec.defaults.implied` overrides `{item.path}`, {_DECIDES}"


def _dangling(document: Mapping[str, Json], defaults: Defaults, price: PriceTable) -> Iterator[str]:
    for pointer in dict.fromkeys(chain(defaults.sent, *defaults.together, defaults.unless)):
        found = property_at(document, parse_pointer(pointer))
        if found is None or "default" not in found:
            yield f"`x-ltxspec.defaults` names `{pointer}`, which has no `default` in the schema"
    others = chain(
        price.inputs if price.rows or price.parts else (),  # without a row, no price depends on them
        chain.from_iterable(defaults.unless.values()),
        (item.path for item in defaults.lists),
        (pointer for item in defaults.implied for pointer in (item.when, item.path)),
    )
    for pointer in dict.fromkeys(others):
        if property_at(document, parse_pointer(pointer)) is None:
            yield f"`x-ltxspec` names `{pointer}`, which is not in the schema"
