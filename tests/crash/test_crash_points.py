"""A quick sample of what `make crash` does thousands of times."""

from pathlib import Path

import pytest
from crash.bench import ALLEY, Checkout, Clock, Service
from crash.campaign import Death, World, Yardstick, campaign, every_point, live_through, worlds
from crash.death import Fate
from replacing import replace

from ltxspec.apply import checkpoints
from ltxspec.lock.codec import decode_lockfile
from ltxspec.plan.document import PlanOptions
from ltxspec.providers.sandbox.scenario import Behaviour, Scenario

SHORT_LIVED = "  alley: {prompt: Rain over Neo-Kyoto, ttl: 60}\n"


def test_an_apply_that_is_killed_anywhere_is_finished_by_the_next_one_at_no_new_cost(tmp_path: Path) -> None:
    figures = every_point(tmp_path, step=47)
    assert figures.unsound == []
    assert figures.interrupted >= 16
    assert figures.reruns.keys() == {1}


@pytest.mark.parametrize("seed", [1, 2])
def test_it_is_so_in_every_world_in_which_looking_can_tell(tmp_path: Path, seed: int) -> None:
    decidable, _ = campaign(worlds(10, seed), tmp_path)
    assert decidable.unsound == []
    assert decidable.runs > 5


@pytest.mark.parametrize(("sharing", "charges"), [(False, 2), (True, 1)], ids=["alone", "sharing a store"])
def test_a_service_that_hides_what_it_took_and_takes_it_again_is_paid_twice_by_machines_that_share_nothing(
    tmp_path: Path, charges: int, *, sharing: bool
) -> None:
    manners = Behaviour("never", "processing", archive_running="not-found", progress=False)
    world = World(0, "  alley: {prompt: Rain}\n", Scenario(manners), [Death(0.2, "bare clone", 0)], speed=0.05)
    verdicts = [
        live_through(
            World(0, world.shots, world.scenario, [Death(share / 20, "bare clone", 0)], speed=0.05),
            tmp_path / str(share),
            Yardstick(tmp_path, sharing=sharing),
        )
        for share in range(1, 9)
    ]
    assert world.undecidable
    assert 1 + max(verdict.doubles for verdict in verdicts) == charges
    assert all(verdict.sound for verdict in verdicts) is sharing


@pytest.mark.parametrize(("point", "asked"), [("before", 0), ("after", 1)])
def test_what_a_machine_claimed_and_did_not_order_is_left_to_a_person_and_then_paid_once(
    tmp_path: Path, point: str, asked: int
) -> None:
    yardstick = Yardstick(tmp_path, sharing=True)
    world = World(0, ALLEY, Scenario(), [])
    whole = Checkout(
        tmp_path / "w", Service(tmp_path / "s", Clock()), ALLEY, shared=yardstick.new_store(), parallelism=2
    )
    points = whole.write().apply().points
    share = (points.index(f"claim: {point} it is written") + 0.5) / len(points)
    verdict = live_through(replace(world, deaths=[Death(share, "bare clone", 0)]), tmp_path / "0", yardstick)
    assert verdict.struck == [f"claim: {point} it is written"]
    assert (verdict.sound, verdict.asked) == (True, asked)


def test_a_video_that_has_arrived_is_never_lost_again_even_when_its_address_has_expired(tmp_path: Path) -> None:
    whole = Checkout(tmp_path / "whole", Service(tmp_path / "service", Clock()), SHORT_LIVED).write()
    points = whole.apply().points
    arrived = max(number for number, label in enumerate(points, 1) if label == "download: after write")
    for point in range(arrived + 1, len(points) + 1):
        service = Service(tmp_path / f"service-{point}", Clock())
        checkout = Checkout(tmp_path / f"checkout-{point}", service, SHORT_LIVED).write()
        killed = checkout.apply(Fate(point))
        service.clock.pass_seconds(3600)
        checkout.apply()
        assert (killed.struck, checkout.settled()) == (points[point - 1], None)
        assert checkout.missing_videos() == []


def test_a_second_crash_during_the_recovery_changes_nothing(tmp_path: Path) -> None:
    yardstick = Yardstick(tmp_path)
    for number, share in enumerate((0.1, 0.2, 0.3, 0.5, 0.7)):
        deaths = [Death(share, "kept", 0.0), Death(share / 2, "kept", 100.0), Death(share, "kept", 0.0)]
        world = World(number, ALLEY, Scenario(Behaviour(conflict="never")), deaths)
        verdict = live_through(world, tmp_path / str(number), yardstick)
        assert verdict.sound, verdict


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7])
def test_a_retake_that_was_killed_is_found_by_the_same_command_in_a_clone(tmp_path: Path, share: float) -> None:
    service = Service(tmp_path / "service", Clock(), Scenario(Behaviour(conflict="never")))
    checkout = Checkout(tmp_path / "a", service, ALLEY).write()
    points = len(checkout.apply().points)
    again = PlanOptions(retakes=("night.alley",))
    killed = checkout.apply(Fate(int(share * points)), again)
    assert killed.struck is not None
    clone = checkout.clone(tmp_path / "b")
    if len(decode_lockfile(clone.lockfile_text() or b"", "lockfile").shots["alley"].takes) == 1:
        clone.apply(asked=again)
    assert list(service.charges().values()) == [1, 1]
    assert [take.retake for take in decode_lockfile(clone.lockfile_text() or b"", "").shots["alley"].takes] == [1, 2]


def test_a_retake_that_was_killed_is_collected_by_a_plain_apply_where_it_was_begun(tmp_path: Path) -> None:
    service = Service(tmp_path / "service", Clock())
    checkout = Checkout(tmp_path / "a", service, ALLEY).write()
    points = checkout.apply().points
    at = points.index("order: taken, before the reply") + 1
    checkout.apply(Fate(at), PlanOptions(retakes=("night.alley",)))
    checkout.apply()
    record = decode_lockfile(checkout.lockfile_text() or b"", "lockfile").shots["alley"]
    assert record.current == record.takes[1].task_id
    assert list(service.charges().values()) == [1, 1]


def test_a_lockfile_that_is_written_only_in_the_end_loses_nothing_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in runs with many takes, whose lockfiles are written rarely: until then the journal has them."""
    monkeypatch.setattr(checkpoints, "_PART", 0)
    monkeypatch.setattr(checkpoints, "_PACE", 0.0)
    figures = every_point(tmp_path, step=61)
    assert figures.unsound == []
    assert figures.interrupted >= 12
