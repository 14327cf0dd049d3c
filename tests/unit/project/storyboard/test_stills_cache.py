from pathlib import Path
from typing import NoReturn

import pytest
from storyboards import Films

from ltxspec.errors import MediaError
from ltxspec.media.comparison import compare
from ltxspec.media.probe import probe
from ltxspec.media.stills import still_of
from ltxspec.project.picture_makers import HERE, PictureMakers
from ltxspec.project.storyboard import stills_cache
from ltxspec.project.storyboard.stills_cache import StillsCache
from ltxspec.storage.entry_cache import EntryCache


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    films = Films(tmp_path / "films")
    films.folder.mkdir()
    one, two = (films.find(str(films.make(text, width=96, height=54, seconds=0.4).sha256)) for text in ("A", "B"))
    assert one is not None
    assert two is not None
    return one, two


def refuse(*_: object, **__: object) -> NoReturn:
    raise AssertionError("decoded again")


NOBODY = PictureMakers(refuse, refuse, refuse)


def cache(folder: Path, makers: PictureMakers = HERE) -> StillsCache:
    return StillsCache(EntryCache(folder / "cache", folder), makers)


def test_stills_are_made_once(tmp_path: Path, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    made = cache(tmp_path).compared(*files, width=48), cache(tmp_path).frame(files[0], "last", width=48)
    assert made == (compare(*files, width=48), still_of(files[0], "last", width=48))
    assert cache(tmp_path).info(files[0]) == probe(files[0])
    monkeypatch.setattr(stills_cache, "probe", refuse)
    again = cache(tmp_path, NOBODY)
    assert (again.compared(*files, width=48), again.frame(files[0], "last", width=48)) == made
    assert again.info(files[0]) == probe(files[0])
    with pytest.raises(AssertionError):
        again.info(files[1])
    for different in ((files[1], files[0]), (None, files[1])):
        with pytest.raises(AssertionError):
            again.compared(*different, width=48)
    with pytest.raises(AssertionError):
        again.compared(*files, width=40)
    with pytest.raises(AssertionError):
        again.frame(files[0], "first", width=48)


def test_a_file_that_changed_under_its_name_is_looked_at_again(tmp_path: Path, files: tuple[Path, Path]) -> None:
    cache(tmp_path).compared(None, files[0], width=48)
    files[0].write_bytes(files[1].read_bytes())
    assert cache(tmp_path).compared(None, files[0], width=48) == compare(None, files[1], width=48)


def test_an_entry_that_is_no_still_is_made_again(tmp_path: Path, files: tuple[Path, Path]) -> None:
    class Odd(EntryCache):
        def get(self, key: str) -> bytes | None:
            return b"\xc1" if key else None

    odd = StillsCache(Odd(tmp_path / "cache", tmp_path))
    assert odd.compared(None, files[0], width=48) == compare(None, files[0], width=48)
    assert odd.frame(files[0], "first", width=48) == still_of(files[0], "first", width=48)


def test_errors_are_not_kept(tmp_path: Path) -> None:
    broken = tmp_path / f"{'b' * 64}.mp4"
    broken.write_bytes(b"no video")
    with pytest.raises(MediaError):
        cache(tmp_path).compared(None, broken, width=48)
    broken.unlink()
    with pytest.raises(MediaError):
        cache(tmp_path).compared(None, broken, width=48)
    assert not (tmp_path / "cache").exists()
