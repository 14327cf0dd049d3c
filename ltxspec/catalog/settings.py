"""The `x-ltxspec` block of a model file: what a JSON Schema of its parameters cannot express."""

from collections.abc import Mapping
from typing import Annotated

import msgspec

from ltxspec.catalog.media_facts import KINDS
from ltxspec.formats import Record, matching
from ltxspec.values import Json

Pointer = Annotated[str, matching(r"\A/", "a JSON Pointer")]
Words = Annotated[str, matching(r"\S", "text")]
Date = Annotated[str, matching(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", "a date such as `2026-01-31`")]
Slug = Annotated[str, matching(r"\A[a-z0-9]+(-[a-z0-9]+)*\Z", "lower case words joined by `-`")]
# Above zero, because an unknown price is left out, never 0; and with few digits, so that no product of it becomes 0.
Rate = Annotated[str, matching(r"\A(?!0+(\.0+)?\Z)[0-9]{1,9}(\.[0-9]{1,18})?\Z", "a decimal string above zero")]
Confidence = Annotated[str, matching(r"\A(verified|inferred|unverified)\Z", "`verified`, `inferred` or `unverified`")]

# retired: the provider takes no orders for it; unlisted: it is gone from the provider's lists, and may still render
Status = Annotated[str, matching(r"\A(active|retired|unlisted)\Z", "`active`, `retired` or `unlisted`")]
Digest = Annotated[str, matching(r"\Asha256:[0-9a-f]{64}\Z", "a digest such as `sha256:…`")]

MediaKind = Annotated[str, matching(r"\A(image|audio|video)\Z", "`image`, `audio` or `video`")]
_FORMATS = "|".join(name for formats in KINDS.values() for name in formats)
MediaFormat = Annotated[str, matching(rf"\A({_FORMATS})\Z", "a format such as `PNG`, `WAV` or `MP4`")]
Count = Annotated[int, msgspec.Meta(ge=1)]


class ListForm(Record, frozen=True):
    """How the items of one list may be abbreviated."""

    path: Pointer
    shorthand: Words | None = None  # a plain item means {shorthand: item}
    omitted: Mapping[str, tuple[Mapping[str, Json], ...]] = msgspec.field(default_factory=dict)  # by number of items

    def __post_init__(self) -> None:
        """Refuse a list that is not under its number of items."""
        if any(number != str(len(items)) for number, items in self.omitted.items()):
            raise ValueError("Field `omitted` must be an object of lists of objects, each under its number of items")


class Implied(Record, frozen=True):
    """One parameter that follows from another."""

    when: Pointer
    values: tuple[Json, ...] = msgspec.field(name="is")
    path: Pointer = msgspec.field(name="set")
    to: str | int | float | bool
    unless_given: bool = False


class Defaults(Record, frozen=True):
    """Which defaults are sent with every order, which apply together, and which forms are equivalent."""

    sent: tuple[Pointer, ...]
    together: tuple[tuple[Pointer, ...], ...] = ()
    unless: Mapping[str, tuple[Pointer, ...]] = msgspec.field(default_factory=dict)
    lists: tuple[ListForm, ...] = ()
    implied: tuple[Implied, ...] = ()


class Sourced(Record, frozen=True, kw_only=True):
    """Something that is known from somewhere, and how surely."""

    confidence: Confidence
    source: Words
    date: Date


class PriceLine(Sourced, frozen=True, kw_only=True):
    """One line of a price table."""

    at: tuple[str | int | float | bool, ...]
    usd_per_second: Rate


class PriceTable(Record, frozen=True):
    """What a second costs, by the values of the parameters in `by`."""

    unit: Words
    seconds: Pointer
    results: Pointer
    by: tuple[Pointer, ...]
    rows: tuple[PriceLine, ...]


class MediaLimit(Sourced, frozen=True, kw_only=True):
    """What the provider accepts as an image, a sound or a video in some places of a request."""

    at: tuple[Pointer, ...]  # of those in `media`
    kind: MediaKind
    formats: tuple[MediaFormat, ...] = ()  # empty: not stated
    max_bytes: Count | None = None
    min_side: Count | None = None  # pixels
    max_side: Count | None = None
    max_seconds: Count | None = None
    fills: bool = False  # whether it becomes a whole frame of the video, so that its aspect matters

    def __post_init__(self) -> None:
        """Refuse formats of another kind."""
        if wrong := [name for name in self.formats if name not in KINDS[self.kind]]:
            raise ValueError(f"Field `formats` names `{wrong[0]}`, which is not a format of kind `{self.kind}`")


class Fact(Sourced, frozen=True, kw_only=True):
    """Something that the file rests on."""

    fact: Words


class Decision(Record, frozen=True):
    """What was decided where sources differ or say nothing."""

    about: Words
    decision: Words
    why: Words
    date: Date


class Imported(Record, frozen=True, kw_only=True):
    """Where a file that `models import` wrote comes from, pinned."""

    source: Words  # an address, a file's name, or an installed package
    date: Date  # of the source's version; without one, when it was read
    hash: Digest  # of what the source says about this model
    version: Words | None = None  # of the source
    types_only: bool = False  # it has neither bounds nor defaults


class Settings(Record, frozen=True):
    """The whole block."""

    air: Words
    slug: Slug
    name: Words
    task_type: Words
    provider: Words
    creator: Words
    recorded: tuple[Words, ...]  # parameters that are recorded with a take and do not change the video
    delivery: tuple[Words, ...]  # parameters that say where results go
    order: tuple[Words, ...]  # parameters that belong to one order
    media: tuple[Pointer, ...]  # where images and sound may be; `*` is any position of a list
    defaults: Defaults
    price: PriceTable
    facts: tuple[Fact, ...]
    decisions: tuple[Decision, ...] = ()
    media_limits: tuple[MediaLimit, ...] = ()
    renamed: Mapping[Pointer, tuple[Pointer, ...]] = msgspec.field(default_factory=dict)  # its names in other models
    released: Date | None = None  # None: not known
    status: Status = "active"
    status_date: Date | None = None  # since when, or when it was noticed
    replaced_by: Words | None = None  # AIR of the model to use instead
    imported: Imported | None = None


class RuleWords(Record, frozen=True):
    """`x-problem`: what is said when a rule of the schema is broken."""

    message: Words
    code: Words | None = None
    path: Pointer | None = None
    hint: Words | None = None
