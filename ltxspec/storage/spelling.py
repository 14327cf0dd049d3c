"""Finds files whose names are spelled in another way: in another Unicode form, or in other letter case."""

import os
import unicodedata
from collections.abc import Callable, Iterable, Mapping

from ltxspec.spec.names import folded

Fold = Callable[[str], str]


def composed(name: str) -> str:
    """A name in the form NFC: macOS saves `é` as two characters, most other systems as one."""
    return unicodedata.normalize("NFC", name)


class FolderSpellings:
    """Files on disk by their folded names; nothing outside the folder is searched, and each folder is listed once.

    Args:
        root: the real path of the folder.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._listed: dict[tuple[str, Fold], tuple[int, Mapping[str, str]]] = {}

    def find(self, path: str, fold: Fold) -> str | None:
        """The existing path whose names are those of `path` when folded; None if there is none.

        Args:
            path: a path relative to the root, with `/`, normalised; the result is such a path, too.
            fold: `composed`, or `names.folded`.
        """
        place = self._root
        for name in path.split("/"):
            exact = os.path.join(place, name)  # noqa: PTH118  # paths are strings here
            if not os.path.lexists(exact):  # `Path.exists` follows links
                found = self._names(place, fold).get(fold(name))
                if found is None:
                    return None
                exact = os.path.join(place, found)  # noqa: PTH118  # as above
            place = exact
        return os.path.relpath(place, self._root).replace(os.sep, "/")

    def _names(self, place: str, fold: Fold) -> Mapping[str, str]:
        """Folded name -> name, for the content of a folder; none for a link, as its content may be elsewhere."""
        try:
            changed = os.lstat(place).st_mtime_ns
            known, names = self._listed.get((place, fold), (0, {}))
            if known != changed:
                is_inside = os.path.realpath(place) == place
                entries = sorted(os.listdir(place), reverse=True) if is_inside else []  # noqa: PTH208  # names only
                names = {fold(entry): entry for entry in entries}
                self._listed[place, fold] = changed, names
        except OSError:
            return {}
        return names


class Spellings:
    """The paths of a commit, by their folded names."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = paths
        self._by_name: dict[Fold, Mapping[str, str]] = {}  # computed on first use

    def find(self, path: str, fold: Fold) -> str | None:
        """The path that is `path` when folded."""
        if fold not in self._by_name:
            self._by_name[fold] = {fold(each): each for each in sorted(self._paths, reverse=True)}
        return self._by_name[fold].get(fold(path))


def other_case(written: str, found: str | None) -> str | None:
    """The hint for a path whose names exist in other letter case; None if `found`, the existing path, is None.

    Args:
        written: the path as the user wrote it.
        found: the path that exists, relative to the project's root.
    """
    if found is None:
        return None
    parts = [part for part in written.split("/") if part != "."]
    ending = found.split("/")[-len(parts) :]
    usable = "/".join(ending) if folded("/".join(parts)) == folded("/".join(ending)) else found
    return f"there is `{usable}`: upper and lower case letters differ in file names"
