"""Checks that the prices of a model file give what its source's own examples cost, and finds the lines of a file."""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from ltxspec.catalog.models import Catalog, Model, model_problem
from ltxspec.catalog.pointers import parse_pointer, value_at
from ltxspec.catalog.pricing import estimate
from ltxspec.errors import Diagnostic, Invalid, Location
from ltxspec.values import dollars

_PLACE: Final = "x-ltxspec", "price", "examples"
_SPACE: Final = " \t\r\n"


def refuse_wrong_examples(catalog: Catalog, files: Collection[str], text_of: Callable[[str], str]) -> None:
    """Check the examples of these model files.

    Args:
        catalog: the models.
        files: the names of the files.
        text_of: the text of a file, to find the line of an example.

    Raises:
        Invalid: the price of a file differs from an example of its source; each names its file and line.
    """
    problems = [
        placed(model_problem(model.file, message), text_of(model.file), (*_PLACE, number))
        for model in catalog.models
        if model.file in files
        for number, message in example_problems(model)
    ]
    if problems:
        raise Invalid(problems)


def example_problems(model: Model) -> Iterator[tuple[int, str]]:
    """Each example that does not come out: its number, from 0, and a sentence.

    A file that knows no rate at all has nothing that could come out: its examples are only kept.
    """
    price = model.settings.price
    if not (price.rows or any(part.rows for part in price.parts or ())):
        return
    for number, example in enumerate(price.examples or ()):
        lengths = {
            value: Decimal(seconds)
            for pointer, seconds in (example.input_seconds or {}).items()
            if isinstance(value := value_at(example.parameters, parse_pointer(pointer)), str)
        }
        found = estimate(model, example.parameters, lengths)
        if found != Decimal(example.usd):
            here = "unknown" if found is None else dollars(found)
            usd = dollars(Decimal(example.usd))
            told = f"`x-ltxspec.price.examples[{number}]` costs {usd} by its source ({example.source})"
            yield number, f"{told}, but by this file its price is {here}"


def placed(problem: Diagnostic, text: str, path: Sequence[str | int]) -> Diagnostic:
    """The problem at the line and column of a value in the text of its file; as it is, if the value is not there."""
    found = position(text, path)
    if found is None or problem.where is None:
        return problem
    line = text.count("\n", 0, found) + 1
    column = found - (text.rfind("\n", 0, found) + 1) + 1
    return replace(problem, where=Location(problem.where.file, line, column))


def position(text: str, path: Sequence[str | int]) -> int | None:
    """The index of a value's first character in a JSON text; None if there is no such value."""
    at = _past(text, 0)
    try:
        for key in path:
            found = _inside(text, at, key)
            if found is None:
                return None
            at = found
    except (ValueError, IndexError):
        return None
    return at


def _inside(text: str, at: int, key: str | int) -> int | None:
    """The index of one member of the object or list that begins at `at`."""
    is_object = text[at] == "{"
    if not is_object and text[at] != "[":
        return None
    number, at = 0, _past(text, at + 1)
    while text[at] not in "}]":
        name: str | int = number
        if is_object:
            name, at = json.JSONDecoder().raw_decode(text, at)
            at = _past(text, _past(text, at) + 1)
        if name == key:
            return at
        _, at = json.JSONDecoder().raw_decode(text, at)
        at = _past(text, at)
        at = _past(text, at + 1) if text[at] == "," else at
        number += 1
    return None


def _past(text: str, at: int) -> int:
    """The index of the next character that is no white space."""
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at
