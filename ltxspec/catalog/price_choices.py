"""What a learned rate was seen with: the parameters that the price may depend on, besides size, seconds and results."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

import orjson

from ltxspec.catalog.models import PROMPT, Model
from ltxspec.catalog.pointers import MISSING, Names, parse_pointer, properties_of, resolve
from ltxspec.catalog.price_parts import reckoned
from ltxspec.values import Json

Choice = str | int | float | bool | None  # None: the request does not say, and the model has no default

# What the video shows, what the file is, and what the rate has a place for already.
_NOT_PRICED: Final = frozenset(
    {
        *("taskType", "taskUUID", "model", PROMPT, "negativePrompt", "seed", "duration", "numberResults"),
        *("outputType", "outputFormat", "outputQuality", "deliveryMethod", "includeCost"),
    }
)


def choices_of(model: Model, by: Collection[str]) -> tuple[str, ...]:
    """Every parameter of a model, at any depth, that its price may depend on, as JSON Pointers.

    Args:
        model: the model.
        by: parameters that the rate has already.
    """
    skipped = _NOT_PRICED | model.order | model.delivery
    found = _choices(model, model.schema, (), skipped, _media(model))
    return tuple(pointer for pointer in map(_pointer, found) if pointer not in by)


def chosen(model: Model, params: Mapping[str, Json], pointers: Sequence[str]) -> tuple[Choice, ...]:
    """What a request says for them: its value or the default; of images, sounds and videos, how many there are."""
    media = _media(model)
    return tuple(_chosen(reckoned(model, params, path), path, media) for path in map(parse_pointer, pointers))


def _chosen(value: Json, path: Names, media: Collection[Names]) -> Choice:
    if value is MISSING:
        return 0 if path in media else None
    counted = _counted(value, path, media)
    if isinstance(counted, dict | list):
        return orjson.dumps(counted, option=orjson.OPT_SORT_KEYS).decode()
    return counted if isinstance(counted, str | int | float | bool) else None


def _counted(value: Json, path: Names, media: Collection[Names]) -> Json:
    """The value, with the number of images, sounds or videos in their place: which ones they are does not matter."""
    if path in media:
        return len(value) if isinstance(value, list) else int(bool(value))
    if isinstance(value, Mapping):
        return {name: _counted(item, (*path, name), media) for name, item in value.items()}
    return value


def _choices(
    model: Model, schema: Json, path: Names, skipped: Collection[str], media: Collection[Names]
) -> Iterator[Names]:
    for name, reference in properties_of(model.schema, schema).items():
        here = (*path, name)
        if not path and name in skipped:
            continue
        inner = resolve(model.schema, reference)
        if here in media:
            yield here
        elif properties_of(model.schema, inner):
            yield from _choices(model, inner, here, skipped, media)
        elif inner.get("type") != "string" or "enum" in inner:  # any other text is words, as prompts are
            yield here


def _media(model: Model) -> frozenset[Names]:
    """Where images, sounds and videos are: a list as a whole."""
    return frozenset(names[: names.index("*")] if "*" in names else names for names in model.media)


def _pointer(path: Names) -> str:
    return "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in path)
