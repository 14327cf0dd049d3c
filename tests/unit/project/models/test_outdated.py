import json
from pathlib import Path
from typing import Any

import pytest

from ltxspec.errors import WrongUsage
from ltxspec.project.models.importing import examine, write_models
from ltxspec.project.models.outdated import outdated_models
from ltxspec.project.models.sources import read_source
from ltxspec.project.project import open_project

URL = "https://a.example/map.json"


def bundle(*numbers: int, **parameters: Any) -> bytes:
    entries = [
        {
            "air": f"maker:film@{number}",
            "slug": f"maker-film-{number}",
            "requestSchema": {
                "properties": {
                    "taskType": {"const": "videoInference"},
                    "model": {"const": f"maker:film@{number}"},
                    **parameters,
                }
            },
        }
        for number in numbers
    ]
    return json.dumps({"version": "2026-10-12", "inference": entries}).encode()


def imported(folder: Path) -> None:
    project = open_project(folder)
    write_models(project, examine(project, read_source(project, URL, fetch=lambda _: bundle(1, 2))))


def states(folder: Path, now: bytes, *names: str) -> dict[str, str]:
    asked: list[str] = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return now

    found = outdated_models(open_project(folder), names, fetch)
    assert asked == [URL], "each source is read once"
    return {one.model.air: one.state for one in found}


def test_each_imported_model_is_compared_with_its_source(tmp_path: Path) -> None:
    imported(tmp_path)
    assert states(tmp_path, bundle(1, 2)) == {"maker:film@1": "same", "maker:film@2": "same"}
    assert states(tmp_path, bundle(1)) == {"maker:film@1": "same", "maker:film@2": "gone"}
    assert states(tmp_path, bundle(1, 2, fps={}), "maker-film-1") == {"maker:film@1": "changed"}


def test_what_the_file_says_is_gone_is_not_outdated(tmp_path: Path) -> None:
    imported(tmp_path)
    project = open_project(tmp_path)
    left = read_source(project, URL, fetch=lambda _: bundle(1, 3))
    write_models(project, examine(project, left))
    assert states(tmp_path, bundle(1, 3))["maker:film@2"] == "same"


@pytest.mark.parametrize(
    ("name", "said"), [("lightricks:2@0", "was written by hand"), ("maker:none@1", "is not known")]
)
def test_other_models_have_no_source(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(WrongUsage, match=said):
        outdated_models(open_project(tmp_path), [name])


def test_a_source_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    (tmp_path / "map.json").write_bytes(bundle(1))
    project = open_project(tmp_path)
    write_models(project, examine(project, read_source(project, "map.json")))
    project = open_project(tmp_path)
    write_models(project, examine(project, read_source(project, URL, fetch=lambda _: bundle(2, 3))))
    (tmp_path / "map.json").unlink()
    found = outdated_models(open_project(tmp_path), fetch=lambda _: bundle(2))
    assert {one.model.air: one.state for one in found} == {
        "maker:film@1": "unread",
        "maker:film@2": "same",
        "maker:film@3": "gone",
    }
    (problem,) = [one.problem for one in found if one.problem]
    assert "`map.json` cannot be read" in problem.summary
