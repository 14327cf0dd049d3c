"""Finds where takes are black, frozen or silent, of those that are so for longer than expected.

A lockfile records only the longest passage. Where it is follows from the video, and is kept by its content.
"""

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from ltxspec.canonical import canonical_bytes
from ltxspec.errors import MediaError
from ltxspec.lock.models import Take
from ltxspec.media.measure import Passages, passages
from ltxspec.project.animatics import Find
from ltxspec.project.project import ProjectContext
from ltxspec.report.storyboard.models import Passage
from ltxspec.review.models import Review, ShotReview
from ltxspec.storage.entry_cache import EntryCache
from ltxspec.version import __version__

MOST: Final = 200  # videos that are looked through for one review: each is decoded from end to end
_WAY: Final = 1  # how passages are found; count up when that changes
_KINDS: Final = {"maxBlackSeconds": "black", "maxFrozenSeconds": "frozen", "maxSilenceSeconds": "silent"}
_PASSAGES: "msgspec.msgpack.Decoder[Passages]" = msgspec.msgpack.Decoder(Passages)


def passages_of(project: ProjectContext, review: Review, find: Find) -> dict[str, tuple[Passage, ...]]:
    """SHA-256 of a video -> what of it is not as expected, and where; only videos of which there is something.

    Args:
        project: whose cache keeps what is found.
        review: the review, with the records of its shots.
        find: SHA-256 -> file, or None if the video is not on this machine.
    """
    wanted = _wanted(review)
    files = {digest: file for digest in wanted if (file := find(digest)) is not None}
    files = dict(list(files.items())[:MOST])
    if not files:
        return {}
    entries = EntryCache(project.local / "cache" / "stills", project.root)
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        looked = pool.map(lambda file: _kept(file, entries), files.values())
        found = {
            digest: tuple(
                Passage(kind, begin, end) for kind in sorted(wanted[digest]) for begin, end in getattr(each, kind)
            )
            for digest, each in zip(files, looked, strict=True)
        }
    return {digest: places for digest, places in found.items() if places}


def _wanted(review: Review) -> Mapping[str, set[str]]:
    """SHA-256 -> kinds of passages that are too long in it."""
    found: dict[str, set[str]] = {}
    for take, names in (item for shot in review.shots for item in _unmet(shot, review)):
        for output in take.outputs:
            kinds = {_KINDS[name] for name in (*names, *(output.unmet or ())) if name in _KINDS}
            if output.sha256 and kinds:
                found.setdefault(output.sha256, set()).update(kinds)
    return found


def _unmet(shot: ShotReview, review: Review) -> Iterator[tuple[Take, list[str]]]:
    """Every take of a shot, with what it does not meet of what is expected now."""
    for take, items in ((shot.before, shot.unmet_before), (shot.after, shot.unmet_after)):
        if take is not None:
            yield take, [item.name for item in items]
    record = review.records.get(shot.address)
    yield from ((take, []) for take in (record.takes if record is not None else ()))


def _kept(file: Path, entries: EntryCache) -> Passages:
    key = _key(file)
    known = entries.get(key) if key is not None else None
    if known is not None:
        with suppress(msgspec.DecodeError):
            return _PASSAGES.decode(known)
    try:
        found = passages(file)
    except MediaError:
        return Passages()
    if key is not None:
        entries.put(key, msgspec.msgpack.encode(found))
    return found


def _key(file: Path) -> str | None:
    """Names a file by the hash that it is named by, and by size and time: it may be damaged, and repaired later."""
    try:
        facts = file.stat()
    except OSError:
        return None
    named = ["passages", _WAY, __version__, file.name, facts.st_size, str(facts.st_mtime_ns)]
    return sha256(canonical_bytes(named)).hexdigest()
