"""What is asked of other machines before an order, and what their answers mean."""

import asyncio
from dataclasses import dataclass, field

from builders import task
from replacing import replace

from ltxspec.apply.claiming import UNCLAIMED, Claim, Claiming, Denial
from ltxspec.apply.ports import RenderOrder
from ltxspec.errors import StorageError
from ltxspec.values import TaskId

ORDER = RenderOrder(task(), {}, 1)
OURS = Claim("a", "here", 1, "ltxspec apply", "2026-11-22T10:00:00Z", 3, is_ours=True, is_new=True)
THEIRS = Claim("b", "there", 2, "ltxspec apply", "2026-11-22T10:00:00Z", 2)


@dataclass
class FakeClaims:
    """Answers every claim in one way; `taken_over` is what it answers with consent."""

    answer: Claim | StorageError = OURS
    taken_over: Claim = OURS
    asked: list[tuple[TaskId, int | None, bool]] = field(default_factory=list)
    released: list[TaskId] = field(default_factory=list)

    def claim(self, order: RenderOrder, fence: int | None, *, take_over: bool) -> Claim:
        self.asked.append((order.task_id, fence, take_over))
        if isinstance(self.answer, StorageError):
            raise self.answer
        return self.taken_over if take_over else self.answer

    def release(self, task: TaskId) -> None:
        self.released.append(task)
        if isinstance(self.answer, StorageError):
            raise self.answer


@dataclass
class FakeLeases:
    """A lease that is held until `losses` has a reason."""

    losses: list[str | None] = field(default_factory=list)

    def trouble(self, spec: str) -> str | None:
        del spec
        return self.losses.pop(0) if self.losses else None

    def fence(self, spec: str) -> int | None:
        del spec
        return 7


def claimed(claiming: Claiming, *, consent: bool = False) -> Denial | bool:
    return asyncio.run(claiming.claim(ORDER, "night", consent=consent))


def test_without_a_store_every_order_may_be_sent() -> None:
    assert claimed(UNCLAIMED) is False
    assert asyncio.run(UNCLAIMED.lost("night")) is None
    assert UNCLAIMED.fence("night") is None
    asyncio.run(UNCLAIMED.release(task()))


def test_a_claim_of_ones_own_lets_the_order_go_and_says_whether_it_is_new() -> None:
    claims = FakeClaims()
    assert claimed(Claiming(claims, FakeLeases())) is True
    assert claims.asked == [(task(), 7, False)]
    assert claimed(Claiming(FakeClaims(replace(OURS, is_new=False)))) is False


def test_somebody_elses_claim_denies_it_and_says_who() -> None:
    denial = claimed(Claiming(FakeClaims(THEIRS)))
    assert isinstance(denial, Denial)
    assert denial.elsewhere
    assert denial.why == (
        "`ltxspec apply` (process 2 on there, clone b) at 2026-11-22T10:00:00Z claimed this task "
        "and may have ordered it"
    )
    assert claimed(Claiming(FakeClaims(THEIRS)), consent=True) is True


def test_a_store_that_is_away_denies_it_and_ends_all_ordering() -> None:
    denial = claimed(Claiming(FakeClaims(StorageError("the store is away"))))
    assert denial == Denial("the task could not be claimed: the store is away")


def test_a_lost_lease_denies_it_before_anything_is_claimed() -> None:
    claims = FakeClaims()
    assert claimed(Claiming(claims, FakeLeases(["it was taken"]))) == Denial("it was taken")
    assert claims.asked == []
    assert asyncio.run(Claiming(leases=FakeLeases(["gone"])).lost("night")) == Denial("gone")
    assert asyncio.run(Claiming(leases=FakeLeases()).lost("night")) is None


def test_a_claim_that_cannot_be_released_harms_nobody() -> None:
    claims = FakeClaims(StorageError("the store is away"))
    asyncio.run(Claiming(claims).release(task()))
    assert claims.released == [task()]


def test_a_claim_says_who_made_it_where_and_when() -> None:
    claim = Claim("a", "render-3", 17, "ltxspec apply", "2026-11-22T10:00:00.000Z", 3)
    assert claim.who == "`ltxspec apply` (process 17 on render-3, clone a) at 2026-11-22T10:00:00.000Z"
