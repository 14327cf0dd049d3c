"""Puts the stills of a page into files beside it: the page stays small, and a browser loads what is looked at."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from ltxspec.project.storyboard.media import ReviewMedia
from ltxspec.report.storyboard.models import Clip, Picture
from ltxspec.storage.durable import translated
from ltxspec.storage.outputs import write_document

_NAME = re.compile(r"[0-9a-f]{24,32}\.jpg")
_OLD = 86_400  # seconds for which stills that the page no longer shows are kept: it may be open


def folder_of(page: Path) -> Path:
    """The folder of a page's stills: `index-stills` for `index.html`."""
    return page.with_name(f"{page.stem}-stills")


def put_beside(screened: ReviewMedia, page: Path) -> ReviewMedia:
    """Write the stills of a review beside its page, those that are not there yet. Stills of old reviews are removed.

    Raises:
        StorageError: a file cannot be written.
    """
    shelf = _Shelf(folder_of(page))
    footage = [
        [replace(pair, before=shelf.clip(pair.before), after=shelf.clip(pair.after)) for pair in pairs]
        for pairs in screened.footage
    ]
    frames = {
        cut: shelf.put(picture) if isinstance(picture, Picture) else picture for cut, picture in screened.frames.items()
    }
    shelf.tidy()
    return replace(screened, footage=footage, frames=frames)


class _Shelf:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._there = {entry.name: entry for entry in _entries(folder)}
        self._used: set[str] = set()

    def clip(self, clip: Clip | None) -> Clip | None:
        return None if clip is None else replace(clip, stills=tuple(map(self.put, clip.stills)))

    def put(self, picture: Picture) -> Picture:
        name = f"{sha256(picture.jpeg).hexdigest()[:24]}.jpg"
        if name not in self._used:
            self._used.add(name)
            if not self._has(name, len(picture.jpeg)):
                write_document(self._folder / name, [picture.jpeg])
        return replace(picture, href=f"{quote(self._folder.name)}/{name}")

    def _has(self, name: str, size: int) -> bool:
        entry = self._there.get(name)
        return entry is not None and entry.is_file(follow_symlinks=False) and entry.stat().st_size == size

    def tidy(self) -> None:
        """Remove what this page does not show and has not shown for a while; nothing else in the folder is touched."""
        before = time.time() - _OLD
        for name, entry in self._there.items():
            if _NAME.fullmatch(name) and name not in self._used:
                with suppress(OSError):
                    if entry.stat(follow_symlinks=False).st_mtime < before:
                        Path(entry.path).unlink()


def _entries(folder: Path) -> Iterator["os.DirEntry[str]"]:
    with translated("read", folder):
        if folder.is_dir():
            with os.scandir(folder) as entries:
                yield from entries
