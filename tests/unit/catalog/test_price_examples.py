import copy
import json
from typing import Any

import pytest

from ltxspec.catalog.models import load_catalog
from ltxspec.catalog.price_examples import example_problems, position, refuse_wrong_examples
from ltxspec.errors import Invalid

FILE = "lightricks-ltx-2-pro.json"
ABOUT = {"source": "the page", "date": "2026-11-29"}
HD = {"width": 1920, "height": 1080, "duration": 8}


def with_examples(documents: dict[str, Any], *examples: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = copy.deepcopy(documents[FILE])
    found["x-ltxspec"]["price"]["examples"] = [*examples]
    return found


def test_examples_that_come_out_are_silent(documents: dict[str, Any]) -> None:
    document = with_examples(documents, {"parameters": HD, "usd": "0.48", **ABOUT})
    assert [*example_problems(load_catalog({FILE: document}).models[0])] == []


def test_an_example_that_does_not_come_out_names_file_and_line(documents: dict[str, Any]) -> None:
    good, wrong = {"parameters": HD, "usd": "0.48", **ABOUT}, {"parameters": HD, "usd": "0.50", **ABOUT}
    unknown = {"parameters": {**HD, "width": 640}, "usd": "0.10", **ABOUT}
    text = json.dumps(with_examples(documents, good, wrong, unknown), indent=2)
    catalog = load_catalog({FILE: json.loads(text)})
    refuse_wrong_examples(catalog, (), lambda _: text)
    with pytest.raises(Invalid) as caught:
        refuse_wrong_examples(catalog, {FILE}, lambda _: text)
    first, second = caught.value.diagnostics
    assert "costs $0.50 by its source (the page), but by this file its price is $0.48" in first.message
    assert "but by this file its price is unknown" in second.message
    assert first.where is not None
    lines = text.splitlines()
    assert first.where.file.endswith(FILE)
    assert '"usd": "0.50"' in "".join(lines[first.where.line - 1 : first.where.line + 9])


def test_without_any_rate_examples_are_only_kept(documents: dict[str, Any]) -> None:
    document = with_examples(documents, {"parameters": HD, "usd": "0.50", **ABOUT})
    document["x-ltxspec"]["price"]["rows"] = []
    assert [*example_problems(load_catalog({FILE: document}).models[0])] == []


def test_a_value_is_found_in_the_text() -> None:
    text = '{"a\\"": [1, {"b": "x]}"}, 3], "c": {}}'
    assert text[position(text, ('a"', 2)) or 0] == "3"
    assert text[position(text, ('a"', 1, "b")) or 0 :].startswith('"x]}"')
    for path in (("x",), ('a"', 7), ("c", "d"), ('a"', 0, "z")):
        assert position(text, path) is None
    assert position("{", ("a",)) is None
