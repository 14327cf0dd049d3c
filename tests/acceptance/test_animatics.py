"""`review --animatics`: what is not rendered yet is seen before it is bought, and nothing is ordered or recorded."""

import json
from pathlib import Path

import pytest
from acceptance.commands import ltxspec, write_spec
from acceptance.repositories import commit, git
from acceptance.test_chain_reviews import PLAIN, SPEC
from acceptance.test_diff import CONFIG, IGNORED


@pytest.fixture
def film(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    (tmp_path / "ltxspec.toml").write_text(CONFIG, "utf-8")
    (tmp_path / ".gitignore").write_text(IGNORED, "utf-8")
    commit(tmp_path, "Start")
    write_spec(tmp_path, SPEC.format(**PLAIN))
    return tmp_path


def everything(folder: Path) -> set[str]:
    """All files but those of git, caches and what was asked for."""
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return {name for name in found if not name.startswith((".git/", ".ltxspec/cache/", "out/"))}


def test_what_is_to_be_rendered_is_shown_for_nothing(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything(film)
    call = ["review", "--animatics", "--png-dir", "out/pictures", "--png", "out/all.png", "--html", "out/page.html"]
    done = ltxspec(*call, cwd=film)
    assert "3 shots" in done.err
    assert everything(film) == before
    index = json.loads((film / "out" / "pictures" / "index.json").read_text("utf-8"))
    assert index.keys() == {"night.alley", "night.street", "night.door"}
    page = (film / "out" / "page.html").read_text("utf-8")
    assert page.count("Preview, not rendered") >= 3
    pictures = {name: (film / "out" / "pictures" / name).read_bytes() for name in index.values()}

    def refuse(*_: object) -> None:
        raise AssertionError("drawn again")

    monkeypatch.setattr("ltxspec.media.encoding.encode", refuse)
    ltxspec(*call, cwd=film)
    assert {name: (film / "out" / "pictures" / name).read_bytes() for name in index.values()} == pictures


def test_without_the_option_nothing_is_drawn(film: Path) -> None:
    ltxspec("review", "--png-dir", "out/pictures", "--html", "out/page.html", cwd=film)
    assert json.loads((film / "out" / "pictures" / "index.json").read_text("utf-8")) == {}
    assert not (film / ".ltxspec" / "cache" / "animatics").exists()


def test_a_page_to_send_has_everything_inside(film: Path) -> None:
    ltxspec("review", "--animatics", "--embed", "--html", "out/page.html", cwd=film)
    assert [path.name for path in (film / "out").iterdir()] == ["page.html"]
    assert "data:image/jpeg" in (film / "out" / "page.html").read_text("utf-8")


def test_a_rendered_source_gives_its_last_frame_to_the_preview(film: Path) -> None:
    ltxspec("apply", "--auto-approve", "--target", "night.alley", cwd=film)
    index = ltxspec("review", "--animatics", "--png-dir", "out/pictures", "--format", "json", cwd=film).json
    assert index["problems"] == []
    found = json.loads((film / "out" / "pictures" / "index.json").read_text("utf-8"))
    assert found.keys() == {"night.alley", "night.street", "night.door"}
