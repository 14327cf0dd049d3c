from typing import Any

import pytest
from unit.render.project import model

from ltxspec.catalog.messages import ParameterProblem
from ltxspec.render.reference_hints import reference_hint

PLACE = ("inputs", "frameImages", 0, "image")


def hint(value: Any, path: tuple[str | int, ...] = PLACE) -> str | None:
    body = {"width": "alley", "inputs": {"frameImages": [{"image": value}]}}
    return reference_hint(ParameterProblem(path, "any", "something is wrong", None), model(), body, {"alley": 1})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("alley", "for a frame of the shot `alley`, write `{shot: alley, frame: last}`"),
        ({"shots": "alley"}, "did you mean `shot` instead of `shots`? a frame of a shot is written"),
        ({"clip": "alley"}, "a frame of a shot is written `{shot: alley, frame: last}`"),
    ],
)
def test_what_was_meant_as_a_reference(value: Any, expected: str) -> None:
    found = hint(value)
    assert found is not None
    assert found.startswith(expected)


@pytest.mark.parametrize("value", ["assets/alley.jpg", 5, None])
def test_other_values_have_no_hint(value: Any) -> None:
    assert hint(value) is None


def test_other_places_have_no_hint() -> None:
    assert hint("alley", ("width",)) is None
    assert hint("alley", ("inputs", "frameImages", 3, "image")) is None
