from pathlib import Path

import pytest

from ltxspec.catalog.media_facts import MediaFacts
from ltxspec.storage import look_cache
from ltxspec.storage.look_cache import LookCache
from ltxspec.storage.validation_cache import write_lines

FACTS = MediaFacts("image", "PNG", 12, 64, 36, problem="it ends too early")


def test_facts_are_remembered(tmp_path: Path) -> None:
    with LookCache(tmp_path / "cache" / "looks", tmp_path) as cache:
        assert cache.get("sha256:1") is None
        cache.add("sha256:1", FACTS)
        assert cache.get("sha256:1") == FACTS
    again = LookCache(tmp_path / "cache" / "looks", tmp_path)
    assert (again.get("sha256:1"), again.get("sha256:2")) == (FACTS, None)


def test_a_file_from_elsewhere_is_not_believed(tmp_path: Path) -> None:
    with LookCache(tmp_path / "looks") as cache:
        cache.add("sha256:1", FACTS)
    copy = tmp_path / "copy"
    copy.write_bytes((tmp_path / "looks").read_bytes())
    assert LookCache(copy).get("sha256:1") is None


def test_a_damaged_line_is_looked_at_again(tmp_path: Path) -> None:
    write_lines(tmp_path / "looks", look_cache._TITLE, ["sha256:1 {", "sha256:2", '{"kind": 3}'], tmp_path)
    cache = LookCache(tmp_path / "looks")
    assert cache.get("sha256:1") is cache.get("sha256:2") is None


def test_nothing_is_written_when_nothing_is_new(tmp_path: Path) -> None:
    LookCache(tmp_path / "looks").save()
    assert not (tmp_path / "looks").exists()


def test_of_too_many_only_those_of_the_last_run_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with LookCache(tmp_path / "looks") as cache:
        for number in range(4):
            cache.add(f"sha256:{number}", FACTS)
    monkeypatch.setattr(look_cache, "_AT_MOST", 4)
    with LookCache(tmp_path / "looks") as cache:
        assert cache.get("sha256:2")
        cache.add("sha256:9", FACTS)
    kept = LookCache(tmp_path / "looks")
    assert [kept.get(f"sha256:{number}") is not None for number in (0, 2, 9)] == [False, True, True]
