import os
import time
from pathlib import Path

import pytest
from storyboards import Films, review, screened, shot, take

from ltxspec.errors import StorageError
from ltxspec.project.storyboard.media import ReviewMedia
from ltxspec.project.storyboard.still_files import folder_of, put_beside
from ltxspec.report.storyboard.models import Picture
from ltxspec.report.storyboard.page import storyboard
from ltxspec.review.models import ShotKind


@pytest.fixture
def found(tmp_path: Path) -> ReviewMedia:
    films = Films(tmp_path / "films")
    films.folder.mkdir()
    old, new = (take(number, text, films.make(text, width=96, height=54)) for number, text in ((1, "A"), (2, "B")))
    plain = screened(films, review(shot("alley", ShotKind.RENDERED, old, new)), tmp_path)
    return ReviewMedia(
        plain.review, plain.footage, frames={("a", "last"): Picture(0, 1, 1, b"frame"), ("b", 1): "Gone"}
    )


def test_stills_are_files_that_the_page_names(tmp_path: Path, found: ReviewMedia) -> None:
    page = tmp_path / "a b.html"
    put = put_beside(found, page)
    pair = put.footage[0][0]
    assert pair.before is not None
    assert pair.after is not None
    for still in (*pair.before.stills, *pair.after.stills):
        assert still.href.startswith("a%20b-stills/")
        assert (folder_of(page) / still.href.partition("/")[2]).read_bytes() == still.jpeg
    cut = put.frames["a", "last"]
    assert isinstance(cut, Picture)
    assert (folder_of(page) / cut.href.partition("/")[2]).read_bytes() == b"frame"
    assert put.frames["b", 1] == "Gone"
    text = "".join(storyboard(put.review, put.footage, put.frames))
    assert 'src="a%20b-stills/' in text
    assert "data:image" not in text


def test_what_is_there_is_not_written_again_and_what_is_damaged_is(tmp_path: Path, found: ReviewMedia) -> None:
    page = tmp_path / "page.html"
    put_beside(found, page)
    first, second, *_ = sorted(folder_of(page).iterdir())
    whole = second.read_bytes()
    os.utime(first, (1000, 1000))
    second.write_bytes(b"half")
    put_beside(found, page)
    assert (first.stat().st_mtime, second.read_bytes()) == (1000, whole)


def test_only_stills_of_long_ago_are_removed(tmp_path: Path, found: ReviewMedia) -> None:
    folder = folder_of(tmp_path / "page.html")
    folder.mkdir()
    for name, age in ((f"{'a' * 32}.jpg", 90_000), (f"{'b' * 32}.jpg", 100), ("holiday.jpg", 90_000)):
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (time.time() - age, time.time() - age))
    put_beside(found, tmp_path / "page.html")
    there = {path.name for path in folder.iterdir()}
    assert f"{'a' * 32}.jpg" not in there
    assert {f"{'b' * 32}.jpg", "holiday.jpg"} <= there


def test_a_folder_that_is_a_file_is_an_error(tmp_path: Path, found: ReviewMedia) -> None:
    folder_of(tmp_path / "page.html").write_text("mine")
    with pytest.raises(StorageError):
        put_beside(found, tmp_path / "page.html")
