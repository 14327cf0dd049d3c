import pytest

from ltxspec.catalog.model_places import at_their_lines
from ltxspec.catalog.models import model_problem
from ltxspec.errors import Diagnostic, Location

TEXT = """{
  "x-ltxspec": {
    "air": "a",
    "price": {"rows": [
      {"at": []},
      {"at": [], "usd": 1}
    ]}
  },
  "properties": {"model": {"const": "b"}}
}
"""


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("`x-ltxspec.air` must be text", 3),
        ("`x-ltxspec.price.rows[1].usd` is not a field of this version", 6),
        ("`x-ltxspec.price.rows[0].usdPerSecond` is missing", 5),
        ("`x-ltxspec.price.unit` is missing", 4),
        ("`properties.model` must have the `const` `c`", 9),
        ("`/properties/model/const` is not valid in a JSON Schema", 9),
        ("the `x-ltxspec` block is wrong", 2),
        ("nothing is named", 1),
        ("`$schema` is missing", 1),
    ],
)
def test_a_problem_is_at_the_line_of_what_it_names_or_of_what_that_is_in(message: str, line: int) -> None:
    (found,) = at_their_lines([model_problem("a.json", message)], {"schemas/models/a.json": TEXT}.get)
    assert found.where is not None
    assert (found.where.file, found.where.line) == ("schemas/models/a.json", line)


def test_what_has_a_line_or_no_text_stays() -> None:
    told = [
        model_problem("b.json", "`x-ltxspec.air` must be text"),
        Diagnostic("error", "model-file", "`x-ltxspec.air`", Location("schemas/models/a.json", 7, 2)),
        Diagnostic("error", "other", "`x-ltxspec.air`", Location("schemas/models/a.json", 1, 1)),
        Diagnostic("error", "model-file", "`x-ltxspec.air`", None),
    ]
    assert at_their_lines(told, {"schemas/models/a.json": TEXT}.get) == told
