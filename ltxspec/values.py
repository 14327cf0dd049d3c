"""Small value types: addresses, task ids, fingerprints, money. They prevent mix-ups."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal, NamedTuple, NewType

Fingerprint = NewType("Fingerprint", str)  # "v1:sha256:<64 hex digits>"
TaskId = NewType("TaskId", str)  # a v4-shaped UUID, lower case
Moment = Literal["first", "last"] | float  # a time in a video; a number is in seconds from its first frame
GROUPINGS = ("spec", "shot", "month", "model")  # what costs are grouped by, besides `label:KEY`
Usd = Decimal  # US dollars; None means unknown, which is never the same as 0

Json = Any  # a JSON value at the boundary; inside, use a specific type

_MOST_DIGITS = 18  # of an amount before or after the decimal point: more must be a mistake, or an attack


class ShotAddress(NamedTuple):
    """`spec.shot` or `spec.shot[key]`: the user-visible name of one instance of a shot.

    A tuple, because plans look up tens of thousands of them.
    """

    spec: str
    instance: str  # "alley" or "weather[rain,dusk]": the key of the shot in the lockfile

    @property
    def shot(self) -> str:
        """The name in the spec, without the instance's key."""
        return self.instance.partition("[")[0]

    def __str__(self) -> str:
        return f"{self.spec}.{self.instance}"


def parse_address(text: str) -> ShotAddress:
    """Read `spec.shot[key]`. Raises ValueError if the spec, the dot or the shot is missing."""
    spec, dot, instance = text.partition(".")
    if not dot or not spec or not instance:
        raise ValueError(f"`{text}` is not an address of the form spec.shot or spec.shot[key]")
    return ShotAddress(spec, instance)


def foreign_address(origin: str) -> ShotAddress | None:
    """The address that an origin names in another spec (`day.alley`); None for a key of the same spec (`alley`)."""
    shot, bracket, key = origin.partition("[")
    spec, dot, name = shot.partition(".")
    return ShotAddress(spec, name + bracket + key) if dot and spec and name else None


def typed_address(text: str) -> str:
    """An address or a pattern as typed: `spec.shot/key`, which no shell reads as a pattern, is `spec.shot[key]`."""
    if "/" not in text:
        return text
    head, slash, key = text.partition("/")
    return f"{head}[{key}]" if slash and key and "[" not in head and "." in head else text


def parse_usd(value: object) -> Usd | None:
    """Read an amount in USD from JSON (string, integer or float); None for anything that is not a plausible number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    try:
        text = str(value)
        amount = Decimal(text if text.isascii() and "_" not in text else "nan")  # Python accepts digits of every script
    except (InvalidOperation, ValueError):  # ValueError: an integer of thousands of digits
        return None
    return amount if amount.is_finite() and abs(amount.adjusted()) <= _MOST_DIGITS else None


def format_usd(amount: Usd) -> str:
    """Write an amount as a decimal string with at least two decimals: `0.48`, `4.80`, `0.605`."""
    text = format(amount.normalize(), "f")
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.ljust(2, '0')}"


def dollars(amount: Usd) -> str:
    """An amount for people: `$0.48`, `$1,234.50`."""
    whole, dot, decimals = format_usd(amount).partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}${int(digits):,}{dot}{decimals}"


def money_text(amount: Usd | None, unknown: str = "cost unknown", known: str = "{}") -> str:
    """`$0.48` for people, put into `known`; or `unknown`, which is never shown as 0."""
    return unknown if amount is None else known.format(dollars(amount))


def total_usd(amounts: Iterable[Usd | None]) -> tuple[Usd, int]:
    """Sum the known amounts and count the unknown ones: (sum, number of unknown amounts)."""
    known, unknown = Decimal(0), 0
    for amount in amounts:
        if amount is None:
            unknown += 1
        else:
            known += amount
    return known, unknown


CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # not allowed in any text of a request
_WEB_ADDRESS: Final = re.compile(r"https?://[^\s\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,4096}", re.IGNORECASE)


def control_in(value: Json) -> str | None:
    """The first control character in the texts of a JSON value, as `U+001B`; None if there is none.

    Tabs and line ends do not count.
    """
    if isinstance(value, str):
        found = CONTROL.search(value)
        return character_name(found[0]) if found else None
    parts = [*value, *value.values()] if isinstance(value, Mapping) else value
    return next(filter(None, map(control_in, parts)), None) if isinstance(parts, list | tuple) else None


def character_name(character: str) -> str:
    """The name of an unprintable character: `U+001B`."""
    return f"U+{ord(character):04X}"


def is_web_address(text: str) -> bool:
    """Whether a text is an http or https address: only such are recorded, followed or offered as a link."""
    return _WEB_ADDRESS.fullmatch(text) is not None
