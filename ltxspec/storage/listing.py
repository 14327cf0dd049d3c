"""The names in a folder, read once and kept: a folder of n links that are made one by one is not listed n times."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ltxspec.spec.names import folded

_Stamp = tuple[int, int, int]  # device, inode, time of the last change in nanoseconds


class Listing:
    """Names, found by what some file systems take for the same name, and by their stems.

    Args:
        names: those in the folder.
        stems: the stems that a name may belong to.
    """

    def __init__(self, names: Iterable[str], stems: Callable[[str], Iterable[str]]) -> None:
        self._stems = stems
        self._same: dict[str, set[str]] = {}
        self._of_stem: dict[str, set[str]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """A name that is there now."""
        self._same.setdefault(folded(name), set()).add(name)
        for stem in self._stems(name):
            self._of_stem.setdefault(stem, set()).add(name)

    def discard(self, name: str) -> None:
        """A name that is gone."""
        self._same.get(folded(name), set()).discard(name)
        for stem in self._stems(name):
            self._of_stem.get(stem, set()).discard(name)

    def like(self, name: str) -> set[str]:
        """The names that may denote the same file."""
        return self._same.get(folded(name), set())

    def of_stem(self, stem: str) -> list[str]:
        """The names that belong to a stem, sorted."""
        return sorted(self._of_stem.get(stem, ()))


@dataclass(slots=True)
class Listings:
    """The listings of folders that nothing else has changed since they were read.

    Args:
        stems: as for `Listing`.
    """

    stems: Callable[[str], Iterable[str]]
    _known: dict[str, tuple[_Stamp, Listing]] = field(default_factory=dict)

    def of(self, path: str, descriptor: int) -> Listing:
        """The listing of an open folder. Whoever changes the folder changes it, too, and calls `keep`."""
        stamp, listing = self._known.pop(path, (None, None))
        if listing is None or stamp != _stamp(descriptor):
            listing = Listing(os.listdir(descriptor), self.stems)  # names are all that is needed, of thousands of files
        return listing

    def keep(self, path: str, descriptor: int, listing: Listing) -> None:
        """Keep a listing that matches its folder until something else changes it."""
        self._known[path] = (_stamp(descriptor), listing)


def _stamp(descriptor: int) -> _Stamp:
    found = os.fstat(descriptor)
    return found.st_dev, found.st_ino, found.st_mtime_ns
