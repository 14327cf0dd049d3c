import asyncio
from dataclasses import dataclass, field

from ltxspec.apply.claiming import UNCLAIMED, Claim, Claiming, Denial
from ltxspec.apply.ports import RenderOrder
from ltxspec.engines.agreeing import agreed_by, answers, asking
from ltxspec.values import TaskId

TASK = TaskId("2f1c6f0e-0000-4000-8000-000000000001")
ORDER = RenderOrder(TASK, {}, 1)


@dataclass
class DriverClaims:
    """`apply.claiming.Claims` of a driver."""

    ours: bool = True
    asked: list[tuple[RenderOrder, int | None, bool]] = field(default_factory=list)
    released: list[TaskId] = field(default_factory=list)

    def claim(self, order: RenderOrder, fence: int | None, *, take_over: bool) -> Claim:
        self.asked.append((order, fence, take_over))
        return Claim(
            "clone", "machine", 7, "ltxspec apply", "2026-11-29T12:00:00Z", fence, is_ours=self.ours, is_new=True
        )

    def release(self, task: TaskId) -> None:
        self.released.append(task)


@dataclass
class DriverLeases:
    """`apply.claiming.Leases` of a driver."""

    lost: str | None = None

    def trouble(self, spec: str) -> str | None:
        return self.lost and f"{spec}: {self.lost}"

    def fence(self, spec: str) -> int | None:
        return {"night": 4}.get(spec)


def shard_of(driver: Claiming) -> Claiming:
    """What a shard asks, answered by the driver at once."""
    kinds = answers(driver)
    return asking(lambda kind, *arguments: kinds[kind](None, *arguments), agreed_by(driver, ["night"]))


def test_without_a_store_or_a_remote_there_is_nothing_to_ask() -> None:
    assert shard_of(UNCLAIMED) is UNCLAIMED


def test_a_shard_claims_by_the_driver_under_its_lease() -> None:
    claims = DriverClaims()
    shard = shard_of(Claiming(claims, DriverLeases()))
    assert shard.fence("night") == 4
    assert asyncio.run(shard.claim(ORDER, "night", consent=True)) is True
    assert claims.asked == [(ORDER, 4, True)]
    asyncio.run(shard.release(TASK))
    assert claims.released == [TASK]


def test_what_somebody_else_claimed_is_denied_to_a_shard() -> None:
    denial = asyncio.run(shard_of(Claiming(DriverClaims(ours=False), None)).claim(ORDER, "night", consent=False))
    assert isinstance(denial, Denial)
    assert denial.elsewhere


def test_a_lease_that_the_driver_has_lost_stops_its_shards() -> None:
    claims = DriverClaims()
    denial = asyncio.run(shard_of(Claiming(claims, DriverLeases("gone"))).claim(ORDER, "night", consent=False))
    assert denial == Denial("night: gone")
    assert claims.asked == []
