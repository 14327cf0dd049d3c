"""What this machine has ordered since the commit that is checked out: of that, the other shards know nothing.

A shard that is run again has spent a part of its share already, perhaps on orders that failed or were dearer than
listed.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from ltxspec.lock.merge import recorded_tasks
from ltxspec.plan.actions import Change
from ltxspec.plan.budgets import order_of_take
from ltxspec.plan.prices import limit_price, listed_price
from ltxspec.plan.recorded import RecordedState
from ltxspec.plan.shares import Before
from ltxspec.project.committed import checked_out, lockfile_at
from ltxspec.project.project import ProjectContext
from ltxspec.values import Usd


def since_commit(
    project: ProjectContext, changes: Sequence[Change], recorded: Mapping[str, RecordedState], assumed: Usd | None
) -> list[Before]:
    """What the shots of a plan have cost since the commit; nothing where there is no repository.

    Args:
        project: the project.
        changes: the changes of the whole plan.
        recorded: what is recorded now for its specs.
        assumed: what an order of unknown price counts as, in USD.
    """
    commit, known = checked_out(project), dict[str, set[str]]()
    if commit is None:
        return []
    for name in recorded:
        base = lockfile_at(project, commit, name)
        known[name] = set() if base is None else set(recorded_tasks(base))
    found = []
    for change in changes:
        have = recorded.get(change.address.spec)
        record = None if have is None else have.lockfile.shots.get(change.address.instance)
        for take in record.takes if record is not None else ():
            if take.task_id in known[change.address.spec] or take.submitted_at is None:
                continue
            price = limit_price(project.catalog, take.request, listed_price(project.catalog, take.request))
            usd = order_of_take(change.address, take, project.catalog).usd
            planned = price if take.status == "succeeded" else None
            found.append(Before(change, (assumed or Decimal(0)) if usd is None else usd, planned or Decimal(0)))
    return found
