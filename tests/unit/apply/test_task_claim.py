"""A task's claim in the recovery table: what another machine claimed is looked up, adopted or left, never ordered."""

from collections.abc import Sequence

import pytest
from builders import task
from fakes import FakeProvider, MemoryState
from replacing import replace
from unit.apply.stages import UNKNOWN, Shows
from unit.apply.test_claiming import OURS, THEIRS, FakeClaims, FakeLeases
from unit.apply.test_task_loop import LOST, MODERATED, OFFLINE, POOR, REFUSED, Bench, seen

from ltxspec.apply.claiming import Claim, Claiming
from ltxspec.apply.events import EventKind, Outcome
from ltxspec.apply.ports import RenderOrder, TaskState
from ltxspec.apply.recovery import Facts
from ltxspec.errors import StorageError
from ltxspec.lock.journal import Claimed, Event, fold
from ltxspec.values import ShotAddress


class FullDisk(MemoryState):
    """Refuses to write that somebody else claimed a task."""

    def write(self, event: Event) -> int:
        if isinstance(event, Claimed):
            raise StorageError("the disk is full")
        return super().write(event)


EARLIER = Facts(submits=1, poll=UNKNOWN, archive=UNKNOWN, waited=100)


def test_what_another_machine_claimed_is_not_sent_and_adopted_once_the_provider_shows_it() -> None:
    bench = Bench(Shows(live=[UNKNOWN, seen(), seen(TaskState.SUCCEEDED, 1)]))
    done = bench.follow(claiming=Claiming(FakeClaims(THEIRS)))
    assert done.outcome is Outcome.COLLECTED
    assert not done.ordered_here
    assert bench.provider.submitted == []
    assert (EventKind.SHOT_UNCLEAR, "claimed by another machine; looking it up") in bench.told


def test_who_claimed_it_and_the_cure_are_said_once_and_the_address_as_a_shell_takes_it() -> None:
    bench = Bench(Shows())
    address = ShotAddress("night", "cut[a b]")
    bench.follow(claiming=Claiming(FakeClaims(THEIRS)), address=address)
    (said,) = [text for _, text in bench.told if "(process 2 on there, clone b)" in text]
    assert "`ltxspec apply --retry 'night.cut[a b]'` here takes it over" in said


def test_what_it_claimed_and_the_provider_does_not_know_stays_open_with_words() -> None:
    bench = Bench(Shows())
    left = bench.follow(claiming=Claiming(claims := FakeClaims(THEIRS)))
    assert left.outcome is Outcome.UNRESOLVED
    assert left.message == (
        "the provider does not know it; another machine has claimed it: `ltxspec why night.alley` says what to do"
    )
    assert (
        "(the provider does not know it; `ltxspec apply` (process 2 on there, clone b) at 2026-11-22T10:00:00Z claimed "
        "this task and may have ordered it: `ltxspec collect` there goes on; once it is certain that nothing was "
        "ordered, `ltxspec apply --retry night.alley` here takes it over)"
    ) in bench.told[-1][1]
    assert bench.provider.submitted == []
    assert bench.clock.monotonic() >= 5, "it may become visible late"
    assert bench.provider.looked_up == [task()]
    assert claims.released == []


def test_who_claimed_it_is_kept_for_readers_until_it_is_sent_from_here() -> None:
    bench = Bench(Shows())
    bench.follow(claiming=Claiming(FakeClaims(THEIRS)))
    assert bench.steps == ["Intent", "Claimed"]
    (opened,) = fold(bench.state.events()).open.values()
    assert opened.claimed_by == THEIRS.who
    bench.follow(claiming=Claiming(FakeClaims()), facts=EARLIER)
    assert bench.steps[2:4] == ["Intent", "Repeated"]
    assert not any(opened.claimed_by for opened in fold(bench.state.events()).open.values())


def test_a_disk_that_is_full_changes_nothing_for_a_task_that_another_machine_claimed() -> None:
    bench = Bench(Shows(), state=FullDisk())
    left = bench.follow(claiming=Claiming(FakeClaims(THEIRS)))
    assert left.outcome is Outcome.UNRESOLVED
    assert bench.steps == ["Intent"]


def test_a_failure_that_the_archive_shows_of_it_may_be_a_refused_repeat() -> None:
    broken = seen(TaskState.FAILED)
    bench = Bench(Shows(archived=[broken]))
    assert bench.follow(claiming=Claiming(FakeClaims(THEIRS))).outcome is Outcome.UNRESOLVED


def test_an_order_of_an_earlier_run_is_sent_again_only_under_a_claim() -> None:
    bench = Bench()
    left = bench.follow(claiming=Claiming(FakeClaims(THEIRS)), facts=EARLIER)
    assert left.outcome is Outcome.UNRESOLVED
    assert bench.provider.submitted == []
    assert bench.steps == ["Intent", "Claimed"], "not even a repeat is noted"
    sent = Bench()
    assert sent.follow(claiming=Claiming(claims := FakeClaims()), facts=EARLIER).outcome is Outcome.RENDERED
    assert sent.steps[:2] == ["Intent", "Repeated"]
    assert claims.asked == [(task(), None, False)]


def test_with_consent_a_claim_is_taken_over() -> None:
    bench = Bench()
    claims = FakeClaims(THEIRS)
    facts = Facts(submits=1, poll=UNKNOWN, archive=UNKNOWN, waited=100, consent=True)
    assert bench.follow(claiming=Claiming(claims), facts=facts).outcome is Outcome.RENDERED
    assert claims.asked == [(task(), None, True)]
    assert len(bench.provider.submitted) == 1


def test_every_order_is_preceded_by_its_claim_and_its_intent() -> None:
    bench = Bench(FakeProvider(script=[LOST]))
    claims = FakeClaims()
    bench.follow(claiming=Claiming(claims, FakeLeases()))
    assert len(claims.asked) == len(bench.provider.submitted) == 2


@pytest.mark.parametrize("losses", [["it was taken"], [None, "it was taken"]], ids=["before the claim", "after it"])
def test_a_lost_lease_ends_all_ordering_and_nothing_was_sent(losses: Sequence[str | None]) -> None:
    bench = Bench()
    claims = FakeClaims()
    held = bench.follow(claiming=Claiming(claims, FakeLeases([*losses])))
    assert (held.outcome, held.message) == (Outcome.HELD_BACK, "it was taken")
    assert bench.stop.asked() == "it was taken"
    assert bench.provider.submitted == []
    assert bench.steps == ["Intent", "Abandoned"]
    assert claims.released == ([] if losses[0] else [task()])
    assert (EventKind.SHOT_HELD_BACK, "not ordered: it was taken") in bench.told
    assert bench.events[-1].code == "lease"


def test_a_lease_that_is_lost_before_a_repeat_leaves_the_order_open() -> None:
    bench = Bench()
    left = bench.follow(claiming=Claiming(FakeClaims(), FakeLeases(["it was taken"])), facts=EARLIER)
    assert (left.outcome, left.message) == (Outcome.UNRESOLVED, "it was taken")
    assert bench.provider.submitted == []


def test_a_store_that_goes_away_ends_all_ordering() -> None:
    bench = Bench()
    held = bench.follow(claiming=Claiming(FakeClaims(StorageError("the store is away"))))
    assert (held.outcome, held.message) == (Outcome.HELD_BACK, "the task could not be claimed: the store is away")
    assert bench.stop.asked() == "the task could not be claimed: the store is away"


@pytest.mark.parametrize(
    ("answers", "released"),
    [([REFUSED], True), ([POOR], True), ([OFFLINE] * 4, True), ([LOST, MODERATED], False), ([], False)],
    ids=["refused for good", "no credits", "no connection", "only the repeat refused", "rendered"],
)
def test_a_claim_is_released_only_if_certainly_nothing_was_accepted(answers: list, released: bool) -> None:  # type: ignore[type-arg]  # of answers
    bench = Bench(FakeProvider(script=answers))
    claims = FakeClaims()
    bench.follow(claiming=Claiming(claims))
    assert claims.released == ([task()] if released else [])
    old = FakeClaims(replace(OURS, is_new=False))
    Bench(FakeProvider(script=[*answers])).follow(claiming=Claiming(old))
    assert old.released == [], "an earlier run made it, and may have sent something"


def test_a_run_that_is_stopped_while_its_claim_is_made_sends_nothing() -> None:
    bench = Bench()

    class Slow(FakeClaims):
        def claim(self, order: RenderOrder, fence: int | None, *, take_over: bool) -> Claim:
            bench.stop.stop("interrupted", by_user=True)
            return super().claim(order, fence, take_over=take_over)

    held = bench.follow(claiming=Claiming(claims := Slow()))
    assert held.outcome is Outcome.HELD_BACK
    assert bench.provider.submitted == []
    assert claims.released == [task()]


def test_a_claim_that_was_made_before_an_earlier_try_of_this_run_is_released_as_well() -> None:
    class OnceNew(FakeClaims):
        def claim(self, order: RenderOrder, fence: int | None, *, take_over: bool) -> Claim:
            found = super().claim(order, fence, take_over=take_over)
            return replace(found, is_new=len(self.asked) == 1)

    bench = Bench(FakeProvider(script=[OFFLINE] * 4))
    bench.follow(claiming=Claiming(claims := OnceNew()))
    assert claims.released == [task()]
