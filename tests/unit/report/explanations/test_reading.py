"""Explanations: every file is read, every entry is whole, and a code is found as messages show it."""

from pathlib import Path

import pytest

from ltxspec.providers.runware.codes import ErrorKind, kind_of
from ltxspec.report import explanations as package
from ltxspec.report.explanations.reading import GROUPS, UnknownCode, explain, explanations, kinds_of_the_service

LONGEST_SUMMARY = 80  # columns: with the code before it, a list still fits into 110


def test_every_file_of_the_folder_is_a_group() -> None:
    files = {path.stem for path in Path(package.__file__).parent.glob("*.toml")}
    assert files == {*GROUPS, "service"}


def test_every_entry_has_a_cause_an_example_and_a_cure() -> None:
    for one in (*explanations().values(), *kinds_of_the_service().values()):
        assert all((one.summary, one.cause, one.example.strip(), one.cure)), one.code
        assert one.cause.endswith((".", ":")), one.code
        assert one.cure.endswith("."), one.code
        assert not one.summary.endswith("."), one.code
        assert len(one.summary) <= LONGEST_SUMMARY, one.code


def test_examples_of_commands_begin_with_a_prompt() -> None:
    consoles = [one for one in explanations().values() if one.language == "console"]
    assert consoles
    assert [one.code for one in consoles if not one.example.startswith("$ ")] == []


def test_paragraphs_are_lines() -> None:
    assert [
        one.code for one in explanations().values() if "  " in one.cause or "\n" in one.cure.replace("\n\n", "")
    ] == []


@pytest.mark.parametrize(
    "text",
    ["unknown-key", "error[unknown-key]", "error[unknown-key]: unknown key `x`", "[unknown-key]", " Unknown_Key "],
)
def test_a_code_is_found_as_messages_show_it(text: str) -> None:
    assert explain(text).code == "unknown-key"


def test_an_unknown_code_gets_the_nearest_one() -> None:
    with pytest.raises(UnknownCode, match="no error has the code `unknwon-key`") as caught:
        explain("unknwon-key")
    assert caught.value.hint == "did you mean `unknown-key`?"
    assert (caught.value.code, caught.value.exit_code) == ("unknown-code", 64)


def test_a_code_that_resembles_none_gets_the_way_to_the_list() -> None:
    with pytest.raises(UnknownCode) as caught:
        explain("E0308")
    assert caught.value.hint == "`ltxspec explain` lists every code"


def test_every_kind_of_the_provider_s_codes_is_explained() -> None:
    assert kinds_of_the_service().keys() == {*ErrorKind} - {ErrorKind.UNKNOWN}
    assert [one.example for one in kinds_of_the_service().values() if kind_of(one.example) != one.code] == []
