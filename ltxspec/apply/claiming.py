"""What several machines agree on before one of them orders: the lease of the spec, and the claim of the task.

Without a store or a remote there is nothing to agree on, and every order may be sent.
"""

import asyncio
import contextlib
from dataclasses import dataclass

from ltxspec.apply.ports import Claims, Leases, RenderOrder
from ltxspec.errors import LtxspecError
from ltxspec.values import TaskId


@dataclass(frozen=True, slots=True)
class Denial:
    """Why an order must not be sent now, in words."""

    why: str
    elsewhere: bool = False  # somebody else claimed the task; otherwise nothing more may be ordered by this run


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
        return Denial(
            f"{found.who} claimed this task and may have ordered it: `ltxspec collect` there goes on; once it is "
            "certain that nothing was ordered, `ltxspec apply --retry` here takes it over",
            elsewhere=True,
        )

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
