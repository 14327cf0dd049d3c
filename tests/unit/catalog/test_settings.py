from typing import Any

import pytest

from ltxspec.catalog.settings import Implied, ListForm, RuleWords, Settings
from ltxspec.formats import FormatError, read, to_json

SPARSE = ("defaults", "mediaLimits")  # what may be left out is written as its default


def test_the_blocks_of_all_models_that_are_shipped_are_written_as_they_are_read(documents: dict[str, Any]) -> None:
    for document in documents.values():
        block = document["x-ltxspec"]
        written = to_json(read(block, Settings))
        assert {name: written[name] for name in block if name not in SPARSE} == {
            name: value for name, value in block.items() if name not in SPARSE
        }


def test_items_that_leave_something_out_stand_under_their_number() -> None:
    assert read({"path": "/stills", "omitted": {"2": [{}, {"frame": "last"}]}}, ListForm).shorthand is None
    wrong: Any
    for wrong in ({"2": [{}]}, {"two": [{}, {}]}, {"1": [1]}):
        with pytest.raises(FormatError, match="omitted"):
            read({"path": "/stills", "omitted": wrong}, ListForm)


def test_what_is_implied_may_be_text_a_number_or_a_boolean_and_nothing_else() -> None:
    for value in ("fast", 1, 0.5, True):
        assert read({"when": "/a", "is": [True], "set": "/b", "to": value}, Implied).to is value
    wrong: Any
    for wrong in (None, [], {}):
        with pytest.raises(FormatError, match="`to`"):
            read({"when": "/a", "is": [], "set": "/b", "to": wrong}, Implied)


def test_a_rule_has_words() -> None:
    with pytest.raises(FormatError, match="`message` must be text"):
        read({"message": " "}, RuleWords)
