import hashlib
from pathlib import Path

import pytest
from pictures import picture

from ltxspec.media import looking
from ltxspec.project.looks import ProjectLooks
from ltxspec.storage.files import ProjectFolder
from ltxspec.storage.look_cache import LookCache

POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'ab' * 32}\nsize 9\n"
SPEC = "specs/a.yaml"


def looks(root: Path) -> tuple[ProjectLooks, LookCache]:
    cache = LookCache(root / "cache" / "looks", root)
    return ProjectLooks(ProjectFolder(root), cache), cache


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("a.png", "copy.png"):
        (tmp_path / name).write_bytes(picture())
    return tmp_path


def test_one_content_is_looked_at_once_in_all_runs(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, cache = looks(root)
    facts = first.at_file("a.png", beside=SPEC)
    assert facts is not None
    assert (facts.format, facts.width, facts.height) == ("PNG", 64, 36)
    monkeypatch.delattr(looking, "look")
    assert first.at_file("copy.png", beside=SPEC) == first.at_data((root / "a.png").read_bytes()) == facts
    cache.save()
    assert looks(root)[0].at_file("a.png", beside=SPEC) == facts


def test_changed_content_is_looked_at_again(root: Path) -> None:
    now, _ = looks(root)
    seen = now.at_file("a.png", beside=SPEC)
    assert seen is not None
    assert seen.format == "PNG"
    (root / "a.png").write_bytes(b"<html>")
    facts = now.at_file("a.png", beside=SPEC)
    assert facts is not None
    assert facts.format == "a web page"


def test_a_git_lfs_pointer_is_looked_at_only_where_its_file_is_known(root: Path) -> None:
    now, _ = looks(root)
    seen = now.at_file("a.png", beside=SPEC)
    digest = hashlib.sha256((root / "a.png").read_bytes()).hexdigest()
    for known, facts in ((digest, seen), ("ab" * 32, None)):
        (root / "a.png").write_text(POINTER.replace("ab" * 32, known))
        assert now.at_file("a.png", beside=SPEC) == facts
