import os
from pathlib import Path

import pytest

from ltxspec.errors import StorageError
from ltxspec.lock.sidecar import Sidecar, TooNew
from ltxspec.storage.durable import REAL
from ltxspec.storage.sidecars import SidecarFiles

VIDEO, OTHER = "ab" * 32, "cd" * 32
SIDECAR = Sidecar(sha256=VIDEO, bytes=5, takes=())


def files(folder: Path) -> SidecarFiles:
    (folder / VIDEO[:2]).mkdir(parents=True, exist_ok=True)
    return SidecarFiles(folder, REAL.inside(folder))


def test_a_sidecar_is_beside_its_video_and_is_read_and_removed(tmp_path: Path) -> None:
    found = files(tmp_path)
    assert (found.present(), found.read(VIDEO)) == (set(), None)
    found.write(SIDECAR)
    assert found.path_of(VIDEO) == tmp_path / "ab" / f"{VIDEO}.json"
    assert (found.present(), found.read(VIDEO)) == ({VIDEO}, SIDECAR)
    assert [path.name for path in (tmp_path / "ab").iterdir()] == [f"{VIDEO}.json"]
    found.remove(VIDEO)
    found.remove(VIDEO)
    found.remove(OTHER)
    assert found.present() == set()


def test_an_archive_that_does_not_exist_has_none(tmp_path: Path) -> None:
    assert SidecarFiles(tmp_path / "none", REAL).present() == set()


def test_other_files_are_no_sidecars(tmp_path: Path) -> None:
    found = files(tmp_path)
    for name in ("x.json", f"{VIDEO}.mp4", f".{VIDEO}.json.1.tmp"):
        (tmp_path / "ab" / name).touch()
    (tmp_path / "partial").mkdir()
    (tmp_path / "partial" / f"{OTHER}.json").touch()
    assert found.present() == set()


def test_a_damaged_sidecar_is_read_as_none_and_a_newer_one_is_not_read(tmp_path: Path) -> None:
    found = files(tmp_path)
    found.path_of(VIDEO).write_bytes(b"{")
    assert found.read(VIDEO) is None
    found.path_of(VIDEO).write_bytes(b'{"sidecarVersion": 9}')
    with pytest.raises(TooNew):
        found.read(VIDEO)


def test_a_link_out_of_the_archive_is_neither_read_nor_written_through(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "archive", tmp_path / "elsewhere"
    found = files(root)
    elsewhere.write_text("mine")
    found.path_of(VIDEO).symlink_to(elsewhere)
    assert found.read(VIDEO) is None
    found.write(SIDECAR)
    assert (elsewhere.read_text(), found.read(VIDEO)) == ("mine", SIDECAR)
    (root / "ab" / f"{VIDEO}.json").unlink()
    (root / "ab").rmdir()
    (tmp_path / "out").mkdir()
    (root / "ab").symlink_to(tmp_path / "out")
    with pytest.raises(StorageError):
        found.write(SIDECAR)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_disk_that_fails_leaves_the_old_sidecar(tmp_path: Path) -> None:
    files(tmp_path).write(SIDECAR)

    def full(_: int, __: memoryview) -> int:
        raise OSError(28, os.strerror(28))

    broken = SidecarFiles(tmp_path, REAL.inside(tmp_path).__class__(write=full, within=str(tmp_path)))
    with pytest.raises(StorageError, match="No space left on device"):
        broken.write(Sidecar(sha256=VIDEO, bytes=6, takes=()))
    assert files(tmp_path).read(VIDEO) == SIDECAR
    assert [path.name for path in (tmp_path / "ab").iterdir()] == [f"{VIDEO}.json"]
