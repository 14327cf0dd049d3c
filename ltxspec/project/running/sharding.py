"""One shard of a project's plan: the part that this machine applies. Every machine plans the whole."""

from collections.abc import Sequence
from dataclasses import replace

from ltxspec.errors import WrongUsage
from ltxspec.plan.actions import Change, PlanPart, estimate
from ltxspec.plan.planfile import plan_digest
from ltxspec.plan.shards import Shard, heads_of_plan, read_shard, split
from ltxspec.plan.shares import Before, Sharing
from ltxspec.project.plan import ProjectPlan
from ltxspec.values import Usd


def shard_of(text: str | None) -> Shard | None:
    """Read `--shard K/N`; None without the option. Raises WrongUsage."""
    if text is None:
        return None
    try:
        return read_shard(text)
    except ValueError as error:
        raise WrongUsage(str(error), hint="for the second of five machines write --shard 2/5") from None


def part_of(planned: ProjectPlan, shard: Shard | None) -> ProjectPlan:
    """The part of a plan that a shard applies, with the digest of the whole; the whole plan if there is no shard.

    What costs nothing, and what is under way, is in the shard of its shot as well: each shot is changed by one machine.
    """
    if shard is None:
        return planned
    plan, heads = planned.plan, heads_of_plan(_every(planned), planned.rendered)

    def mine(changes: Sequence[Change]) -> list[Change]:
        return [change for change in changes if shard.has(change.address, heads)]

    changes = mine(plan.changes)
    part = replace(
        plan,
        changes=changes,
        outside=mine(plan.outside),
        later=mine(plan.later),
        included=plan.included & {change.address for change in changes},
        doubted={address: remark for address, remark in plan.doubted.items() if shard.has(address, heads)},
        is_part=True,
        part=PlanPart(str(shard), plan_digest(plan), estimate(plan.changes)),
    )
    return replace(planned, plan=part)


def sharing_of(
    planned: ProjectPlan, shard: Shard | None, per_shot: Usd | None, before: Sequence[Before] = ()
) -> Sharing | None:
    """How the limits of a whole plan are divided; None without a shard. `before` is what it ordered already."""
    if shard is None:
        return None
    heads = heads_of_plan(_every(planned), planned.rendered)
    parts = split(planned.changes, shard.count, heads)
    return Sharing(parts, shard.number, per_shot, before)


def _every(planned: ProjectPlan) -> list[Change]:
    plan = planned.plan
    return [*plan.changes, *plan.outside, *plan.later]
