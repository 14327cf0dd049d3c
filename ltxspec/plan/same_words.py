"""Finds orders whose prompt a take has already, but for line ends or spaces. It decides nothing."""

import shlex
from collections.abc import Iterable, Mapping

from ltxspec.catalog.models import PROMPT
from ltxspec.errors import Diagnostic, Location
from ltxspec.lock.models import Take
from ltxspec.plan.actions import SPENDING, Change, Reason
from ltxspec.plan.differences import request_changes
from ltxspec.plan.recorded import RecordedState, record_under
from ltxspec.render.models import Request
from ltxspec.values import Json

_ON_PURPOSE = frozenset({Reason.RETAKE_REQUESTED, Reason.RETRY_REQUESTED, Reason.LAST_ATTEMPT_FAILED})


def letters(prompt: Json) -> str:
    """A prompt without line ends and spaces: what the template rules of all versions have in common."""
    return "".join(prompt.split()) if isinstance(prompt, str) else ""


def same_words(chosen: Iterable[Change], have: Mapping[str, RecordedState]) -> list[Diagnostic]:
    """A warning for each shot that orders what one of its takes shows but for line ends or spaces of the prompt.

    Args:
        chosen: the changes of the selected shots.
        have: what each spec has recorded.
    """
    found: dict[tuple[str, str], list[tuple[Change, Take]]] = {}
    for change in chosen:
        take = _take_of(change, have)
        if take is not None:
            found.setdefault((change.address.spec, change.address.shot), []).append((change, take))
    return [_warning(*pairs[0], len(pairs) - 1) for pairs in found.values()]


def _take_of(change: Change, have: Mapping[str, RecordedState]) -> Take | None:
    """The newest take of a shot, or of the name that it takes over, that has the words of its order."""
    request = change.request
    if change.action not in SPENDING or request is None or not _ON_PURPOSE.isdisjoint(change.reasons):
        return None
    lockfile = have[change.address.spec].lockfile
    if not lockfile.shots and not lockfile.retired:
        return None
    records = [record_under(lockfile, key) for key in (change.address.instance, change.origin)]
    takes = [take for record in records if record is not None for take in reversed(record.takes)]
    return next((take for take in takes if take.status == "succeeded" and _has_words(take, request)), None)


def _has_words(take: Take, request: Request) -> bool:
    """Whether a take differs from a request in nothing but line ends and spaces of the prompt."""
    if letters(take.request.get(PROMPT)) != letters(request.body.get(PROMPT)):
        return False
    changed = {change.path.split("/")[1] for change in request_changes(take, request)}
    return changed - request.recorded == {PROMPT}


def _warning(change: Change, take: Take, more: int) -> Diagnostic:
    others = f" (and {more:,} more of its instances)" if more else ""
    return Diagnostic(
        "warning",
        "same-words",
        f"`{change.address}`{others} has a take with the same words, and other line ends or spaces in the prompt: "
        f"task {take.task_id}; the new render is new money",
        Location(*change.source) if change.source is not None else None,
        "to keep the take, undo the edit, or write the prompt exactly as it is recorded "
        f"(`ltxspec show {shlex.quote(str(change.address))} --format json`)",
    )
