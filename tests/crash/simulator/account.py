"""The oracle's own account of money: what users asked for and approved, and what the service charged.

It reads journals and lockfiles as raw JSON, and the spec in its own way; it asks nothing of ltxspec.
"""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from crash.bench import SPEC
from crash.simulator.checkout import LOCKFILE, Checkout
from crash.simulator.specs import LISTED, Wish, wish_of, wishes
from crash.simulator.world import Run, World

Json = Any


@dataclass(frozen=True)
class Bought:
    """One charge of a task."""

    task: str
    key: str  # of the instance
    wish: Wish
    place: str


class Account:
    """Judges every order before it is taken, and every charge."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.bought: dict[str, Bought] = {}
        self.retakes: Counter[tuple[str, Wish]] = Counter()  # asked for
        self.order: set[tuple[str, str, str]] = set()  # (checkout and branch, earlier task, later task) of one shot
        self.refused: dict[str, tuple[str, Wish]] = {}  # tasks that were refused before anything was charged
        self._charges = 0
        self._excused: set[str] = set()  # tasks that nothing here or at the service knows of when they are ordered
        self.forgotten: set[str] = set()  # tasks that a user removed from a lockfile on purpose (`lock rm`)

    def before_order(self, run: Run, tasks: Json) -> None:
        """Nothing is sent whose intent is not durable, or that is not exactly what the spec asks for."""
        place = run.place
        for order in tasks:
            task = order["taskUUID"]
            intents = {e["taskUUID"]: e for e in place.journal if e["event"] == "intent"}
            if task not in intents:
                self.world.judge("intent first", f"{task} was sent without its intent in the journal")
                continue
            journal = place.root / ".ltxspec/journal" / f"{SPEC}.jsonl"
            if not self.world.disk.is_durable(journal, place.root, f'"event":"intent","taskUUID":"{task}"'):
                self.world.judge("intent durable", f"{task} was sent while a power failure could take its intent")
            self._check_body(run, order, intents[task]["instance"])
            if self._may_not_know(place, task):
                self._excused.add(task)

    def _check_body(self, run: Run, order: Json, key: str) -> None:
        wish = wish_of(order)
        if isinstance(wish, str):
            self.world.judge("planned body", f"an order with {wish}, which nobody planned")
        elif not any(wishes(text).get(key) == wish for text in run.texts):
            self.world.judge("planned body", f"`{key}` was ordered as {wish}, which the spec does not say")

    def after_order(self, run: Run, tasks: Json) -> None:
        """Look at what was charged for a call."""
        charges = self.world.service.charges()
        new, self._charges = charges[self._charges :], len(charges)
        orders = {order["taskUUID"]: order for order in tasks}
        for order in tasks:
            self._note_refusal(run, order)
        for charge in new:
            order = orders[charge.task]
            wish = wish_of(order)
            if isinstance(wish, str):
                wish = Wish(order["positivePrompt"], order.get("numberResults", 1))
            key = next(e["instance"] for e in reversed(run.place.journal) if e["taskUUID"] == charge.task
                       and e["event"] == "intent")  # fmt: skip
            self._charge(run, Bought(charge.task, key, wish, run.place.name))

    def _note_refusal(self, run: Run, order: Json) -> None:
        """An attempt that was refused is no charge, and the next one has an id of its own."""
        task, wish = order["taskUUID"], wish_of(order)
        taken = self.world.service.store.ever(task) is not None
        if not taken and self.world.service.store.refusal(task) is not None and isinstance(wish, Wish):
            key = next((e["instance"] for e in run.place.journal if e["taskUUID"] == task and "instance" in e), "")
            self.refused[task] = (key, wish)

    def _charge(self, run: Run, bought: Bought) -> None:
        if not run.approved:
            self.world.judge("approval", f"{bought} was charged in a run that nobody approved")
        again = bought.task in self.bought
        if again and bought.task not in self._excused | self.forgotten:
            self.world.judge("paid once", f"{bought.task} was charged twice")
        run.charged.append((bought.task, bought.wish.price))
        self.bought[bought.task] = bought
        if not again:
            self._check_count(run.place, bought)
        self._check_owned(run, bought)
        self._check_limits(run)
        self._note_order(run.place, bought)

    def _may_not_know(self, place: Checkout, task: str) -> bool:
        """Whether a service that forgets, and a checkout that never heard of it, leave no trace of a task."""
        store = self.world.service.store
        forgotten = store.ever(task) is not None and store.task(task) is None
        here = b"".join(place.git("cat-file", "blob", f"{side}:{LOCKFILE}").stdout for side in ("", "HEAD"))
        return forgotten and not (task in place.recorded or task.encode() in here)

    def _check_count(self, place: Checkout, bought: Bought) -> None:
        """Charges are at most: one, those asked for again, those after failures, and those that another shot got."""
        same = [b for b in self.bought.values() if (b.key, b.wish) == (bought.key, bought.wish)]
        failures = sum(self.world.service.failed(b.task) for b in same)
        refused = sum(about == (bought.key, bought.wish) for about in self.refused.values())
        forgotten = sum(b.task in self.forgotten for b in same)
        records = place.lock["shots"].items() if place.lock_bytes else ()
        away = {take["taskUUID"] for key, record in records if key != bought.key for take in record["takes"]}
        moved = sum(b.task in away for b in same)
        allowed = 1 + self.retakes[bought.key, bought.wish] + failures + refused + forgotten + moved
        if len(same) > allowed:
            self.world.judge("wanted", f"`{bought.key}` as {bought.wish} was charged {len(same)} times, not {allowed}")

    def _check_owned(self, run: Run, bought: Bought) -> None:
        """Nothing is bought that this checkout has already, under whatever name, and that is free to be used."""
        if bought.key in run.retakes or self.retakes[bought.key, bought.wish]:
            return  # a retake whose order was lost is sent again by a later run
        holders = [key for key, wish in wishes(run.texts[-1]).items() if wish == bought.wish]
        owned = takes_by_id(run.place.lock_bytes and run.place.lock, bought.wish)
        hidden = not run.place.lock_bytes and run.place.git("cat-file", "-e", f":{LOCKFILE}").returncode == 0
        if hidden:
            index = run.place.git("cat-file", "blob", f":{LOCKFILE}").stdout
            if bought.task.encode() in index or bought.wish.prompt.encode() in index:
                self.world.judge("hidden lockfile", f"{bought} was bought although git knows the lockfile that has it")
        brought = not run.began_with and any(task.encode() in run.place.lock_bytes for task in owned.values())
        if brought and not any(task in dict(run.charged) for task in owned.values()):
            return  # the lockfile that has it came while the command was at work
        if len(set(owned.values())) >= len(holders) and holders:
            self.world.judge("owned", f"{bought} was bought although {sorted(owned)} has it already")

    def _check_limits(self, run: Run) -> None:
        listed = sum((price for _, price in run.charged), Decimal(0))
        reckoned = sum((run.told.get(task, price) for task, price in run.charged), Decimal(0))
        if run.limit is not None and max(listed, reckoned) > run.limit:
            self.world.judge("budget", f"an order beyond --max-cost {run.limit}: {max(listed, reckoned)} by now")
        per_spec = self.world.script.setting.per_spec
        if per_spec is not None:
            recorded = run.place.recorded
            if not run.undisturbed and not run.began_with:  # another actor brought a lockfile while it was at work
                recorded = frozenset(task for task, _ in run.charged)
            known = (recorded | run.place.journalled) - (self.forgotten - recorded)
            spent = sum((b.wish.price for b in self.bought.values() if b.task in known), Decimal(0))
            if spent > Decimal(per_spec):
                self.world.judge("budget of a spec", f"per_spec {per_spec} is passed: {spent} by now")

    def _note_order(self, place: Checkout, bought: Bought) -> None:
        record = place.lock["shots"].get(bought.key) if place.lock_bytes else None
        for take in record["takes"] if record else ():
            if take["taskUUID"] != bought.task:
                self.order.add((where(place), take["taskUUID"], bought.task))

    def after_run(self, run: Run) -> None:
        """A run that spent more than its limit must say so."""
        spent = sum((self._true(task) for task, _ in run.charged), Decimal(0))
        if run.limit is not None and spent > run.limit:
            if run.code == 0:
                self.world.judge(
                    "budget reported", f"{spent} was spent of --max-cost {run.limit}, and the exit code is 0"
                )
            first, listed = run.charged[0]
            dearest = max(self._true(task) for task, _ in run.charged)
            if spent > run.limit + dearest and self._true(first) > listed:  # when it was right, the list is believed
                self.world.judge("fan-out", f"{spent} was spent of --max-cost {run.limit} in orders sent at once")

    def _true(self, task: str) -> Decimal:
        known = self.world.service.store.ever(task)
        return (known.price or LISTED) * known.results if known else Decimal(0)


def where(place: Checkout) -> str:
    """A checkout and what is checked out in it: on another branch a lockfile knows nothing of this one's."""
    return f"{place.name}:{place.git('branch', '--show-current').stdout.decode().strip()}"


def takes_by_id(lock: Json, wish: Wish) -> dict[str, str]:
    """Instance keys (also retired ones) with a take of a wish that succeeded: key -> the one in use, else the last."""
    found = {}
    for section in ("shots", "retired"):
        for key, record in (lock or {}).get(section, {}).items():
            used = [take for take in record["takes"] if take["taskUUID"] == record["current"]]
            for take in [*record["takes"], *used]:
                request = take["request"]
                same = request.get("positivePrompt") == wish.prompt and request.get("numberResults", 1) == wish.results
                if take["status"] == "succeeded" and same:
                    found[f"{section}.{key}"] = take["taskUUID"]
    return found
