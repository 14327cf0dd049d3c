import json
from pathlib import Path

import pytest
from unit.project.reviewed_projects import edit, opened, project

from ltxspec.project.review import make_review
from ltxspec.project.storyboard.pages import write_review


def test_everything_that_was_asked_for_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = project(tmp_path / "films")
    edit(root, "specs/night.yaml", "Rain over", "Snow over")
    found = opened(root)
    monkeypatch.chdir(root)
    files = {"html": root / "a.html", "png": root / "a.png", "png_dir": tmp_path / "shots"}
    written, problems = write_review(found, make_review(found, "main"), files)
    assert written == ["a.html", "a.png", str(tmp_path / "shots" / "index.json")]
    assert (root / "a.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads((tmp_path / "shots" / "index.json").read_text()) == {}
    assert problems == ["1 video is not on this machine; `ltxspec archive pull` fetches those in use"]
