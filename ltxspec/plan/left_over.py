"""The rest of a plan besides the spec's shots: removed shots, and tasks that no shot requests any more."""

from collections.abc import Container, Sequence

from ltxspec.catalog.models import Catalog
from ltxspec.lock.journal import OpenTask
from ltxspec.lock.merge import recorded_tasks
from ltxspec.plan.actions import Action, Change, Reason
from ltxspec.plan.prices import limit_price, listed_price
from ltxspec.plan.recorded import RecordedState
from ltxspec.values import ShotAddress


def left_over(
    spec: str, recorded: RecordedState, wanted: Container[str], catalog: Catalog, changes: Sequence[Change]
) -> list[Change]:
    """Shots removed from the spec, and tasks under way that no shot requests any more (they are still collected).

    Args:
        spec: the name of the spec.
        recorded: what is recorded and under way.
        wanted: the instance keys of the spec.
        catalog: the models.
        changes: the changes decided for the shots of the spec.
    """
    taken = {change.origin for change in changes}
    gone = [
        Change(
            ShotAddress(spec, key), Action.RETIRE, (Reason.NOT_IN_SPEC,), task_id=record.current,
            fingerprint=record.current_take.fingerprint if record.current_take else None,
        )
        for key, record in sorted(recorded.lockfile.shots.items())
        if key not in wanted and key not in taken
    ]  # fmt: skip
    if not recorded.journal.open:
        return gone
    known, resumed = recorded_tasks(recorded.lockfile), {c.task_id for c in changes if c.action is Action.RESUME}
    return gone + [
        _collect(task, spec, catalog, is_known=key in known)
        for key, task in recorded.journal.open.items()
        if key not in resumed and not (task.ended and key in known)
    ]


def _collect(task: OpenTask, spec: str, catalog: Catalog, *, is_known: bool) -> Change:
    """A task that no shot requests; its price is the catalog's, whatever the journal says."""
    intent, is_unclear = task.intent, task.stage == "intent"
    about = "some of its results are recorded" if is_known else "ordered for an earlier version of the spec"
    fate = "it is unknown whether the order arrived; if it did, it is" if is_unclear else "it is"
    estimate = listed_price(catalog, intent.request)
    return Change(
        ShotAddress(spec, intent.instance), Action.RESUME,
        (Reason.OUTCOME_UNKNOWN if is_unclear else Reason.UNDER_WAY,),
        fingerprint=intent.fingerprint, task_id=intent.task_id, estimate=estimate,
        limit_price=limit_price(catalog, intent.request, estimate), retake=intent.retake, attempt=intent.attempt,
        note=f"{about}; {fate} collected and kept as a take",
    )  # fmt: skip
