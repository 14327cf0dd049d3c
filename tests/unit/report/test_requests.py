import json
from decimal import Decimal
from typing import Any

import pytest
import yaml
from builders import request, task
from replacing import replace

from ltxspec.report.requests import FORMATS, Rendered
from ltxspec.report.terminal import Style


def rendered(**parameters: Any) -> Rendered:
    """Two requests; the first has a prompt of two lines and further parameters."""
    found = [
        request("alley", "Rain,\nmore rain", inputs={"a.png": "sha256:0f"}, **parameters),
        request("tower", "7", estimate=None),
    ]
    return [(item, {**item.body, "taskUUID": task(number)}) for number, item in enumerate(found, 1)]


def test_json_is_the_list_a_provider_takes() -> None:
    bodies = [dict(body) for _, body in rendered(fps=25)]
    assert json.loads(FORMATS["json"](rendered(fps=25), Style())) == bodies


@pytest.mark.parametrize("value", ["yes", "010", "1:30", "~", "a: b", "- x", "#", "", "  ", "\t", "東京", "x" * 300])
def test_yaml_reads_back_as_the_same_whatever_a_text_looks_like(value: str) -> None:
    document = yaml.safe_load(FORMATS["yaml"](rendered(note=value, deep={"list": [value, "a\nb\n"]}), Style()))
    assert document == {
        str(item.address): dict(body) for item, body in rendered(note=value, deep={"list": [value, "a\nb\n"]})
    }


def test_yaml_writes_texts_of_several_lines_as_blocks() -> None:
    text = FORMATS["yaml"](rendered(), Style())
    assert "\n  positivePrompt: |-\n    Rain,\n    more rain\n" in text
    assert "&" not in text


def test_text_is_for_reading() -> None:
    first, second = FORMATS["text"](rendered(safety={"mode": "fast"}), Style()).split("\n\n")
    assert first.splitlines()[:2] == ["night.alley  $0.48  specs/night.yaml:7", "  Rain, more rain"]
    assert '  safety: {"mode":"fast"}' in first
    assert "  file: a.png sha256:0f" in first
    assert second.startswith("night.tower  price unknown  ")


def test_text_obeys_no_escape_of_a_prompt() -> None:
    (item, body), *_ = rendered()
    text = FORMATS["text"]([(item, {**body, "positivePrompt": "red \x1b[31m", "x": "\x1b[2J"})], Style())
    assert "\x1b" not in text


def test_a_price_keeps_its_decimals() -> None:
    (item, body), *_ = rendered()
    assert item.estimate == Decimal("0.48")
    assert "$0.48" in FORMATS["text"]([(item, body)], Style())


def test_what_follows_from_a_video_that_is_not_there_yet_is_said_in_words() -> None:
    (item, body), *_ = rendered()
    text = FORMATS["text"]([(replace(item, fingerprint=None), {**body, "taskUUID": None})], Style())
    assert "  fingerprint: known after its source\n" in text
    assert "  taskUUID: known after its source\n" in text
    assert "None" not in text
