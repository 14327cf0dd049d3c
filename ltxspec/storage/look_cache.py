"""Remembers what was found in images and sounds, by the hash of their content. Losing it costs only time."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from ltxspec.catalog.media_facts import MediaFacts
from ltxspec.storage.validation_cache import read_lines, write_lines
from ltxspec.version import __version__

_TITLE = f"ltxspec looks 1 {__version__}"  # another version may look in another way
_AT_MOST = 100_000  # files kept; beyond that only those of the last run are kept


class LookCache:
    """Facts by `sha256:<hex>`, in one file, which is trusted only where it was written; see `validation_cache`.

    Use it as a context manager, or call `save` at the end of the run.
    """

    def __init__(self, path: Path, within: Path | None = None) -> None:
        self._path = path
        self._within = within  # the folder that links must not lead out of
        self._known: Mapping[str, str] | None = None  # digest -> JSON; read on first use
        self._used: dict[str, MediaFacts] = {}
        self._added: dict[str, MediaFacts] = {}

    def get(self, digest: str) -> MediaFacts | None:
        """What was found in a file before."""
        if digest in self._used:
            return self._used[digest]
        if self._known is None:
            self._known = dict(self._lines())
        try:
            found = msgspec.json.decode(self._known[digest], type=MediaFacts)
        except (KeyError, msgspec.DecodeError):
            return None
        self._used[digest] = found
        return found

    def add(self, digest: str, facts: MediaFacts) -> None:
        """Remember what was found; the next `save` writes it to disk."""
        self._used[digest] = self._added[digest] = facts

    def save(self) -> None:
        """Write the added facts to disk."""
        if not self._added:
            return
        kept = dict(self._known if self._known is not None else self._lines())
        if len(kept) + len(self._added) > _AT_MOST:
            kept = {digest: kept[digest] for digest in self._used if digest in kept}
        kept |= {digest: msgspec.json.encode(facts).decode() for digest, facts in self._added.items()}
        write_lines(self._path, _TITLE, (f"{digest} {facts}" for digest, facts in kept.items()), self._within)
        self._known, self._added = kept, {}

    def _lines(self) -> Iterator[tuple[str, str]]:
        for line in read_lines(self._path, _TITLE, self._within):
            digest, _, facts = line.partition(" ")
            yield digest, facts

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.save()
