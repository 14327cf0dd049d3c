import pytest
from jsonschema import Draft202012Validator

from ltxspec.formats import Record
from ltxspec.report.results.base import Result
from ltxspec.report.results.schemas import RESULTS, result_schema


@pytest.mark.parametrize("name", RESULTS)
def test_every_result_has_a_valid_schema_that_says_what_it_is(name: str) -> None:
    schema = result_schema(name)
    Draft202012Validator.check_schema(schema)
    assert schema["title"] == f"ltxspec {name}, version 1"
    assert schema["description"]
    assert schema["required"][0] == "formatVersion"


def test_every_result_is_published() -> None:
    assert set(RESULTS.values()) == set(Result.__subclasses__())


def below(kind: type[Record]) -> list[type[Record]]:
    return [kind, *(inner for child in kind.__subclasses__() for inner in below(child))]


def test_no_two_records_share_a_name_by_which_schemas_refer_to_them() -> None:
    names = [kind.__name__ for kind in below(Record) if kind.__module__.startswith("ltxspec.")]
    assert sorted(names) == sorted(set(names))
