from pathlib import Path

from ltxspec.catalog.models import load_catalog
from ltxspec.project.packaged_models import packaged_catalog
from ltxspec.project.project import open_project
from ltxspec.storage.packaged import read_model_documents


def test_they_are_what_the_files_say() -> None:
    read = load_catalog(read_model_documents())
    assert [(model.file, model.digest) for model in packaged_catalog().models] == [
        (model.file, model.digest) for model in read.models
    ]
    assert packaged_catalog().by_name.keys() == read.by_name.keys()


def test_projects_without_models_of_their_own_share_them(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ltxspec.toml").touch()
        assert open_project(tmp_path / name).catalog is packaged_catalog()


def test_a_project_with_its_own_models_has_its_own_catalog(tmp_path: Path) -> None:
    (tmp_path / "ltxspec.toml").touch()
    (tmp_path / "schemas" / "models").mkdir(parents=True)
    assert open_project(tmp_path).catalog is not packaged_catalog()
