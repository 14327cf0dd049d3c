"""Warns of references that mean no take, or another one than before: after a merge, a number may mean another take."""

import shlex
from collections.abc import Iterable, Iterator, Mapping

from ltxspec.catalog.pointers import value_at
from ltxspec.errors import Diagnostic, Location
from ltxspec.lock.models import ShotRecord
from ltxspec.plan.actions import Action, Change, Reason
from ltxspec.plan.recorded import RecordedState, record_under
from ltxspec.render.references import Reference, read_name
from ltxspec.values import ShotAddress

Recorded = Mapping[str, RecordedState]


def pin_warnings(chosen: Iterable[Change], have: Recorded) -> list[Diagnostic]:
    """A warning for each selected shot whose source lacks what is asked for, and for each number that changed hands.

    Args:
        chosen: the changes of the selected shots.
        have: what each spec has recorded.
    """
    found = []
    for change in chosen:
        if change.action is Action.HELD and Reason.SOURCE_LACKING in change.reasons:
            found.append(_lacking(change))
        elif change.request is not None and any(reference.take for reference in change.request.references):
            found += _renumbered(change, have)
    return found


def _lacking(change: Change) -> Diagnostic:
    """That a shot waits for something that will not come."""
    sources = ", ".join(f"`ltxspec show {shlex.quote(str(source))}`" for source in change.after)
    hint = f"correct `take`, `result` or `frame`; {sources} lists the takes"
    message = f"`{change.address}` cannot be rendered as it is written: {change.note}"
    return Diagnostic("warning", "source-lacking", message, _place(change), hint)


def _renumbered(change: Change, have: Recorded) -> Iterator[Diagnostic]:
    """The pins of a shot that mean another take than when it was rendered last."""
    request = change.request
    for reference in request.references if request is not None else ():
        record, source = _record(have, change.address), _record(have, reference.source)
        if reference.take is None or record is None or source is None or request is None:
            continue
        before, now = _last_content(record, reference), request.inputs.get(reference.name)
        number = None if before in (None, now) else _number(source, str(before))
        if number is not None and number != reference.take:
            yield Diagnostic(
                "warning",
                "take-renumbered",
                f"take {reference.take} of `{reference.source}` is not the one that `{change.address}` was rendered "
                f"from: that is take {number} now",
                _place(change),
                f"write `take: {number}` to stay with it; takes are numbered in the order in which they were bought, "
                "also after a merge",
            )


def _last_content(record: ShotRecord, reference: Reference) -> str | None:
    """What stood in the place of the reference when the shot was rendered last with a pin, under whatever name."""
    for take in reversed(record.takes):
        name = value_at(take.request, reference.path) if take.status == "succeeded" else None
        before = read_name(name) if isinstance(name, str) else None
        if before is not None and before.take is not None and before.at == reference.at:
            return take.inputs.get(before.name)
    return None


def _number(source: ShotRecord, content: str) -> int | None:
    """Which take of the source has an output with this content."""
    sha256 = content.removeprefix("sha256:").partition("/")[0]
    numbered = enumerate(source.takes, 1)
    return next((number for number, take in numbered if any(each.sha256 == sha256 for each in take.outputs)), None)


def _record(have: Recorded, address: ShotAddress) -> ShotRecord | None:
    state = have.get(address.spec)
    return record_under(state.lockfile, address.instance) if state is not None else None


def _place(change: Change) -> Location | None:
    return Location(*change.source) if change.source is not None else None
