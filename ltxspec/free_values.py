"""What may be recorded of a part of a request whose contents its model leaves open, such as `providerSettings: {…}`.

Nobody knows the names in it, so nobody knows which of them are secret. Words, prose, numbers, ids of media, addresses
and files are kept; texts that look like credentials are not, nor what has the name of one.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from ltxspec.values import Json

_PRIVATE: Final = re.compile(
    r".*(?:key|token|secret|password|passwd|passphrase|auth|authorization|credential|signature|cookie|session|login|user|account|email)s?"
    r"(?:id|name|value|header)?|pass|pwd?|pin|sig|jwt|bearer|headers?"
)
_UUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_FILE: Final = re.compile(
    r"[^?#&=@]*\.(?:png|jpe?g|webp|gif|avif|hei[cf]|tiff?|bmp|mp4|mov|webm|mkv|avi|wav|mp3|ogg|flac|aac|m4a|aiff?)",
    re.IGNORECASE,
)
_PIECE: Final = re.compile(r"[A-Za-z0-9+/=_]{12,}")
_MIXED: Final = re.compile(r"(?=.*[A-Za-z])(?=.*\d)")
_TURN: Final = re.compile(r"[a-z0-9][A-Z]")
_TURNS: Final = 4  # from small to capital letters in one word; names such as `generateAudioTrack` have fewer
_LONGEST_WORD: Final = 30  # letters
_LARGEST_COUNT: Final = 999_999
_LARGEST: Final = 2**32  # numbers beyond the seeds that there are may be credentials


class KnownNames(frozenset[str]):
    """The names of all fields of a model, at any depth, with those whose contents it leaves open."""

    open: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Iterable[str], left_open: Iterable[str]) -> "KnownNames":
        """Names, and those of them that may hold mappings with any names."""
        found = cls(names)
        found.open = frozenset(left_open)
        return found


def left_open_by(known: Collection[str] | None) -> frozenset[str]:
    """Those of the names of a model's fields whose contents it leaves open."""
    return known.open if isinstance(known, KnownNames) else frozenset()


def opened(value: Json, mark: str, known: Collection[str]) -> Json:
    """The value of a field whose contents the model leaves open, guarded; a text in its place is as of any field."""
    if isinstance(value, list | tuple):
        return [opened(item, mark, known) for item in value]
    return guarded(value, mark, known) if isinstance(value, Mapping) else value


def guarded(value: Json, mark: str, known: Collection[str] = ()) -> Json:
    """A JSON value without what may be a credential, which `mark` replaces.

    Args:
        value: the value; addresses in it have no secrets any more.
        mark: the text in the place of a credential.
        known: names of fields whose texts are kept whatever they are.
    """
    if isinstance(value, Mapping):
        return {key: _of_field(key, item, mark, known) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [guarded(item, mark, known) for item in value]
    if isinstance(value, str):
        return mark if _may_be_secret(value) else value
    return mark if type(value) is int and abs(value) > _LARGEST else value


def guarded_at(names: Sequence[str], value: Json, mark: str, known: Collection[str]) -> Json:
    """A value below some names of such a part, as `guarded` would leave it in the whole part."""
    for name in reversed(names):
        value = {name: value}
    found = guarded(value, mark, known)
    for name in names:
        found = found[name]
    return found


def _of_field(name: str, value: Json, mark: str, known: Collection[str]) -> Json:
    if name in known and not isinstance(value, Mapping | list | tuple):
        return value
    if name not in known and _PRIVATE.fullmatch(name.replace("_", "").replace("-", "").lower()):
        return _hidden(value, mark)
    return guarded(value, mark, known)


def _hidden(value: Json, mark: str) -> Json:
    """A value with every text in it replaced, and numbers that are not a count or a length."""
    if isinstance(value, Mapping):
        return {key: _hidden(item, mark) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_hidden(item, mark) for item in value]
    return mark if isinstance(value, str) or (type(value) is int and abs(value) > _LARGEST_COUNT) else value


def _may_be_secret(text: str) -> bool:
    """Whether a text, or a word in it, looks like a key, a token or a hash."""
    if _UUID.fullmatch(text) or "://" in text or _FILE.fullmatch(text):
        return False
    return any(map(_looks_random, _PIECE.findall(text)))


def _looks_random(piece: str) -> bool:
    return bool(_MIXED.match(piece)) or len(_TURN.findall(piece)) >= _TURNS or len(piece) > _LONGEST_WORD
