"""Data that comes with ltxspec, and the project's own model files over it."""

import json
from pathlib import Path

import pytest

from ltxspec.errors import Invalid, StorageError
from ltxspec.storage import packaged
from ltxspec.storage.packaged import read_model_documents, replaced_model_documents, schemas_folder


def test_the_schemas_are_found_in_this_checkout() -> None:
    assert schemas_folder() == Path(__file__).parents[3] / "schemas"


def test_an_installed_package_uses_its_own_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = tmp_path / "site" / "ltxspec" / "storage" / "packaged.py"
    (tmp_path / "site" / "ltxspec" / "_schemas").mkdir(parents=True)
    (tmp_path / "site" / "schemas").mkdir()
    monkeypatch.setattr(packaged, "__file__", str(module))
    assert schemas_folder() == tmp_path / "site" / "ltxspec" / "_schemas"


def test_an_incomplete_installation_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packaged, "__file__", str(tmp_path / "ltxspec" / "storage" / "packaged.py"))
    with pytest.raises(StorageError, match="missing") as caught:
        schemas_folder()
    assert caught.value.hint == "install ltxspec again"


def test_packaged_files_that_others_replace_are_named_and_no_others() -> None:
    documents = read_model_documents()
    assert replaced_model_documents(documents) == {}
    name = next(iter(documents))
    assert replaced_model_documents({**documents, name: {}, "own.json": {}}) == {name: documents[name]}


def test_every_packaged_model_file_is_read_in_order() -> None:
    documents = read_model_documents()
    assert list(documents) == sorted(entry.name for entry in (schemas_folder() / "models").glob("*.json"))
    assert all(isinstance(document, dict) for document in documents.values())
    assert documents


def test_a_projects_own_model_file_is_added_or_takes_the_place_of_a_packaged_one(tmp_path: Path) -> None:
    usual = read_model_documents()
    first = next(iter(usual))
    (tmp_path / first).write_text('{"mine": true}')
    (tmp_path / "zz-own.json").write_text('{"own": true}')
    (tmp_path / ".hidden.json").write_text("not read")
    (tmp_path / "notes.txt").write_text("not read")
    documents = read_model_documents(tmp_path)
    assert documents == {**usual, first: {"mine": True}, "zz-own.json": {"own": True}}


def test_a_project_without_own_model_files_has_the_packaged_ones(tmp_path: Path) -> None:
    assert json.dumps(read_model_documents(tmp_path / "missing")) == json.dumps(read_model_documents())


def test_all_files_that_are_not_json_are_told_with_their_places(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{\n  "x": ,\n}')
    (tmp_path / "b.json").write_text("")
    with pytest.raises(Invalid) as caught:
        read_model_documents(tmp_path)
    places = [diagnostic.where for diagnostic in caught.value.diagnostics]
    assert [(where.file, where.line) for where in places if where] == [
        (str(tmp_path / "a.json"), 2),
        (str(tmp_path / "b.json"), 1),
    ]
    assert "then move it" in (caught.value.diagnostics[1].hint or ""), "a shell empties a file before ltxspec fills it"
