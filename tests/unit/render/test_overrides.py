from typing import Any

import pytest
from unit.render.project import HEAD, Bench, read

from ltxspec.errors import Location
from ltxspec.render.overrides import Overrides, accepted

SPEC = read(
    HEAD
    + """\
vars:
  city: Rome
  line: "{{ city }} at night"
  colors: [red, green]
  size: {cm: 12}
  seconds: 8
  ratio: 0.5
  night: true
  nothing: null
shots: {s: {prompt: x}}
"""
)


@pytest.fixture
def bench() -> Bench:
    return Bench(SPEC)


def from_file(**values: Any) -> Overrides:
    found = Overrides(values)
    found.places = {name: Location("night.yaml", 1, 7) for name in values}
    return found


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("city", "Oslo", "Oslo"),
        ("city", "8", "8"),
        ("city", "[a, b]", "[a, b]"),
        ("city", "", ""),
        ("city", "{{ x }}", "{{ x }}"),
        ("line", "literal", "literal"),
        ("seconds", "10", 10),
        ("seconds", "-1", -1),
        ("seconds", "2.5", 2.5),
        ("ratio", "1", 1.0),
        ("ratio", "0.25", 0.25),
        ("night", "False", False),
        ("colors", "[blue]", ["blue"]),
        ("colors", '["red", 8]', ["red", 8]),
        ("colors", "- red\n- blue", ["red", "blue"]),
        ("size", "{cm: 8}", {"cm": 8}),
        ("nothing", "text", "text"),
        ("seconds", 7.5, 7.5),
        ("colors", ["a"], ["a"]),
        ("nothing", ["a"], ["a"]),
    ],
)
def test_an_option_is_literal_text_or_of_the_kind_it_replaces(bench: Bench, name: str, given: Any, value: Any) -> None:
    found = accepted(SPEC, {name: given}, bench.findings)[name]
    assert (found, type(found)) == (value, type(value))
    assert bench.diagnostics == []


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("seconds", "ten", "`--var seconds` must be a number, as `seconds` is in spec `test`, not `ten`"),
        ("seconds", "", "`--var seconds` must be a number, as `seconds` is in spec `test`, not ``"),
        ("seconds", "true", "`--var seconds` must be a number, as `seconds` is in spec `test`, not `true`"),
        ("ratio", "nan", "`--var ratio` must be a number, as `ratio` is in spec `test`, not `nan`"),
        ("night", "yes", "`--var night` must be true or false, as `night` is in spec `test`, not `yes`"),
        ("night", "0", "`--var night` must be true or false, as `night` is in spec `test`, not the number `0`"),
        ("colors", "red", "`--var colors` must be a list, as `colors` is in spec `test`, not `red`"),
        ("colors", "null", "`--var colors` must be a list, as `colors` is in spec `test`, not `null`"),
        ("colors", "[red", "`--var colors` must be a list, as `colors` is in spec `test`, not `[red`"),
        ("size", "[1]", "`--var size` must be a mapping, as `size` is in spec `test`, not a list"),
        ("city", ["a"], "`--var city` must be text, as `city` is in spec `test`, not a list"),
        ("city", "a\x1b[31mb", "`--var city` holds the control character U+001B"),
        ("citty", "Oslo", "spec `test` has no variable `citty` to override"),
    ],
)
def test_a_value_of_another_kind_is_refused(bench: Bench, name: str, given: Any, message: str) -> None:
    assert accepted(SPEC, {name: given}, bench.findings) == {}
    assert [found.message for found in bench.diagnostics] == [message]


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("city", ["a"], "`city` in `night.yaml` must be text, as `city` is in spec `test`, not a list"),
        ("city", 8, "`city` in `night.yaml` must be text, as `city` is in spec `test`, not the number `8`"),
        ("city", None, "`city` in `night.yaml` must be text, as `city` is in spec `test`, not null"),
        ("seconds", "8", "`seconds` in `night.yaml` must be a number, as `seconds` is in spec `test`, not `8`"),
        ("night", "false", "`night` in `night.yaml` must be true or false, as `night` is in spec `test`, not `false`"),
    ],
)
def test_a_value_of_a_file_is_what_is_written_there(bench: Bench, name: str, given: Any, message: str) -> None:
    assert accepted(SPEC, from_file(**{name: given}), bench.findings) == {}
    assert [(str(found.where), found.message) for found in bench.diagnostics] == [("night.yaml:1:7", message)]


def test_values_of_a_file_that_are_of_the_kind_are_taken(bench: Bench) -> None:
    values = {"city": "Oslo", "seconds": 8.5, "night": False, "colors": [], "size": {}, "nothing": 3}
    assert accepted(SPEC, from_file(**values), bench.findings) == values
    assert bench.diagnostics == []


def test_the_hint_shows_how_to_write_the_kind(bench: Bench) -> None:
    accepted(SPEC, {"colors": "red", "night": "yes"}, bench.findings)
    accepted(SPEC, from_file(city=8), bench.findings)
    assert [found.hint for found in bench.diagnostics] == [
        "write `--var 'colors=[red, blue]'`",
        "write `--var 'night=true'`",
        'write `city: "8"`',
    ]


def test_a_misspelt_override_gets_a_suggestion(bench: Bench) -> None:
    accepted(SPEC, {"citty": "Oslo"}, bench.findings)
    assert (bench.diagnostics[0].hint or "").startswith("did you mean `city`?")
