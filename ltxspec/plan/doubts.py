"""Takes that a plan keeps although people decided against them: a warning, and never a reason to buy."""

import shlex
from collections.abc import Callable, Iterable, Mapping

from ltxspec.errors import Diagnostic
from ltxspec.lock.models import Lockfile
from ltxspec.lock.verdicts import Remark, Verdict
from ltxspec.plan.actions import Action, Change
from ltxspec.values import ShotAddress, TaskId

DOUBTED = "doubted-take"
UNREAD = "verdicts"
AHEAD_OF_TIME = "future-approval"
ABOUT_VERDICTS = frozenset({DOUBTED, UNREAD, AHEAD_OF_TIME})  # codes of warnings that are no part of what a plan does
_KEPT = frozenset({Action.NO_OP, Action.UPDATE, Action.RESTORE, Action.MOVE})  # actions that use a take as it is


def doubted(changes: Iterable[Change], remarks: Mapping[TaskId, Remark]) -> dict[ShotAddress, Remark]:
    """The shots that keep a take which was rejected or needs work, with the deciding remark."""
    if not remarks:
        return {}
    return {
        change.address: remark
        for change in changes
        if change.action in _KEPT and change.task_id is not None
        if (remark := remarks.get(change.task_id)) is not None and remark.is_against
    }


def doubt_warning(found: Mapping[ShotAddress, Remark], lockfile_of: Callable[[str], Lockfile]) -> list[Diagnostic]:
    """One warning for all of them; none without any.

    Args:
        found: the shots, with the deciding remark.
        lockfile_of: gives the lockfile of a spec.
    """
    if not found:
        return []
    verdicts = [remark.verdict for remark in found.values()]
    kinds = {"rejected": verdicts.count(Verdict.REJECTED), "needs work": verdicts.count(Verdict.NEEDS_WORK)}
    counts = ", ".join(f"{number:,} {name}" for name, number in kinds.items() if number)
    first = next(iter(found))
    name = shlex.quote(str(first))
    if len(found) == 1:
        message = f"the take that `{first}` uses is decided against ({counts}), and is not rendered again by itself"
    else:
        message = f"{len(found):,} shots use takes that are decided against ({counts}), and are not rendered again"
    which = "" if len(found) == 1 else "; `-v` and `--format json` list them"
    free = f"`ltxspec pick {name} --take N` uses another take of it (`ltxspec show {name}` lists them); "
    hint = f"`--retake {name}` renders it once more, for its full price{which}"
    hint = f"{free}{hint}" if _has_another(lockfile_of(first.spec), first.instance) else hint
    return [Diagnostic("warning", DOUBTED, message, hint=hint)]


def _has_another(lockfile: Lockfile, instance: str) -> bool:
    """Whether another take of the same request could be used instead, which costs nothing."""
    record = lockfile.shots.get(instance)
    current = record.current_take if record is not None else None
    return (
        current is not None
        and record is not None
        and any(
            take.status == "succeeded" and take.fingerprint == current.fingerprint and take is not current
            for take in record.takes
        )
    )
