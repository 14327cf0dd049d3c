"""Rendered requests, as they would be sent."""

from pathlib import Path

import pytest
from acceptance.commands import write_spec
from unit.project.projects import project

from ltxspec.errors import Invalid
from ltxspec.project.rendering import lowered_prices, rendered_orders

HEAD = "model: lightricks:2@0\ndefaults: {width: 1920, height: 1080}\n"


def test_orders_are_those_of_the_named_shots(tmp_path: Path) -> None:
    write_spec(tmp_path, HEAD + "shots: {a: {prompt: Rain}, b: {prompt: Fog}}\n", "one")
    opened = project(tmp_path)
    assert [order["positivePrompt"] for _, order in rendered_orders(opened, (), {})] == ["Rain", "Fog"]
    found = rendered_orders(opened, (), {}, ["one.b"])
    assert [(str(request.address), bool(order["taskUUID"])) for request, order in found] == [("one.b", True)]
    assert lowered_prices(opened, found) == []
    with pytest.raises(Invalid):
        rendered_orders(opened, (), {}, ["one.c"])


def test_specs_that_are_only_referred_to_are_not_rendered(tmp_path: Path) -> None:
    write_spec(tmp_path, HEAD + "shots: {a: {prompt: Rain}}\n", "one")
    shot = "{prompt: Fog, inputs: {frameImages: [{shot: one.a, frame: last}]}}"
    write_spec(tmp_path, f"{HEAD}shots: {{b: {shot}}}\n", "two")
    found = rendered_orders(project(tmp_path), ["specs/two.yaml"], {})
    assert [str(request.address) for request, _ in found] == ["two.b"]
