"""Which parameters say how large a video is, so that its price may depend on them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ltxspec.catalog.models import Model
from ltxspec.catalog.pointers import MISSING, Names, parse_pointer, properties_of, property_at, resolve, value_at
from ltxspec.catalog.price_parts import reckoned
from ltxspec.values import Json

# Of those that equally many requests give, the first.
_SIZES: Final = (("/width", "/height"), ("/resolution",), ("/size",), ("/quality",))


def size_columns(model: Model, requests: Sequence[Mapping[str, Json]]) -> tuple[str, ...]:
    """The parameters that a rate depends on: those of the file if it has rates, else those that set the size.

    Of several ways to set it, the one that most requests use; empty if the model has none.

    Args:
        model: the model of the requests.
        requests: what was ordered.
    """
    price = model.settings.price
    if price.rows:
        return price.by
    there = [names for names in _SIZES if all(property_at(model.schema, parse_pointer(one)) for one in names)]
    there += [(name,) for name in _choices(model, model.schema, ()) if (name,) not in _SIZES]
    given = {names: sum(_is_given(names, request) for request in requests) for names in there}
    known = {names: sum(_is_known(model, names, request) for request in requests) for names in there}
    return max(there, key=lambda names: (given[names], known[names]), default=())


def _choices(model: Model, schema: Mapping[str, Json], path: Names) -> Iterator[str]:
    """Every parameter at any depth that is a choice of resolutions."""
    for name, reference in properties_of(model.schema, schema).items():
        inner = resolve(model.schema, reference)
        if name.casefold().endswith("resolution") and any(key in inner for key in ("enum", "oneOf", "anyOf")):
            yield "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in (*path, name))
        yield from _choices(model, inner, (*path, name))


def _is_given(names: Sequence[str], request: Mapping[str, Json]) -> bool:
    return all(value_at(request, parse_pointer(name)) is not MISSING for name in names)


def _is_known(model: Model, names: Sequence[str], request: Mapping[str, Json]) -> bool:
    return all(reckoned(model, request, parse_pointer(name)) is not MISSING for name in names)
