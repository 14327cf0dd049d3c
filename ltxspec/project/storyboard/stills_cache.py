"""Remembers the stills of videos, so that a review is written quickly again. See `storage.entry_cache`."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import msgspec

from ltxspec.canonical import canonical_bytes
from ltxspec.media.comparison import FRACTIONS, Filmed
from ltxspec.media.probe import VideoInfo, probe
from ltxspec.media.stills import Still
from ltxspec.project.picture_makers import HERE, PictureMakers
from ltxspec.project.project import ProjectContext
from ltxspec.storage.entry_cache import EntryCache
from ltxspec.values import Json, Moment
from ltxspec.version import __version__

_WAY = 3  # how stills are made; count up when that changes
_Made = TypeVar("_Made")
_Pair = tuple[Filmed | None, Filmed | None]
_PAIR: "msgspec.msgpack.Decoder[_Pair]" = msgspec.msgpack.Decoder(_Pair)
_INFO: "msgspec.msgpack.Decoder[VideoInfo]" = msgspec.msgpack.Decoder(VideoInfo)
_STILL: "msgspec.msgpack.Decoder[Still]" = msgspec.msgpack.Decoder(Still)


class StillsCache:
    """Makes stills as `media` does, and keeps them by the videos' hashes and what was asked for."""

    def __init__(self, entries: EntryCache, makers: PictureMakers = HERE) -> None:
        self._entries, self._makers = entries, makers

    def compared(self, before: Path | None, after: Path | None, *, width: int) -> _Pair:
        """As `comparison.compare`, of files that are named by their hashes. Raises MediaError."""
        key = _key("pair", [_name(before), _name(after)], [*FRACTIONS, width])
        return self._kept(key, _PAIR, lambda: self._makers.compare(before, after, width=width))

    def frame(self, video: Path, at: Moment, *, width: int) -> Still:
        """As `stills.still_of`, of a file that is named by its hash. Raises MediaError."""
        key = _key("frame", [_name(video)], [str(at), width])
        return self._kept(key, _STILL, lambda: self._makers.cut(video, at, width=width))

    def info(self, video: Path) -> VideoInfo:
        """As `probe.probe`, of a file that is named by its hash. Raises MediaError."""
        return self._kept(_key("info", [_name(video)], []), _INFO, lambda: probe(video))

    def _kept(self, key: str, decoder: "msgspec.msgpack.Decoder[_Made]", make: Callable[[], _Made]) -> _Made:
        """An entry; made anew where it is missing or cannot be read."""
        known = self._entries.get(key)
        if known is not None:
            with suppress(msgspec.DecodeError):
                return decoder.decode(known)
        made = make()
        self._entries.put(key, msgspec.msgpack.encode(made))
        return made

    def prune(self) -> None:
        """Keep the cache below its limit."""
        self._entries.prune()


def stills_cache(project: ProjectContext, makers: PictureMakers = HERE) -> StillsCache:
    """The project's cache."""
    return StillsCache(EntryCache(project.local / "cache" / "stills", project.root), makers)


def _name(file: Path | None) -> Json:
    """A file's name is the hash of its content. Size and time are added: a file may be damaged, and repaired later."""
    if file is None:
        return None
    try:
        facts = file.stat()
    except OSError:
        return [file.name, None]
    return [file.name, facts.st_size, str(facts.st_mtime_ns)]


def _key(what: str, videos: Sequence[Json], asked: Sequence[Json]) -> str:
    return sha256(canonical_bytes([_WAY, __version__, what, list(videos), list(asked)])).hexdigest()
