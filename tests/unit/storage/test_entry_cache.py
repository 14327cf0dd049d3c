import os
import shutil
import threading
from hashlib import sha256
from pathlib import Path

import pytest

from ltxspec.storage.entry_cache import EntryCache

KEY, OTHER = (sha256(name).hexdigest() for name in (b"one", b"other"))


def cache(folder: Path, **more: int) -> EntryCache:
    return EntryCache(folder / "cache", folder, **more)


def place(folder: Path, key: str = KEY) -> Path:
    return folder / "cache" / key[:2] / key


def test_what_was_put_is_there_for_others(tmp_path: Path) -> None:
    cache(tmp_path).put(KEY, b"a\nb\0")
    assert (cache(tmp_path).get(KEY), cache(tmp_path).get(OTHER)) == (b"a\nb\0", None)
    assert [path.name for path in place(tmp_path).parent.iterdir()] == [KEY]


def test_an_entry_from_elsewhere_is_not_believed(tmp_path: Path) -> None:
    cache(tmp_path).put(KEY, b"ours")
    for copied in (shutil.copyfile, shutil.copy2):
        (tmp_path / "elsewhere").unlink(missing_ok=True)
        copied(place(tmp_path), tmp_path / "elsewhere")
        other = tmp_path / copied.__name__
        place(other).parent.mkdir(parents=True)
        os.link(tmp_path / "elsewhere", place(other))
        assert cache(other).get(KEY) is None


def test_a_damaged_entry_is_none_and_is_written_again(tmp_path: Path) -> None:
    cache(tmp_path).put(KEY, b"a whole entry")
    whole = place(tmp_path).read_bytes()
    before = place(tmp_path).stat()
    for damaged in (b"", whole[:-1], whole.replace(b"whole", b"other"), b"\n\n"):
        place(tmp_path).write_bytes(damaged)
        os.utime(place(tmp_path), ns=(before.st_mtime_ns, before.st_mtime_ns))
        assert cache(tmp_path).get(KEY) is None
    cache(tmp_path).put(KEY, b"again")
    assert cache(tmp_path).get(KEY) == b"again"


def test_a_file_is_kept_as_it_is_and_an_altered_one_is_none(tmp_path: Path) -> None:
    path = cache(tmp_path).put_file(KEY, ".mp4", b"video")
    assert path.read_bytes() == b"video"
    assert cache(tmp_path).get_file(KEY, ".mp4") == path
    path.write_bytes(b"vadio")
    assert cache(tmp_path).get_file(KEY, ".mp4") is None
    path.unlink()
    assert cache(tmp_path).get_file(KEY, ".mp4") is None
    assert cache(tmp_path).get_file(OTHER, ".mp4") is None


def test_the_oldest_go_first_and_what_was_used_stays(tmp_path: Path) -> None:
    keys = [sha256(bytes([number])).hexdigest() for number in range(4)]
    for age, key in enumerate(keys):
        cache(tmp_path).put(key, bytes(1000))
        os.utime(place(tmp_path, key), ns=(age * 10**9, age * 10**9))
    stray = place(tmp_path, keys[0]).with_name(f"{keys[0]}.9.9.tmp")  # of a run that was killed
    stray.write_bytes(bytes(500))
    os.utime(stray, ns=(0, 0))
    (tmp_path / "cache" / "notes").write_text("not ours")
    full = cache(tmp_path, most_bytes=3500)
    full.put(OTHER, bytes(1000))
    full.prune()
    assert [place(tmp_path, key).exists() for key in (*keys, OTHER)] == [False, False, True, True, True]
    assert not stray.exists()
    assert (tmp_path / "cache" / "notes").exists()


def test_nothing_is_removed_by_a_run_that_adds_nothing(tmp_path: Path) -> None:
    cache(tmp_path).put(KEY, bytes(1000))
    full = cache(tmp_path, most_bytes=10)
    full.prune()
    assert place(tmp_path).exists()


@pytest.mark.parametrize("link", ["", KEY[:2]])
def test_no_link_leads_out_of_the_project(tmp_path: Path, link: str) -> None:
    root, outside = tmp_path / "project", tmp_path / "outside"
    outside.mkdir()
    (root / "cache").mkdir(parents=True)
    at = root / "cache" / link
    if not link:
        at.rmdir()
    at.symlink_to(outside)
    cache(root).put(KEY, b"ours")
    assert list(outside.rglob("*")) == []


def test_writers_at_once_leave_a_whole_entry(tmp_path: Path) -> None:
    def write(number: int) -> None:
        for _ in range(20):
            cache(tmp_path).put(KEY, bytes([number]) * 50_000)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        found = cache(tmp_path).get(KEY)
        assert found is None or found == found[:1] * 50_000
    assert cache(tmp_path).get(KEY) is not None


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    cache(tmp_path).put(KEY, b"lost")
    cache(tmp_path).prune()
    assert cache(tmp_path).get(KEY) is None


def test_a_key_is_never_a_path(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a key"):
        cache(tmp_path).get("../" * 21 + "a")
