import pytest

from ltxspec.project.migrating.columns import Columns, Parameter, meanings
from ltxspec.project.packaged_models import packaged_catalog

MODELS = [packaged_catalog().by_name["lightricks:2@0"]]


def columns(*names: str, **cells: str) -> Columns:
    return meanings(names, [{name: cells.get(name, "x") for name in names}], MODELS)


@pytest.mark.parametrize(
    ("name", "path", "kind"),
    [
        ("Duration (s)", ("duration",), "number"),
        ("SECONDS", ("duration",), "number"),
        ("frame-rate", ("fps",), "integer"),
        ("Audio", ("providerSettings", "lightricks", "generateAudio"), "boolean"),
        ("outputFormat", ("outputFormat",), None),
        ("number_results", ("numberResults",), "integer"),
        ("Width [px]", ("width",), "integer"),
    ],
)
def test_a_column_gives_the_parameter_of_its_name_without_case_and_signs(
    name: str, path: tuple[str, ...], kind: str | None
) -> None:
    assert columns("id", name).parameters == {name: Parameter(path, kind)}


@pytest.mark.parametrize(
    ("names", "key"),
    [(["Name", "ID"], "ID"), (["name", "shot"], "shot"), (["#", "prompt"], "#"), (["x", "Nr."], "Nr.")],
)
def test_the_key_is_the_column_that_most_likely_stays_the_same(names: list[str], key: str) -> None:
    assert columns(*names).roles["key"] == key


def test_roles_labels_and_what_nothing_uses_are_told_apart() -> None:
    found = columns("id", "Prompt", "Resolution", "First frame", "scene", "notes", notes="many words " * 9)
    assert found.roles == {"key": "id", "prompt": "Prompt", "size": "Resolution", "image": "First frame"}
    assert (found.labels, found.unused) == (["scene"], ["notes"])


def test_parameters_of_no_model_that_is_used_are_labels_and_what_ltxspec_sets_itself_is_no_parameter() -> None:
    found = columns("id", "taskUUID", "deliveryMethod", "steps")
    assert (found.parameters, found.labels) == ({}, ["taskUUID", "deliveryMethod", "steps"])


def test_two_columns_with_one_meaning_are_named() -> None:
    assert columns("id", "seconds", "Duration").doubled == [("seconds", "Duration")]


def test_every_column_has_a_name_for_templates_and_no_two_the_same() -> None:
    found = columns("id", "Duration (s)", "duration_s", "für", "if", "2nd")
    assert found.variables == {
        "id": "id", "Duration (s)": "duration_s_2", "duration_s": "duration_s", "für": "f_r", "if": "_if",
        "2nd": "_2nd",
    }  # fmt: skip
