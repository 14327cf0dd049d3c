import json
from pathlib import Path
from urllib.request import urlopen

import pytest
from fake_forges import TOKEN, FakeGitHub, serving
from PIL import Image
from store_servers import StoreServer

from ltxspec.errors import Refused, WrongUsage
from ltxspec.project.comments.forge_access import Place
from ltxspec.project.comments.previews import prepare
from ltxspec.project.comments.stored_previews import PictureRun, prune_pictures, store_pictures
from ltxspec.project.project import ProjectContext, open_project
from ltxspec.storage.store.opening import open_store
from ltxspec.storage.store.port import ObjectFacts

HEAD, NEXT = "ab" * 20, "cd" * 20
BASE = "https://pictures.example/films"


def project(folder: Path, more: str = f"base_url = '{BASE}/'\n", **environ: str) -> ProjectContext:
    text = f"[store]\nurl = '{(folder / 'store').as_uri()}'\n[previews]\nstore = 'store'\n{more}"
    (folder / "ltxspec.toml").write_text(text, "utf-8")
    return open_project(folder, environ=environ, warn=lambda _: None)


@pytest.fixture
def ready(tmp_path: Path) -> Path:
    """What `previews prepare` leaves."""
    folder = tmp_path / "drawn"
    folder.mkdir()
    for name in ("a", "sheet"):
        Image.new("RGB", (64, 36)).save(folder / f"{name}.png")
    (folder / "index.json").write_text('{"night.a": "a.png", "night.b": "a.png"}', "utf-8")
    prepare(project(tmp_path), folder, tmp_path / "ready")
    return tmp_path / "ready"


def keys(opened: ProjectContext) -> list[str]:
    store = open_store(opened.config.store, opened.environ)
    assert store is not None
    return sorted(item.key.removeprefix("previews/") for item in store.list("previews"))


def test_pictures_have_addresses_that_last_where_the_bucket_is_public(tmp_path: Path, ready: Path) -> None:
    opened, out = project(tmp_path), tmp_path / "out"
    assert store_pictures(opened, ready, out, PictureRun(7, HEAD, "films", 100)) == 2
    found = json.loads((out / "pictures.json").read_text())
    assert found["night.a"] == found["night.b"]
    assert found["night.a"].startswith(f"{BASE}/previews/7/")
    assert found["night.a"].endswith(f"/100-{HEAD}/a.jpg")
    stored = tmp_path / "store" / found["night.a"].removeprefix(f"{BASE}/")
    assert stored.read_bytes() == (ready / "a.jpg").read_bytes()
    assert (out / "sheet").read_text().endswith("/sheet.jpg\n")


def test_without_a_public_address_they_are_signed(tmp_path: Path, ready: Path, cloud: StoreServer) -> None:
    (tmp_path / "ltxspec.toml").write_text(f"{cloud.table}[previews]\nstore = 'store'\n")
    store_pictures(open_project(tmp_path), ready, tmp_path / "out", PictureRun(7, HEAD))
    address = json.loads((tmp_path / "out" / "pictures.json").read_text())["night.a"]
    with urlopen(address) as answer:
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.read() == (ready / "a.jpg").read_bytes()


def test_a_store_without_addresses_needs_one_in_the_configuration(tmp_path: Path, ready: Path) -> None:
    with pytest.raises(Refused, match="gives no addresses to its pictures"):
        store_pictures(project(tmp_path, ""), ready, tmp_path / "out", PictureRun(7, HEAD))
    (tmp_path / "ltxspec.toml").write_text("[previews]\nstore = 'store'\n")
    with pytest.raises(Refused, match="there is no store for pictures"):
        store_pictures(open_project(tmp_path), ready, tmp_path / "out", PictureRun(7, HEAD))


def test_the_newest_run_of_a_change_is_kept_beside_those_of_others(tmp_path: Path, ready: Path) -> None:
    opened, out = project(tmp_path), tmp_path / "out"
    for which in (PictureRun(7, HEAD, "a", 1), PictureRun(7, HEAD, "b", 1), PictureRun(8, HEAD, "a", 1)):
        store_pictures(opened, ready, out, which)
    assert store_pictures(opened, ready, out, PictureRun(7, NEXT, "a", 2)) == 2
    assert store_pictures(opened, ready, out, PictureRun(7, NEXT, "a", 2)) == 2, "repeated"
    left = [key for key in keys(opened) if key.endswith("a.jpg")]
    assert sorted((key.split("/")[0], key.split("/")[2]) for key in left) == [
        ("7", f"1-{HEAD}"),
        ("7", f"2-{NEXT}"),
        ("8", f"1-{HEAD}"),
    ]
    assert store_pictures(opened, ready, out, PictureRun(7, HEAD, "a", 1)) is None, "overtaken"
    assert [key for key in keys(opened) if key.endswith("a.jpg")] == left


def test_the_pictures_of_closed_changes_go_and_nothing_else(tmp_path: Path, ready: Path) -> None:
    opened = project(tmp_path)
    store_pictures(opened, ready, tmp_path / "out", PictureRun(7, HEAD))
    store = open_store(opened.config.store, {})
    assert store is not None
    for key in ("previews/notes.txt", f"videos/aa/{'a' * 64}"):
        store.put(key, [b"x"], ObjectFacts("", 1, "text/plain"))
    environ = {"GITHUB_TOKEN": TOKEN, "GITHUB_REPOSITORY": "owner/films"}
    with serving(FakeGitHub()) as api:
        assert prune_pictures(project(tmp_path, GITHUB_API_URL=api, **environ), Place()) == []
    assert len(keys(opened)) == 3
    with serving(FakeGitHub(state="closed")) as api:
        assert prune_pictures(project(tmp_path, GITHUB_API_URL=api, **environ), Place()) == [7]
    assert keys(opened) == ["notes.txt"]
    assert store.head(f"videos/aa/{'a' * 64}") is not None


def test_nothing_there_asks_no_forge(tmp_path: Path) -> None:
    assert prune_pictures(project(tmp_path), Place()) == []


@pytest.mark.parametrize("head", ["", "../x", "main"])
def test_a_head_is_a_commit(tmp_path: Path, ready: Path, head: str) -> None:
    with pytest.raises(WrongUsage):
        store_pictures(project(tmp_path), ready, tmp_path / "out", PictureRun(7, head))
