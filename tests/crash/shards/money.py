"""The oracle's own account of shards: which of them ordered what, and that together they stay within every limit."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from crash.graphs.films import wishes
from crash.graphs.money import Account
from crash.shards.world import ShardWorld
from crash.simulator.world import Run


class ShardAccount(Account):
    """Judges every order and every charge of machines that apply one plan together."""

    def __init__(self, world: ShardWorld) -> None:
        super().__init__(world)
        self._owners: dict[str, str] = {}  # smallest address of a graph -> the shard that ordered for it
        self._spent: dict[str, Decimal] = defaultdict(Decimal)  # the most that one run of each shard spent, in USD

    def before_order(self, run: Run, tasks: Any) -> None:
        """The graph of a shot is ordered by one shard only, whichever machine runs it."""
        super().before_order(run, tasks)
        shard = shard_of(run)
        for order in tasks if shard else ():
            address = self._names.get(order["taskUUID"], "")
            owner = self._owners.setdefault(head_of(address, run.texts[0]), shard)
            if owner != shard:
                self.world.judge("one shard", f"`{address}` was ordered by shard {shard}, and its graph by {owner}")

    def _charge(self, run: Run, task: str) -> None:
        super()._charge(run, task)
        self._check_sum(run)
        per_spec = self.world.script.setting.per_spec
        for spec in {name.partition(".")[0] for name in self._names.values()} if per_spec is not None else ():
            named = [scene for one, scene in self.bought.items() if self._names[one].partition(".")[0] == spec]
            spent = sum((scene.price for scene in named), Decimal(0))
            if spent > Decimal(per_spec or 0):
                self.world.judge("budget of a spec", f"per_spec {per_spec} is passed: {spent} for `{spec}` by now")

    def _check_sum(self, run: Run) -> None:
        """What the shards spend of one `--max-cost`, which is that of the whole plan; a repeated run is a new one."""
        shard = shard_of(run)
        if not shard or run.limit is None:
            return
        self._spent[shard] = max(self._spent[shard], sum((price for _, price in run.charged), Decimal(0)))
        if sum(self._spent.values()) > run.limit:
            self.world.judge("budget of shards", f"--max-cost {run.limit} is passed: {dict(self._spent)}")


def shard_of(run: Run) -> str:
    """Which shard a command applies; empty without one."""
    return run.arguments[run.arguments.index("--shard") + 1] if "--shard" in run.arguments else ""


def head_of(address: str, text: str) -> str:
    """The smallest address of all that a shot follows from, or that follow from it, however far."""
    links = [(one, link.source) for one, wish in wishes(text).items() for link in wish.links]
    found, reached = {address}, {address}
    while reached:
        reached = {end for pair in links if found & set(pair) for end in pair} - found
        found |= reached
    return min(found)
