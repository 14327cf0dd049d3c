"""Readable names of clips and files that are unique on every file system. Pure."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping

from ltxspec.canonical import sha256_hex
from ltxspec.spec.names import folded
from ltxspec.values import ShotAddress

_UNSAFE = re.compile(r"[^\w-]+")  # brackets and dots as well: `[1-9]` is a sequence of pictures to editing programs
_LONGEST = 120  # bytes; a file system allows 255, and a number and a suffix follow
_DIGITS = 8
_MOST_DIGITS = 64


def clip_names(addresses: Iterable[ShotAddress]) -> Mapping[ShotAddress, str]:
    """`night_weather-rain-dusk` for `night.weather[rain,dusk]`.

    Letters of every script stay, in the form NFC. Names that a file system could take for one (letter case, Unicode
    form, characters that were replaced) or that were cut get digits of the address's hash.

    Args:
        addresses: all shots of some specs: a name depends on those of its own spec only.
    """
    listed = list(dict.fromkeys(addresses))
    plain = {address: _plain(address) for address in listed}
    count = Counter(map(folded, plain.values()))
    names = {
        address: name if count[folded(name)] == 1 and len(name.encode()) <= _LONGEST else _apart(address, name, _DIGITS)
        for address, name in plain.items()
    }
    return names if _differ(names) else {address: _apart(address, plain[address], _MOST_DIGITS) for address in listed}


def _plain(address: ShotAddress) -> str:
    """The address in characters that are safe everywhere; the spec's name has no `_`, so it ends at the first one."""
    key = unicodedata.normalize("NFC", address.instance)
    return f"{address.spec}_{_UNSAFE.sub('-', key).strip('-') or 'shot'}"


def _apart(address: ShotAddress, name: str, digits: int) -> str:
    short = name.encode()[:_LONGEST].decode("utf-8", "ignore")
    return f"{short}_{sha256_hex(str(address).encode('utf-8', 'surrogatepass'))[:digits]}"


def _differ(names: Mapping[ShotAddress, str]) -> bool:
    return len(set(map(folded, names.values()))) == len(names)
