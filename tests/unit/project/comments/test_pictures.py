from pathlib import Path

import pytest

from ltxspec.errors import WrongUsage
from ltxspec.project.comments.pictures import PicturesError, picture_url, read_missing, read_pictures

BASE = "https://pictures.example/pr-7/"


def write(folder: Path, text: str) -> Path:
    (folder / "index.json").write_text(text, "utf-8")
    return folder


def test_names_are_completed_and_addresses_stay(tmp_path: Path) -> None:
    write(tmp_path, '{"night.a[x]": "a b.png", "night.b": "https://cdn.example/b.png", "night.c": "/uploads/1/c.png"}')
    assert read_pictures(tmp_path, "index.json", BASE) == {
        "night.a[x]": "https://pictures.example/pr-7/a%20b.png",
        "night.b": "https://cdn.example/b.png",
        "night.c": "/uploads/1/c.png",
    }


def test_a_base_may_have_something_after_the_name() -> None:
    assert picture_url("a.png", "https://forge.test/{path}?raw=true") == "https://forge.test/a.png?raw=true"
    assert picture_url("a.png", "https://forge.test/x") == "https://forge.test/x/a.png"


@pytest.mark.parametrize("text", ["", "[]", '"x"', '{"a.b": 1}', '{"a.b": ""}', '{"a.b": null}', "{"])
def test_what_maps_no_addresses_to_pictures_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(PicturesError):
        read_pictures(write(tmp_path, text), "index.json", BASE)


@pytest.mark.parametrize("name", ["javascript:alert(1)", "data:image/png;base64,AA", "file:///etc/passwd", "ftp://x/y"])
def test_other_kinds_of_addresses_are_refused(name: str) -> None:
    with pytest.raises(PicturesError, match="is not an http or https address"):
        picture_url(name, BASE)


@pytest.mark.parametrize("name", ["https://[::1", "https://u@\uff0fx/"])
def test_a_malformed_address_is_refused(name: str) -> None:
    with pytest.raises(PicturesError, match="is not an address"):
        picture_url(name, BASE)


def test_a_name_needs_a_base() -> None:
    with pytest.raises(PicturesError, match="has no address") as raised:
        picture_url("a.png", None)
    assert raised.value.hint == "say where it is with `--pictures-base URL`"


def test_a_missing_file_is_a_typing_error(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage):
        read_pictures(tmp_path, "index.json", BASE)


def test_why_a_picture_is_missing_stands_beside_the_pictures(tmp_path: Path) -> None:
    assert read_missing(tmp_path, "a/pictures.json") == {}
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "missing.json").write_text('{"night.alley": "gone"}', "utf-8")
    assert read_missing(tmp_path, "a/pictures.json") == {"night.alley": "gone"}
    (tmp_path / "a" / "missing.json").write_text('{"night.alley": 5}', "utf-8")
    with pytest.raises(PicturesError, match=r"missing\.json"):
        read_missing(tmp_path, "a/pictures.json")
