import json
import sys
from pathlib import Path
from typing import Any

import pytest
from replacing import replace

from ltxspec.catalog.importing.published import NotPublished
from ltxspec.errors import WrongUsage
from ltxspec.project.models.sources import read_source
from ltxspec.project.project import ProjectContext, open_project
from ltxspec.services import RUNWARE

REQUEST: dict[str, Any] = {"properties": {"model": {"const": "maker:film@1"}, "taskType": {"const": "videoInference"}}}


@pytest.fixture
def project(tmp_path: Path) -> ProjectContext:
    return open_project(tmp_path, environ={})


def test_a_file_is_pinned_by_its_place_in_the_project(project: ProjectContext) -> None:
    (project.root / "vendor").mkdir()
    file = project.root / "vendor" / "film.json"
    file.write_text(json.dumps({**REQUEST, "version": "2026-10-12-a"}), "utf-8")
    found = read_source(project, "vendor/film.json")
    assert (found.pin.source, found.pin.version, found.pin.date) == ("vendor/film.json", "2026-10-12-a", "2026-10-12")
    assert not found.complete


def test_a_file_elsewhere_is_pinned_by_its_name_only(project: ProjectContext, tmp_path_factory: Any) -> None:
    file = tmp_path_factory.mktemp("elsewhere") / "film.json"
    file.write_text(json.dumps(REQUEST), "utf-8")
    assert read_source(project, str(file)).pin.source == "film.json"


def test_an_address_is_pinned_without_its_secrets(project: ProjectContext) -> None:
    bundle = {"inference": [{"air": "maker:film@1", "requestSchema": REQUEST}] * 2, "version": 7}
    asked = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return json.dumps(bundle).encode()

    found = read_source(project, "https://user:pass@a.example/map.json?token=b", fetch=fetch)
    assert asked == ["https://user:pass@a.example/map.json?token=b"]
    assert found.pin.source == "https://a.example/map.json"
    assert found.complete
    assert [model.air for model in found.models] == ["maker:film@1"]


def test_the_provider_is_asked_for_the_models_by_name(project: ProjectContext) -> None:
    asked = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return json.dumps({"requestSchema": REQUEST, "documentation": "https://a.example"}).encode()

    found = read_source(project, "runware", ["maker:film@1"], fetch)
    assert asked == ["https://schemas.runware.ai/resolve/maker:film@1"]
    assert found.pin_of(found.models[0]).source == "https://schemas.runware.ai/resolve/maker:film@1"
    assert not found.complete
    with pytest.raises(WrongUsage, match="one model at a time"):
        read_source(project, "runware", fetch=fetch)


def test_the_installed_sdk_is_read_and_never_run(project: ProjectContext) -> None:
    before = set(sys.modules)
    found = read_source(project, RUNWARE.sdk)
    assert not {name for name in set(sys.modules) - before if name.partition(".")[0] == "runware"}
    assert found.complete
    assert len([model for model in found.models if model.task_type == "videoInference"]) == 98


def test_a_package_that_is_not_installed_is_said(project: ProjectContext, monkeypatch: pytest.MonkeyPatch) -> None:
    service = replace(RUNWARE, sdk="no-such-package-anywhere")
    monkeypatch.setattr("ltxspec.project.models.sources.SERVICES", {"a": service})
    with pytest.raises(WrongUsage, match="is not installed"):
        read_source(project, "no-such-package-anywhere")


@pytest.mark.parametrize("text", ["", "{", "[]"])
def test_what_is_no_schema_is_said(project: ProjectContext, text: str) -> None:
    (project.root / "a.json").write_text(text, "utf-8")
    with pytest.raises(NotPublished):
        read_source(project, "a.json")
