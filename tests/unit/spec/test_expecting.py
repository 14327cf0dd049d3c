import pytest

from ltxspec.spec.expecting import ExpectPart


def test_any_value_may_be_a_template() -> None:
    schema = ExpectPart.model_json_schema()
    values = [value for name, value in schema["properties"].items() if name != "loudness"]
    assert all({"type": "string", "pattern": r"\{\{"} in value["anyOf"] for value in values)


@pytest.mark.parametrize("key", ["maxBlackSeconds", "maxFrozenSeconds", "maxSilenceSeconds", "size", "loudness"])
def test_keys_are_named_as_users_write_them(key: str) -> None:
    assert key in ExpectPart.model_json_schema()["properties"]
