"""The steps of an import; the command itself is in `acceptance/test_models_import.py`."""

from pathlib import Path
from typing import Any

import pytest

from ltxspec.catalog.importing.document import Pin, document_of
from ltxspec.catalog.importing.published import Published
from ltxspec.catalog.models import load_catalog
from ltxspec.errors import Invalid, StorageError, WrongUsage
from ltxspec.project.models.importing import ModelOutcome, Owned, changed_fingerprints, examine, write_models
from ltxspec.project.models.sources import Source
from ltxspec.project.project import open_project

PIN = Pin("a.json", "2026-10-01", "1", "runware")
NONE: dict[str, Any] = {}


def published(air: str = "maker:film@1", slug: str = "maker-film", **parameters: Any) -> Published:
    head = {"taskType": {"const": "videoInference"}, "model": {"const": air}, "positivePrompt": {"type": "string"}}
    return Published(air, slug, {"properties": {**head, **parameters}})


def source(*models: Published, complete: bool = False) -> Source:
    return Source(PIN, models, complete)


def test_what_is_unchanged_is_not_written_again(tmp_path: Path) -> None:
    wanted = source(published())
    written = write_models(open_project(tmp_path), examine(open_project(tmp_path), wanted))
    assert written == ["schemas/models/maker-film.json"]
    before = (tmp_path / written[0]).stat().st_mtime_ns
    (again,) = examine(open_project(tmp_path), wanted)
    assert again.what == "unchanged"
    assert write_models(open_project(tmp_path), [again]) == []
    assert (tmp_path / written[0]).stat().st_mtime_ns == before


def test_a_model_that_cannot_be_used_leaves_the_others_alone(tmp_path: Path) -> None:
    taken = published("maker:other@1", "lightricks-ltx-2-pro")
    endless = published("maker:end@1", "maker-end", a={"$ref": "#/properties/a"})
    found = examine(open_project(tmp_path), source(taken, published(), endless))
    assert [one.what for one in found] == ["unusable", "new", "unusable"]
    said = "`lightricks-ltx-2-pro` is already the name of the model in `lightricks-ltx-2-pro.json`"
    assert said in found[0].reasons
    assert "leads back to itself" in found[2].reasons[0]
    assert write_models(open_project(tmp_path), found) == ["schemas/models/maker-film.json"]


def test_files_that_do_not_fit_together_are_all_left_out(tmp_path: Path) -> None:
    two = [published(), published("maker:film@2", "maker-film")]
    documents = [document_of(one, PIN) for one in two]
    outcomes = [
        ModelOutcome("maker:film@1", "a.json", "new", document=documents[0]),
        ModelOutcome("maker:film@2", "b.json", "new", document=documents[1]),
    ]
    with pytest.raises(Invalid, match="already the name"):
        write_models(open_project(tmp_path), outcomes)
    assert not (tmp_path / "schemas").exists()


def test_nothing_is_written_through_a_link_out_of_the_project(tmp_path: Path, tmp_path_factory: Any) -> None:
    project = open_project(tmp_path)
    found = examine(project, source(published()))
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (tmp_path / "schemas").symlink_to(elsewhere)
    with pytest.raises(StorageError):
        write_models(project, found)
    assert list(elsewhere.iterdir()) == []


def test_a_wrong_name_gets_a_suggestion(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage) as caught:
        examine(open_project(tmp_path), source(published()), ["maker-fill"])
    assert caught.value.hint == "did you mean `maker-film`?"


def test_progress_is_told_for_every_model(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    wanted = source(published(), published("maker:film@2", "maker-two"))
    examine(open_project(tmp_path), wanted, on_progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


def test_takes_whose_fingerprints_would_change_are_named_but_not_all() -> None:
    old, new = (
        load_catalog({"a.json": document_of(published(**more), PIN)}).models[0]
        for more in (NONE, {"fps": {"type": "integer", "default": 25}})
    )
    request = {"taskType": "videoInference", "model": "maker:film@1", "positivePrompt": "a"}
    owned = [Owned(f"night.s{number}", request, {}, "v1:sha256:0") for number in range(7)]
    assert changed_fingerprints(old, old, owned) == []
    (said,) = changed_fingerprints(old, new, owned)
    assert said.startswith("7 owned takes would be bought again: `night.s0`, ")
    assert "night.s6" not in said
    strange = [Owned("night.a", request, {}, "v99:sha256:0")]
    assert changed_fingerprints(old, new, strange) == [], "neither file can tell: nothing is known to change"


def test_a_model_that_is_listed_again_is_offered_again(tmp_path: Path) -> None:
    first, second = published(), published("maker:film@2", "maker-two")

    def states(*models: Published) -> dict[str, str]:
        project = open_project(tmp_path)
        write_models(project, examine(project, source(*models, complete=True)))
        return {
            model.air: model.settings.status for model in open_project(tmp_path).catalog.models if "maker" in model.air
        }

    assert states(first, second) == {"maker:film@1": "active", "maker:film@2": "active"}
    assert states(second) == {"maker:film@1": "unlisted", "maker:film@2": "active"}
    assert states(second) == {"maker:film@1": "unlisted", "maker:film@2": "active"}
    assert states(first, second) == {"maker:film@1": "active", "maker:film@2": "active"}


def test_another_source_says_nothing_about_what_is_listed(tmp_path: Path) -> None:
    project = open_project(tmp_path)
    write_models(project, examine(project, source(published())))
    other = Source(Pin("b.json", "2026-10-01", "1", "runware"), [published("maker:film@2", "maker-two")], complete=True)
    assert [one.what for one in examine(open_project(tmp_path), other)] == ["new"]


def test_of_two_models_with_one_name_only_the_first_is_written_and_the_other_is_told(tmp_path: Path) -> None:
    project = open_project(tmp_path)
    found = examine(project, source(published(), published("maker:film@2"), published("maker:film@3", "maker-three")))
    assert [one.what for one in found] == ["new", "unusable", "new"]
    assert found[1].reasons == (
        "`maker-film` is also the name of `maker:film@1` in the source, and only one of them can have it",
    )
    assert write_models(project, found) == ["schemas/models/maker-film.json", "schemas/models/maker-three.json"]
    assert open_project(tmp_path).catalog.find("maker:film@1") is not None


def test_what_a_source_lists_without_a_schema_is_not_unlisted(tmp_path: Path) -> None:
    project = open_project(tmp_path)
    write_models(project, examine(project, source(published(), published("maker:film@2", "maker-two"), complete=True)))
    left = Source(PIN, [published()], complete=True, listed=frozenset({"maker:film@2"}))
    assert [one.what for one in examine(open_project(tmp_path), left)] == ["unchanged"]
    gone = Source(PIN, [published()], complete=True)
    assert [one.what for one in examine(open_project(tmp_path), gone)] == ["unchanged", "unlisted"]


def test_a_slug_that_no_file_can_have_stops_no_other(tmp_path: Path) -> None:
    found = examine(open_project(tmp_path), source(published("maker:long@1", "a" * 300), published()))
    assert [one.what for one in found] == ["unusable", "new"]
    assert list(found[0].reasons) == ["its slug is too long for the name of a file (305 bytes)"]


def test_a_model_that_makes_no_videos_is_not_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="but not as a model that makes videos"):
        examine(
            open_project(tmp_path), Source(PIN, [published()], listed=frozenset({"maker:sound@1"})), ["maker:sound@1"]
        )
