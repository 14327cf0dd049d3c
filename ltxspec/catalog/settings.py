"""The `x-ltxspec` block of a model file: what a JSON Schema of its parameters cannot express."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

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
Amount = Annotated[str, matching(r"\A[0-9]{1,9}(\.[0-9]{1,18})?\Z", "a decimal string, 0 or more")]
Unit = Annotated[
    str,
    matching(r"\A(second|inputSecond|image|result)\Z", "`second`, `inputSecond`, `image` or `result`"),
]
Measure = Annotated[
    str,
    matching(r"\A(pixels|shorterSide|value|count|given)\Z", "`pixels`, `shorterSide`, `value`, `count` or `given`"),
]
Column = Annotated[str, matching(r"\A(/|[a-z][a-zA-Z0-9]*\Z)", "a JSON Pointer, or a name of `classes`")]
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

    left_out: ClassVar[frozenset[str]] = frozenset({"seen"})

    at: tuple[str | int | float | bool, ...]
    usd_per_second: Rate
    seen: tuple[tuple[str | int | float | bool | None, ...], ...] | None = None  # values of `choices`; None: any


class PartLine(Sourced, frozen=True, kw_only=True):
    """One line of a part of a price. Here 0 is a fact: a source says that it adds nothing."""

    at: tuple[str | int | float | bool, ...]
    usd: Amount


class PricePart(Record, frozen=True):
    """One part of a price: an amount of something, at a rate."""

    per: Unit
    rows: tuple[PartLine, ...]
    by: tuple[Column, ...] = ()
    of: Pointer | None = None  # the seconds, or where the images, sounds or videos are
    included: Amount = "0"  # how many of them cost nothing

    def __post_init__(self) -> None:
        """Refuse a part that does not say what is counted, or says it where nothing is."""
        if (self.of is None) != (self.per == "result"):
            raise ValueError(f"Field `of` must {'not be there' if self.per == 'result' else 'say what is counted'}")


class PriceClass(Record, frozen=True):
    """A column of a price that is not a parameter itself: a class of sizes, a number of items, whether it is given."""

    of: tuple[Pointer, ...]
    measure: Measure
    up_to: Mapping[str, float] = msgspec.field(default_factory=dict)  # label -> the most that belongs to it

    def __post_init__(self) -> None:
        """Refuse classes without bounds, and bounds of what has none."""
        if (not self.up_to) != (self.measure in ("given", "count")):
            raise ValueError("Field `upTo` must have the bounds of a measure that is a number, and of no other")
        if len(self.of) != (1 if self.measure in ("given", "count", "value") else 2):
            raise ValueError("Field `of` must name width and height, or one parameter, as `measure` needs")


class PriceExample(Record, frozen=True, kw_only=True):
    """A request whose price is published: the price of the file must come out as this."""

    left_out: ClassVar[frozenset[str]] = frozenset({"inputSeconds"})

    parameters: Mapping[str, Json]
    usd: Rate
    source: Words
    date: Date
    input_seconds: Mapping[Pointer, Rate] | None = None  # of the sounds and videos in it


class PriceTable(Record, frozen=True):
    """What a second costs, by the values of the parameters in `by`; or the sum of `parts`."""

    left_out: ClassVar[frozenset[str]] = frozenset(
        {"seconds", "results", "parts", "classes", "assumed", "choices", "examples"}
    )

    unit: Words
    by: tuple[Pointer, ...]
    rows: tuple[PriceLine, ...]
    seconds: Pointer | None = None
    results: Pointer | None = None  # None: each request has one result
    parts: tuple[PricePart, ...] | None = None
    classes: Mapping[str, PriceClass] | None = None
    assumed: Mapping[Pointer, str | int | float | bool] | None = None  # where left out, and the schema has no default
    choices: tuple[Pointer, ...] | None = None  # a rate with `seen` is known for the values in it, and for no others
    examples: tuple[PriceExample, ...] | None = None

    def __post_init__(self) -> None:
        """Refuse a table that has both forms, or neither: a part that is forgotten would make the price too low."""
        if self.parts is None and self.seconds is None:
            raise ValueError("Field `seconds` is missing")
        if self.parts is not None and (self.seconds is not None or self.by or self.rows or not self.parts):
            raise ValueError("Field `parts` must be the whole price: without `seconds`, with empty `by` and `rows`")
        if any(len(values) != len(self.choices or ()) for row in self.rows for values in row.seen or ()):
            raise ValueError("Field `seen` must have one value for each pointer of `choices`")

    @property
    def inputs(self) -> tuple[str, ...]:
        """The pointers of every parameter that the price depends on."""
        named = [self.seconds, self.results, *self.by, *(self.assumed or {})]
        for part in self.parts or ():
            named += [part.of, *(column for column in part.by if column.startswith("/"))]
        for known in (self.classes or {}).values():
            named += known.of
        return tuple(dict.fromkeys(name for name in named if name is not None))


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


class Latency(Sourced, frozen=True, kw_only=True):
    """How long a render usually takes: so many seconds, and more for each second of video."""

    left_out: ClassVar[frozenset[str]] = frozenset({"perSecond"})

    seconds: Annotated[float, msgspec.Meta(ge=0, le=86400)]
    per_second: Annotated[float, msgspec.Meta(gt=0, le=3600)] | None = None


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
    latency: Latency | None = None  # None: not known


class RuleWords(Record, frozen=True):
    """`x-problem`: what is said when a rule of the schema is broken."""

    message: Words
    code: Words | None = None
    path: Pointer | None = None
    hint: Words | None = None
