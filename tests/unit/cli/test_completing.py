from pathlib import Path

import click
import pytest
from acceptance.commands import write_spec

from ltxspec.cli.completing import addresses, labels, models, providers, takes
from ltxspec.cli.global_options import GIVEN

SPEC = """\
model: lightricks:ltx@2.5-fast
defaults: {width: 1280, height: 720, fps: 24}
shots:
  alley: {prompt: Rain, labels: {campaign: autumn}}
  weather: {matrix: {sky: [rain, fog]}, prompt: "{{ sky }}", labels: {campaign: spring}}
"""
ARGUMENT = click.Argument(["address"])


@pytest.fixture
def context(tmp_path: Path) -> click.Context:
    write_spec(tmp_path, SPEC)
    made = click.Context(click.Command("why"))
    made.meta[GIVEN] = {"directory": str(tmp_path)}
    return made


def test_what_begins_as_typed_is_offered(context: click.Context) -> None:
    assert [item.value for item in addresses(context, ARGUMENT, "night.w")] == [
        "night.weather[rain]",
        "night.weather[fog]",
    ]
    assert [item.value for item in labels(context, ARGUMENT, "campaign=a")] == ["campaign=autumn"]
    assert [item.help for item in models(context, ARGUMENT, "lightricks:2@0")] == ["LTX-2 Pro"]
    assert [item.value for item in providers(context, ARGUMENT, "s")] == ["sandbox"]


def test_takes_are_those_of_the_shot_that_is_typed_before(context: click.Context) -> None:
    assert takes(context, ARGUMENT, "") == []
    context.params["address"] = "night.alley"
    assert takes(context, ARGUMENT, "") == []


def test_a_project_that_cannot_be_opened_offers_nothing(context: click.Context) -> None:
    context.meta[GIVEN] = {"directory": "/no/such/folder"}
    assert addresses(context, ARGUMENT, "") == []
