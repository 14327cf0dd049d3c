"""Plans shots that follow from each other. Pure.

Requests are completed with the takes that are recorded for their sources, planned, and planned again as long as the
plan gives a source another take than was assumed.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import count

from ltxspec.lock.models import ShotRecord
from ltxspec.lock.verdicts import Remark
from ltxspec.plan.actions import Change
from ltxspec.plan.holding import with_held
from ltxspec.plan.recorded import RecordedState
from ltxspec.plan.selection import Selection
from ltxspec.plan.sources import Sources
from ltxspec.render.models import RenderedSpec
from ltxspec.values import TaskId

Offered = Mapping[str, ShotRecord]  # address in another spec -> the takes there
Planned = tuple[list[Change], dict[str, Offered]]  # the changes, and what each spec may take over
Verdicts = Callable[[], Mapping[TaskId, Remark]]  # the deciding remark of each take; called only if a shot has a gate

_MORE_ROUNDS = 3  # than there are links in the longest chain


def planned_in_order(
    specs: Sequence[RenderedSpec],
    have: Mapping[str, RecordedState],
    selection: Selection,
    verdicts: Verdicts,
    plan: Callable[[Sequence[RenderedSpec]], Planned],
) -> Planned:
    """Plan specs, with what each shot takes from others.

    Args:
        specs: the specs.
        have: what each of them has recorded.
        selection: the retakes that are requested.
        verdicts: what was decided about takes.
        plan: plans specs whose references are completed as far as they are known.
    """
    sources = Sources(specs, {name: state.lockfile for name, state in have.items()})
    if not sources.order:
        return plan(specs)
    changes, offered = _settled(sources, selection, plan)
    return with_held(changes, sources, verdicts() if sources.has_gates else {}), offered


def _settled(sources: Sources, selection: Selection, plan: Callable[[Sequence[RenderedSpec]], Planned]) -> Planned:
    """The plan in which every reference means the take that its source has after it."""
    kept = sources.as_recorded(selection)
    for planned in count(1):
        changes, offered = plan(sources.completed(kept))
        known = sources.taken_over
        now = sources.kept_by(changes, offered)
        if now == kept and sources.taken_over == known:
            return changes, offered
        kept = now
        if planned >= _MORE_ROUNDS and planned >= sources.depth + _MORE_ROUNDS:
            break
    return plan(sources.completed({}))  # takes change hands in a circle: none of them is certain
