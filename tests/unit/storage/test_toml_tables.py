"""TOML tables: keys asked for by type, places found in the text, suggestions for the rest."""

import pytest

from ltxspec.errors import Problems
from ltxspec.storage.toml_tables import TomlFile, TomlTable, name_hint

TEXT = """top = 1
[ alpha ] # first
key = 1
  indented = 2
[[many]]
key = 1
[[many]]
other = 2
[beta]
key = 3
"""
FILE = TomlFile("x.toml", TEXT)


@pytest.mark.parametrize(
    ("table", "key", "entry", "line", "column"),
    [
        ("", "top", 0, 1, 1),
        ("alpha", "key", 0, 3, 1),
        ("alpha", "indented", 0, 4, 3),
        ("alpha", "missing", 0, 2, 1),
        ("alpha", None, 0, 2, 1),
        ("beta", "key", 0, 10, 1),
        ("many", "key", 0, 6, 1),
        ("many", "other", 1, 8, 1),
        ("many", "other", 0, 5, 1),
        ("many", None, 1, 7, 1),
        ("gamma", "key", 0, 1, 1),
    ],
)
def test_a_key_is_found_where_it_stands(table: str, key: str | None, entry: int, line: int, column: int) -> None:
    where = FILE.place(table, key, entry)
    assert (where.line, where.column) == (line, column)
    assert where.excerpt == TEXT.splitlines()[line - 1]


def test_an_empty_file_has_a_first_line_all_the_same() -> None:
    assert str(TomlFile("x.toml", "").place("a", "b")) == "x.toml:1:1"


def test_a_table_gives_values_defaults_and_problems() -> None:
    problems = Problems()
    table = TomlTable(FILE, "alpha", {"name": "a", "size": "large", "extra": 1}, problems)
    assert table.text("name", "b") == "a"
    assert table.text("missing", "b") == "b"
    assert table.integer("size", 3, 1) == 3
    assert table.optional_integer("absent", 1) is None
    assert table.amount("absent2") is None
    assert table.address("absent3", None) is None
    table.finish()
    assert [diagnostic.message for diagnostic in problems.diagnostics] == [
        "`size` in [alpha] must be an integer of at least 1",
        "unknown key `extra` in [alpha]",
    ]


def test_a_near_name_is_suggested_and_otherwise_all_are_listed() -> None:
    assert name_hint("Webhookurl", ["webhookURL", "ttl"]) == "did you mean `webhookURL`?"
    assert name_hint("zzz", ["webhookURL", "ttl"]) == "known are `webhookURL`, `ttl`"
    assert name_hint("zzz", []) is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# first\n[provider.runware]\nbase_url = 1\n", 2),
        ("# first\nprovider.runware = {}\n", 2),
        ("# first\n\n[provider]\nname = 'x'\nrunware.base_url = 1\n", 5),
        ("# first\n\n[provider]\nname = 'x'\nrunware = {}\n", 5),
    ],
)
def test_a_table_in_another_one_is_found_however_it_is_written(text: str, line: int) -> None:
    problems = Problems()
    table = TomlTable(TomlFile("x.toml", text, ("provider", "runware")), "provider", {"runware": {}}, problems)
    table.text("name", "b")
    table.finish()
    (diagnostic,) = problems.diagnostics
    assert diagnostic.where is not None
    assert diagnostic.where.line == line
    assert diagnostic.hint == "did you mean the table `[runware]`?"
