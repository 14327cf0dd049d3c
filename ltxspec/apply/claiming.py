"""What several machines agree on before one of them orders: the lease of the spec, and the claim of the task.

Without a store or a remote there is nothing to agree on, and every order may be sent.
"""

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Protocol

from ltxspec.apply.ports import RenderOrder
from ltxspec.errors import LtxspecError
from ltxspec.values import TaskId


@dataclass(frozen=True, slots=True)
class Claim:
    """Who claimed a task before ordering it, and when."""

    holder: str  # a clone; empty: the claim cannot be read
    machine: str
    pid: int
    command: str
    at: str  # RFC 3339
    fence: int | None  # of the lease under which it was claimed
    released: bool = False  # nothing was sent under it, for certain
    is_ours: bool = False  # of this clone, in this run or an earlier one
    is_new: bool = False  # made by this very call

    @property
    def who(self) -> str:
        """The holder in words."""
        if not self.holder:
            return "somebody whose claim cannot be read"
        return f"`{self.command}` (process {self.pid} on {self.machine}, clone {self.holder}) at {self.at}"


class Claims(Protocol):
    """Shared by several machines: of those that want to order the same task, one may. Calls block."""

    def claim(self, order: RenderOrder, fence: int | None, *, take_over: bool) -> Claim:
        """Claim a task, unless somebody has.

        Args:
            order: what is about to be sent.
            fence: of the lease.
            take_over: replace somebody else's claim, with the user's consent.

        Returns:
            The claim in force: this clone's, or somebody else's, under which nothing may be sent from here.

        Raises:
            StorageError: the claims cannot be reached.
        """
        ...

    def release(self, task: TaskId) -> None:
        """Give up this clone's claim, under which certainly nothing was accepted. Raises StorageError."""
        ...


class Leases(Protocol):
    """The leases of a run's specs. Calls may block."""

    def trouble(self, spec: str) -> str | None:
        """Why nothing may be ordered for a spec now; None while its lease is certainly held."""
        ...

    def fence(self, spec: str) -> int | None:
        """The number of the lease."""
        ...


@dataclass(frozen=True, slots=True)
class Denial:
    """Why an order must not be sent now, in words."""

    why: str
    who: str | None = None  # has claimed the task, in words; otherwise nothing more may be ordered by this run

    @property
    def elsewhere(self) -> bool:
        """Whether only this task is denied, because somebody else claimed it."""
        return self.who is not None


@dataclass(frozen=True, slots=True)
class Claiming:
    """Asks before an order is sent; with neither claims nor leases, every order may be.

    Args:
        claims: of tasks.
        leases: of specs.
    """

    claims: Claims | None = None
    leases: Leases | None = None

    def fence(self, spec: str) -> int | None:
        """The number of the lease under which a spec is ordered; None without one."""
        return None if self.leases is None else self.leases.fence(spec)

    async def claim(self, order: RenderOrder, spec: str, *, consent: bool) -> Denial | bool:
        """Claim a task, whose intent is on disk.

        Args:
            order: what is to be sent.
            spec: whose lease.
            consent: the user asked to order it again, whoever claimed it.

        Returns:
            Why it must not be sent; else whether this call made the claim.
        """
        if (denial := await self.lost(spec)) is not None:
            return denial
        if self.claims is None:
            return False
        try:
            found = await asyncio.to_thread(self.claims.claim, order, self.fence(spec), take_over=consent)
        except LtxspecError as error:
            return Denial(f"the task could not be claimed: {error.summary}")
        if found.is_ours:
            return found.is_new
        return Denial(f"{found.who} claimed this task and may have ordered it", found.who)

    async def lost(self, spec: str) -> Denial | None:
        """Why nothing may be ordered any more; None while the lease is certainly held."""
        if self.leases is None:
            return None
        trouble = await asyncio.to_thread(self.leases.trouble, spec)
        return None if trouble is None else Denial(trouble)

    async def release(self, task: TaskId) -> None:
        """Let others order a task, under whose claim certainly nothing was accepted. What fails here harms nobody."""
        if self.claims is not None:
            with contextlib.suppress(LtxspecError):
                await asyncio.to_thread(self.claims.release, task)


UNCLAIMED = Claiming()
