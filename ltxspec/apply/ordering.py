"""Places the orders of a run: first a look at what the provider has, then each shot when its sources are recorded."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ltxspec.apply.chains import Chains
from ltxspec.apply.events import ApplyEvent, EventKind, Outcome, ShotOutcome
from ltxspec.apply.ledger import Ledger
from ltxspec.apply.orders import results_of
from ltxspec.apply.parallelism import Paced, Places
from ltxspec.apply.ports import RenderOrder, TaskReport
from ltxspec.apply.source_takes import SourceMissing
from ltxspec.apply.task import RunContext
from ltxspec.apply.task_finish import held_back, unresolved
from ltxspec.apply.task_start import failed_attempts, order_shot
from ltxspec.errors import LtxspecError, ProviderError
from ltxspec.plan.actions import Action, Change
from ltxspec.plan.graph_selection import sources_first
from ltxspec.values import ShotAddress, TaskId, Usd

_IN_LINE = 3  # times as many orders as there are places: those in them, as many being fetched, and as many next ones


@dataclass(frozen=True, slots=True)
class Order:
    """One planned order, and where it is recorded."""

    change: Change
    ledger: Ledger
    consent: bool  # the user asked to retry the shot


@dataclass(slots=True)
class Ordering:
    """The orders of a run, at most `parallelism` at the service at a time, and as many more that are being fetched.

    Args:
        orders: what is to be ordered.
        context: what the run shares.
        parallelism: the number of tasks at the service at once; fewer while it says that it is too busy.
        chains: the shots that wait for others.
    """

    orders: Sequence[Order]
    context: RunContext
    parallelism: int
    chains: Chains
    _places: Places = field(init=False)
    _shots: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        """Make the places."""
        self._places = Places(self.parallelism, self._say)
        self._shots = asyncio.Semaphore(2 * self.parallelism)
        self.context = replace(
            self.context, provider=Paced(self.context.provider, self._places), rendered=self._places.leave
        )

    def _say(self, text: str) -> None:
        self.context.emit(ApplyEvent(EventKind.SERVICE_BUSY, text))

    async def all(self, before: Sequence[ShotOutcome]) -> list[ShotOutcome]:
        """Place all orders.

        Raises:
            ProviderError: the first look failed, and this run has no outcomes from `before` to report.
        """
        if not self.orders:
            return []
        by_address = {order.change.address: order for order in self.orders}
        planned = [by_address[change.address] for change in sources_first([order.change for order in self.orders])]
        try:
            seen = await look_first(planned, self.context)
        except ProviderError as error:
            if not before:
                raise
            return [held_back(order.change, self.context, error.line) for order in planned]
        first = await self._prove_prices(planned, seen, before)
        return first + await self._in_turn(planned[len(first) :], seen)

    async def _in_turn(self, orders: Sequence[Order], seen: Mapping[TaskId, TaskReport]) -> list[ShotOutcome]:
        """Place orders, each of which begins to wait for its place shortly before its turn: waiting takes memory.

        What follows from other shots waits for them from the start, and takes nobody's turn.
        """
        line = asyncio.Semaphore(_IN_LINE * self.parallelism)
        running: list[asyncio.Task[ShotOutcome]] = []
        try:
            for order in orders:
                is_next = order.change.fingerprint is not None
                if is_next:
                    await line.acquire()
                running.append(asyncio.create_task(self._one(order, seen, self.context)))
                if is_next:
                    running[-1].add_done_callback(lambda _: line.release())
        except BaseException:
            for one in running:
                one.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            raise
        return await run_all(running)

    async def _one(self, order: Order, seen: Mapping[TaskId, TaskReport], context: RunContext) -> ShotOutcome:
        outcome = None
        try:
            outcome = await self._placed(order, seen, context)
        finally:
            self.chains.end(order.change.address, outcome)
        return outcome

    async def _placed(self, order: Order, seen: Mapping[TaskId, TaskReport], context: RunContext) -> ShotOutcome:
        """Place one order once its sources have takes."""
        try:
            change = await self.chains.completed(order.change)
        except SourceMissing as missing:
            return held_back(order.change, context, str(missing))
        async with self._shots, self._place(change):
            if (refusal := context.refusal(change)) is not None:  # once more right before the order
                return held_back(change, context, refusal)
            if change is not order.change:
                running = self._follow(replace(order, change=change), context)
            else:
                running = order_shot(change, order.ledger, context, seen, consent=order.consent)
            return await guarded(running, change.address, change.task_id, change.estimate, context)

    @contextlib.asynccontextmanager
    async def _place(self, change: Change) -> AsyncIterator[None]:
        """A place at the service, until the render is done or the order has ended otherwise."""
        held = change.task_id or change.address
        await self._places.take(held)
        try:
            yield
        finally:
            self._places.leave(held)

    async def _follow(self, order: Order, context: RunContext) -> ShotOutcome:
        """Order a shot that was decided in this run; what is recorded already is not ordered."""
        change = order.change
        if change.action.spends:
            seen = await look_first([order], context)
            return await order_shot(change, order.ledger, context, seen, consent=order.consent)
        if change.action in (Action.UPDATE, Action.RESTORE):
            order.ledger.record([change])
        if change.action in (Action.UPDATE, Action.RESTORE, Action.NO_OP):
            message = "has this render already"
            context.emit(ApplyEvent(EventKind.SHOT_RECORDED, message, change.address, change.task_id))
            return ShotOutcome(change.address, Outcome.RECORDED, change.task_id)
        return held_back(change, context, change.note or "an earlier order of it is not finished")

    async def _prove_prices(
        self, planned: Sequence[Order], seen: Mapping[TaskId, TaskReport], before: Sequence[ShotOutcome]
    ) -> list[ShotOutcome]:
        """With a limit set, order one by one until a first price is known, so that a wrong price list is noticed early.

        A detached run waits for this one render, too.
        """
        outcomes: list[ShotOutcome] = []
        if not self.context.budget.is_limited or len(planned) == 1:
            return outcomes
        ended, waiting = (Outcome.RENDERED, Outcome.COLLECTED), replace(self.context, detach=False)
        while len(outcomes) < len(planned) and not any(item.outcome in ended for item in (*before, *outcomes)):
            if self.context.stop.asked() is not None:
                break
            outcomes.append(await self._one(planned[len(outcomes)], seen, waiting))
        return outcomes


async def look_first(planned: Sequence[Order], context: RunContext) -> Mapping[TaskId, TaskReport]:
    """Ask whether the provider already has any planned task: another machine may have ordered it and crashed.

    Earlier attempts recorded as failed are checked once more, too. Tasks that are not known yet are left out.

    Raises:
        ProviderError: the look failed; nothing is ordered without it.
    """
    wanted: dict[TaskId, RenderOrder] = {}
    earlier: dict[TaskId, RenderOrder] = {}  # polled separately: a look that includes a failed task may fail as a whole
    for order in planned:
        change = order.change
        if change.task_id is None or change.request is None:
            continue
        results = results_of(change.request.body)
        wanted[change.task_id] = RenderOrder(change.task_id, {}, results)
        earlier |= {
            take.task_id: RenderOrder(take.task_id, {}, results) for take in failed_attempts(change, order.ledger)
        }
    seen = await context.provider.poll(list(wanted.values())) if wanted else {}
    return {**(await context.provider.poll(list(earlier.values())) if earlier else {}), **seen}


async def guarded(
    running: Coroutine[Any, Any, ShotOutcome],
    address: ShotAddress,
    task: TaskId | None,
    estimate: Usd | None,
    context: RunContext,
) -> ShotOutcome:
    """Run one shot; an error (such as a full disk) stops further orders but does not affect other shots."""
    try:
        return await running
    except LtxspecError as error:
        context.stop.stop(error.summary)
        message = unresolved(error.line)
        context.emit(ApplyEvent(EventKind.SHOT_UNRESOLVED, message, address, task, estimate, code=error.code))
        return ShotOutcome(address, Outcome.UNRESOLVED, task, estimate, message=error.line)


async def run_all(running: Sequence[Awaitable[ShotOutcome]]) -> list[ShotOutcome]:
    """Run all to completion; an unexpected exception is raised only after all the others have ended."""
    results = await asyncio.gather(*running, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if isinstance(result, ShotOutcome)]
