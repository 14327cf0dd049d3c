"""Finds shots that were probably renamed and edited at once, so that a plan can suggest `moved:`."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from ltxspec.errors import Diagnostic, Location
from ltxspec.lock.models import Lockfile
from ltxspec.plan.actions import Action, Change
from ltxspec.values import Json

_ALIKE = 0.75  # the part of two prompts, in words, that has to be the same
_MOST_PAIRS = 400  # of removed and new shots; comparing more would slow the plan down
_MOST_WORDS = 500


def renamed(changes: Sequence[Change], lockfiles: Mapping[str, Lockfile]) -> list[Diagnostic]:
    """A warning for each new shot whose prompt is that of a removed one, or near it, also of another spec.

    A removed shot with exactly the same request needs no `moved:`: its takes are moved without it.

    Args:
        changes: the changes of a plan.
        lockfiles: what is recorded for its specs.
    """
    gone = [change for change in changes if change.action is Action.RETIRE]
    new = [change for change in changes if change.action is Action.CREATE]
    if not gone or not new or len(gone) * len(new) > _MOST_PAIRS:
        return []
    found: dict[tuple[str, ...], Diagnostic] = {}
    for change in new:
        scores = [
            (_likeness(_recorded(lockfiles[old.address.spec], old), _prompt(change)), old)
            for old in gone
            if _fits(old, change)
        ]
        score, old = max(scores, key=lambda item: (item[0], _in_one_spec(item[1], change)), default=(0.0, change))
        if score >= _ALIKE:
            names = (old.address.spec, old.address.shot, change.address.spec, change.address.shot)
            found.setdefault(names, _suggestion(old, change))
    return list(found.values())


def _in_one_spec(old: Change, new: Change) -> bool:
    return old.address.spec == new.address.spec


def _fits(old: Change, new: Change) -> bool:
    """Whether `moved:` can lead from one to the other: it names shots, and their instances keep their keys."""
    return old.address.instance.partition("[")[2] == new.address.instance.partition("[")[2]


def _recorded(lockfile: Lockfile, change: Change) -> list[str]:
    record = lockfile.shots.get(change.address.instance)
    take = record.current_take if record is not None else None
    return _words(take.request.get("positivePrompt")) if take is not None else []


def _prompt(change: Change) -> list[str]:
    return _words(change.request.body.get("positivePrompt")) if change.request is not None else []


def _words(prompt: Json) -> list[str]:
    return prompt.split()[:_MOST_WORDS] if isinstance(prompt, str) else []


def _likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """The part of two texts that is the same, from 0 to 1; 0 if one is empty."""
    if not one or not other:
        return 0.0
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE else 0.0


def _suggestion(old: Change, new: Change) -> Diagnostic:
    verb = "renamed" if _in_one_spec(old, new) else "moved here"
    where = Location(new.source[0], new.source[1], new.source[2]) if new.source is not None else None
    name = old.address.shot if _in_one_spec(old, new) else f"{old.address.spec}.{old.address.shot}"
    return Diagnostic(
        "warning",
        "maybe-moved",
        f"`{new.address.spec}.{new.address.shot}` is new, and its prompt resembles that of `{name}`, which is gone",
        where,
        f"if it was {verb}, write `moved: {name}` in it: it then keeps the earlier takes",
    )
