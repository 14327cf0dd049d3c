"""What became of the models of a source, as text."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Protocol

import orjson

from ltxspec.catalog.importing.comparing import Difference
from ltxspec.catalog.models import Model
from ltxspec.catalog.settings import Imported
from ltxspec.errors import LtxspecError
from ltxspec.report.terminal import clean
from ltxspec.values import Json

_MARKS: Final = {"added": "+", "removed": "-", "changed": "~"}
_LONGEST: Final = 160  # characters of a value
_MOST: Final = 40  # differences of one model that are listed
_QUIET: Final = frozenset({"unchanged", "by-hand"})
_WORDS: Final = {
    "new": "new", "changed": "changed", "unchanged": "unchanged", "by-hand": "kept: written by hand",
    "unlisted": "not listed any more", "refused": "refused", "unusable": "not usable",
}  # fmt: skip


class Outcome(Protocol):
    """One model that was compared."""

    @property
    def air(self) -> str:
        """The provider's id."""
        ...

    @property
    def what(self) -> str:
        """What became of it."""
        ...

    @property
    def differences(self) -> Sequence[Difference]:
        """Where its file differs."""
        ...

    @property
    def reasons(self) -> Sequence[str]:
        """Why it is refused."""
        ...

    @property
    def notes(self) -> Sequence[str]:
        """What stays."""
        ...


class Compared(Protocol):
    """An imported model, compared with its source."""

    @property
    def model(self) -> Model:
        """The model."""
        ...

    @property
    def pinned(self) -> Imported:
        """Where it comes from."""
        ...

    @property
    def state(self) -> str:
        """`same`, `changed`, `gone` or `unread`."""
        ...

    @property
    def version(self) -> str | None:
        """The version of the source now."""
        ...

    @property
    def problem(self) -> LtxspecError | None:
        """Why the source was not read."""
        ...


def outcome_lines(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """One model after another, with what differs; models that stay as they are are only counted."""
    for one in outcomes:
        if one.what in _QUIET:
            continue
        yield f"{clean(one.air)}: {_WORDS[one.what]}"
        yield from (f"  ! {clean(reason)}" for reason in one.reasons)
        shown = one.differences[:_MOST]
        yield from (f"  {_MARKS[item.kind]} {_difference(item)}" for item in shown)
        if len(one.differences) > len(shown):
            yield f"  … {len(one.differences) - len(shown):,} more"
        yield from (f"  = {clean(note)}" for note in one.notes)


def outcome_total(outcomes: Sequence[Outcome]) -> str:
    """How many models there are of each kind, in one line."""
    counts = Counter(one.what for one in outcomes)
    found = [f"{counts[what]:,} {words}" for what, words in _WORDS.items() if counts[what]]
    return ", ".join(found) or "no model"


def outdated_lines(found: Iterable[Compared]) -> Iterator[str]:
    """The models that are not as their sources say, or whose sources cannot be read."""
    for one in found:
        name, source = clean(one.model.air), clean(one.pinned.source)
        if one.problem is not None:
            hint = one.problem.hint or f"import `{source}` again from where it is now, or leave the model as it is"
            yield f"{name}: not compared: {clean(one.problem.summary)}; {clean(hint)}"
        elif one.state != "same":
            what = "is not listed any more" if one.state == "gone" else "has changed"
            yield f"{name}: {what} in {source} {clean(one.version or '')}".rstrip()


def _difference(item: Difference) -> str:
    place = clean(item.place)
    if item.kind == "added":
        return f"{place}: {_value(item.after)}"
    if item.kind == "removed":
        return place
    return f"{place}: {_value(item.before)} -> {_value(item.after)}"


def _value(value: Json) -> str:
    text = clean(orjson.dumps(value).decode())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
