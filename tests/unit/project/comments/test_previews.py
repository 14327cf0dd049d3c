import json
from pathlib import Path

import pytest
from fake_forges import HEAD, TOKEN, FakeGitHub, FakeGitLab, serving
from PIL import Image

from ltxspec.errors import MediaError, WrongUsage
from ltxspec.project.comments.forge_access import Place
from ltxspec.project.comments.previews import (
    Prepared,
    change_number,
    closed_changes,
    closed_result,
    prepare,
    prepared_result,
    upload,
)
from ltxspec.project.project import ProjectContext, open_project


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("a", "b"):
        Image.new("RGB", (64, 36)).save(folder / f"{name}.png")
    (folder / "index.json").write_text('{"night.a": "a.png", "night.b": "b.png"}', "utf-8")
    return folder


def project(folder: Path, text: str = "", **environ: str) -> ProjectContext:
    (folder / "ltxspec.toml").write_text(text, "utf-8")
    return open_project(folder, environ=environ, warn=lambda _: None)


def at(api: str, **more: str) -> dict[str, str]:
    return {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": api, "GITHUB_REPOSITORY": "owner/films"} | more


def test_pictures_are_made_smaller_and_listed(tmp_path: Path, pictures: Path) -> None:
    out = tmp_path / "out"
    assert prepare(project(tmp_path), pictures, out) == Prepared("branch", "ltxspec-previews", 2)
    assert json.loads((out / "index.json").read_text("utf-8")) == {"night.a": "a.jpg", "night.b": "b.jpg"}
    assert (out / "a.jpg").read_bytes().startswith(b"\xff\xd8")


def test_the_configuration_limits_them(tmp_path: Path, pictures: Path) -> None:
    (pictures / "a.png").rename(pictures / "sheet.png")
    (pictures / "index.json").write_text('{"night.b": "b.png", "night.a": "a.png"}', "utf-8")
    found = prepare(project(tmp_path, "[previews]\nmost = 1\nbranch = 'x'\n"), pictures, tmp_path / "out")
    assert found == Prepared("branch", "x", 1, 1, "sheet.jpg")
    assert prepared_result(found).left == 1
    assert prepare(project(tmp_path, "[previews]\nstore = 'none'\n"), pictures, tmp_path / "no").store == "none"
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize("index", ["[]", "{", '{"a": 1}', '{"a": "../a.png"}', '{"a": "a.svg"}', "[" * 100_000])
def test_an_index_is_read_with_suspicion(tmp_path: Path, pictures: Path, index: str) -> None:
    (pictures / "index.json").write_text(index, "utf-8")
    with pytest.raises(WrongUsage):
        prepare(project(tmp_path), pictures, tmp_path / "out")


def test_a_file_that_is_no_picture_is_not_published(tmp_path: Path, pictures: Path) -> None:
    (pictures / "b.png").write_text("<script>", "utf-8")
    with pytest.raises(MediaError):
        prepare(project(tmp_path), pictures, tmp_path / "out")


def test_only_what_is_known_to_be_closed_is_told(tmp_path: Path) -> None:
    said: list[str] = []
    with serving(FakeGitHub(state="closed")) as api:
        found = open_project(tmp_path, environ=at(api), warn=said.append)
        assert closed_changes(found, Place(forge="github"), [7, 8]) == [7]
        assert len(said) == 1
        assert "pull request 8" in said[0]
    with serving(FakeGitHub()) as api:
        assert closed_changes(project(tmp_path, **at(api)), Place(), [7]) == []
    assert closed_result([7]).numbers == (7,)


def test_without_a_token_all_count_as_open(tmp_path: Path) -> None:
    assert closed_changes(project(tmp_path, GITHUB_REPOSITORY="owner/films"), Place(), [7]) == []
    with pytest.raises(WrongUsage):
        closed_changes(project(tmp_path), Place(), [7])


def test_the_number_of_a_change_comes_from_the_event_or_the_forge(tmp_path: Path) -> None:
    event = {"workflow_run": {"id": 1, "head_sha": HEAD, "head_branch": "night", "head_repository": None}}
    (tmp_path / "event.json").write_text(json.dumps(event), "utf-8")
    with serving(FakeGitHub()) as api:
        found = project(tmp_path, **at(api, GITHUB_EVENT_PATH=str(tmp_path / "event.json")))
        assert change_number(found, Place(), HEAD) == 7
        assert change_number(found, Place(), "d" * 40) is None
    assert change_number(project(tmp_path, GITLAB_CI="true", CI_MERGE_REQUEST_IID="9"), Place(), HEAD) == 9


def test_pictures_are_sent_to_the_uploads_of_a_gitlab(tmp_path: Path, pictures: Path) -> None:
    (pictures / "index.json").write_text('{"night.a": "a.png", "night.c": "a.png", "night.b": "b.png"}', "utf-8")
    Image.new("RGB", (64, 36)).save(pictures / "sheet.png")
    far, ready, out = FakeGitLab(), tmp_path / "ready", tmp_path / "out"
    with serving(far) as api:
        opened = project(tmp_path, "[previews]\nstore = 'uploads'\n", GITLAB_TOKEN=TOKEN)
        assert prepare(opened, pictures, ready).store == "uploads"
        assert upload(opened, Place(repository="group/films", forge="gitlab", api=api), ready, out) == 3
    addresses = json.loads((out / "pictures.json").read_text("utf-8"))
    assert addresses.keys() == {"night.a", "night.b", "night.c"}
    assert addresses["night.a"] == addresses["night.c"]  # one file, sent once
    assert far.uploads[addresses["night.b"]] == (ready / "b.jpg").read_bytes()
    assert far.uploads[(out / "sheet").read_text("utf-8").strip()] == (ready / "sheet.jpg").read_bytes()


def test_a_forge_without_uploads_is_told(tmp_path: Path, pictures: Path) -> None:
    with serving(FakeGitHub()) as api, pytest.raises(WrongUsage, match="only GitLab"):
        upload(project(tmp_path, **at(api)), Place(forge="github"), pictures, tmp_path / "out")
    assert not (tmp_path / "out").exists()
