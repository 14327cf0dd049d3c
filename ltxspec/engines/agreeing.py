"""Claims and leases in a spread run: the driver has them, and shards ask it before each order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from ltxspec.apply.claiming import UNCLAIMED, Claim, Claiming, Claims, Leases
from ltxspec.apply.ports import RenderOrder
from ltxspec.values import TaskId

Ask = Callable[..., Any]  # a kind of question, and its arguments -> the driver's answer


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the run has agreed on with other machines, as sent to a shard."""

    claims: bool = False  # whether tasks are claimed
    fences: Mapping[str, int | None] | None = None  # of the leases, by spec; None: there are no leases


@dataclass(frozen=True, slots=True)
class AskedClaims:
    """`apply.claiming.Claims`, made by the driver."""

    ask: Ask

    def claim(self, order: RenderOrder, fence: int | None, *, take_over: bool) -> Claim:
        """See `Claims.claim`."""
        return cast("Claim", self.ask("claim", order, fence, take_over))

    def release(self, task: TaskId) -> None:
        """See `Claims.release`."""
        self.ask("unclaim", task)


@dataclass(frozen=True, slots=True)
class AskedLeases:
    """`apply.claiming.Leases`, held by the driver."""

    ask: Ask
    fences: Mapping[str, int | None]

    def trouble(self, spec: str) -> str | None:
        """See `Leases.trouble`."""
        return cast("str | None", self.ask("lease", spec))

    def fence(self, spec: str) -> int | None:
        """See `Leases.fence`."""
        return self.fences.get(spec)


def agreed_by(claiming: Claiming, specs: "list[str]") -> Agreed:
    """The driver's claims and leases, as sent to a shard."""
    leases = claiming.leases
    return Agreed(claiming.claims is not None, None if leases is None else {spec: leases.fence(spec) for spec in specs})


def asking(ask: Ask, agreed: Agreed) -> Claiming:
    """What the engine of a shard asks before each order."""
    if not agreed.claims and agreed.fences is None:
        return UNCLAIMED
    claims: Claims | None = AskedClaims(ask) if agreed.claims else None
    leases: Leases | None = None if agreed.fences is None else AskedLeases(ask, agreed.fences)
    return Claiming(claims, leases)


def answers(claiming: Claiming) -> Mapping[str, Callable[..., object]]:
    """The driver's answers, by kind of question."""
    claims, leases = claiming.claims, claiming.leases
    found: dict[str, Callable[..., object]] = {}
    if claims is not None:
        found["claim"] = lambda _, order, fence, take_over: claims.claim(order, fence, take_over=take_over)
        found["unclaim"] = lambda _, task: claims.release(task)
    if leases is not None:
        found["lease"] = lambda _, spec: leases.trouble(spec)
    return found
