"""Finds shots that were probably renamed and edited at once, so that a plan can suggest `moved:`."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from ltxspec.errors import Diagnostic, Location
from ltxspec.lock.models import Lockfile
from ltxspec.plan.actions import Action, Change
from ltxspec.values import Json, ShotAddress

_ALIKE = 0.75  # the part of two prompts, in words, that has to be the same
_ALIKE_ROWS = 0.85  # of rows with other keys: prompts of one template are alike anyway
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
    rows: list[tuple[float, Change, Change]] = []
    for change in new:
        scores = [(_likeness(_recorded(lockfiles[old.address.spec], old), _prompt(change)), old) for old in gone]
        likely = [item for item in scores if item[0] >= (_ALIKE if _fits(item[1], change) else _ALIKE_ROWS)]
        best = max(
            likely, key=lambda item: (_fits(item[1], change), item[0], _in_one_spec(item[1], change)), default=None
        )
        if best is not None and _fits(best[1], change):
            old = best[1]
            names = (old.address.spec, old.address.shot, change.address.spec, change.address.shot)
            found.setdefault(names, _suggestion(old, change))
        elif best is not None:
            rows.append((best[0], best[1], change))
    return [*found.values(), *_rows(rows)]


def _rows(pairs: Sequence[tuple[float, Change, Change]]) -> list[Diagnostic]:
    """A warning for each new row that resembles a removed one with another key, with the command that joins them.

    Each removed one is named once, for the row that it is nearest to.
    """
    found: dict[ShotAddress, Diagnostic] = {}
    for _, old, new in sorted(pairs, key=lambda pair: -pair[0]):
        message = f"`{new.address}` is new, and its prompt resembles that of `{old.address}`, which is gone"
        hint = f"if its key was changed, `ltxspec lock mv '{old.address}' '{new.address}'` keeps the earlier takes"
        where = Location(*new.source) if new.source is not None else None
        found.setdefault(old.address, Diagnostic("warning", "maybe-moved", message, where, hint))
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
