"""What an edit does to a plan: the shots of which it changes what is to be done, and the difference in money."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ltxspec.errors import Diagnostic, LtxspecError
from ltxspec.plan.actions import Action, Change, Plan, estimate
from ltxspec.values import ShotAddress, Usd


@dataclass(frozen=True, slots=True)
class Edit:
    """The difference between the plan before an edit and the one after it.

    Attributes:
        dirty: changes of the plan after it that the plan before did not have, in its order.
        settled: shots that were to be changed before, and are up to date or gone now.
        usd: by how much the known cost of the plan grew, in US dollars; negative where it fell.
        unknown: by how much the number of unknown prices grew.
    """

    dirty: Sequence[Change]
    settled: Sequence[ShotAddress]
    usd: Usd
    unknown: int

    @property
    def is_empty(self) -> bool:
        """Whether the edit changed nothing that matters."""
        return not self.dirty and not self.settled


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan after a change of files.

    Attributes:
        files: what changed, relative to the project where it is inside; empty for the first plan.
        plan: the plan now.
        edit: the difference from the last plan that there was; None for the first plan.
        warnings: those that the last plan did not have.
        is_mended: whether no plan could be made of the files before.
    """

    files: Sequence[str]
    plan: Plan
    edit: Edit | None = None
    warnings: Sequence[Diagnostic] = ()
    is_mended: bool = False


@dataclass(frozen=True, slots=True)
class Broken:
    """Files of which no plan can be made, as they are while someone writes them."""

    files: Sequence[str]
    error: LtxspecError


def edit_between(before: Plan, after: Plan) -> Edit:
    """Compare two plans of the same project."""
    had = {change.address: _essence(change) for change in before.changes if change.action is not Action.NO_OP}
    has = {change.address: change for change in after.changes if change.action is not Action.NO_OP}
    (usd_before, unknown_before), (usd_after, unknown_after) = _total(before), _total(after)
    return Edit(
        dirty=[change for change in has.values() if had.get(change.address) != _essence(change)],
        settled=[address for address in had if address not in has],
        usd=usd_after - usd_before,
        unknown=unknown_after - unknown_before,
    )


def _essence(change: Change) -> object:
    """What is to be done with a shot, wherever in its file it is written."""
    ids = (change.fingerprint, change.draft, change.task_id)
    return (change.action, change.reasons, change.changes, ids, change.estimate, change.note, change.origin)


def _total(plan: Plan) -> tuple[Decimal, int]:
    sums = estimate(plan.changes)
    return sums.usd + sums.under_way, sums.unknown + sums.under_way_unknown
