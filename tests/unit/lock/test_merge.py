"""Merging: nothing paid for is ever lost, in whatever order branches come together."""

import subprocess
import tempfile
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from builders import lockfile, output, record, take, task
from hypothesis import given
from hypothesis import strategies as st
from lockfile_strategies import lockfiles
from msgspec import structs
from replacing import replace

from ltxspec.errors import LockfileError
from ltxspec.lock.codec import decode_lockfile, encode_lockfile
from ltxspec.lock.measured import VideoFacts
from ltxspec.lock.merge import MissingTask, join_takes, merge_lockfiles, missing_tasks, recorded_videos, split_conflict
from ltxspec.lock.models import Failure, Lockfile, ShotRecord, Take
from ltxspec.values import TaskId

LATER = "2026-11-23T10:00:00Z"


def tasks_by_key(value: Lockfile) -> set[tuple[str, TaskId]]:
    records = [*value.shots.items(), *value.retired.items()]
    return {(key, item.task_id) for key, held in records for item in held.takes}


@given(lockfiles, lockfiles)
def test_merging_is_commutative(one: Lockfile, other: Lockfile) -> None:
    assert encode_lockfile(merge_lockfiles(one, other)) == encode_lockfile(merge_lockfiles(other, one))


@given(lockfiles, lockfiles, lockfiles)
def test_merging_is_associative(one: Lockfile, two: Lockfile, three: Lockfile) -> None:
    left = merge_lockfiles(merge_lockfiles(one, two), three)
    right = merge_lockfiles(one, merge_lockfiles(two, three))
    assert encode_lockfile(left) == encode_lockfile(right)


@given(lockfiles, lockfiles)
def test_merging_again_changes_nothing(one: Lockfile, other: Lockfile) -> None:
    merged = merge_lockfiles(one, other)
    assert encode_lockfile(merge_lockfiles(merged, other)) == encode_lockfile(merged)
    assert encode_lockfile(merge_lockfiles(merged, merged)) == encode_lockfile(merged)


@given(lockfiles, lockfiles, lockfiles)
def test_a_base_never_makes_a_merge_depend_on_the_side(one: Lockfile, other: Lockfile, base: Lockfile) -> None:
    assert encode_lockfile(merge_lockfiles(one, other, base)) == encode_lockfile(merge_lockfiles(other, one, base))


def test_the_videos_of_a_lockfile_are_those_of_all_its_takes_retired_ones_included() -> None:
    old, new, gone = (replace(take(prompt), outputs=(replace(output(), sha256=prompt * 64),)) for prompt in "abc")
    pending = replace(take("d"), outputs=(replace(output(), sha256=None),))
    shots = {"alley": record(old, replace(new, task_id=task(2)), replace(pending, task_id=task(3)))}
    assert recorded_videos(Lockfile("runware", "night", shots, {"pier": record(gone)})) == {p * 64 for p in "abc"}


@given(lockfiles, lockfiles, lockfiles)
def test_no_task_of_either_side_is_lost_and_the_result_is_a_lockfile(
    one: Lockfile, other: Lockfile, base: Lockfile
) -> None:
    merged = merge_lockfiles(one, other, base)
    assert tasks_by_key(merged) == tasks_by_key(one) | tasks_by_key(other)
    assert missing_tasks(one, merged) == missing_tasks(other, merged) == []
    assert decode_lockfile(encode_lockfile(merged), "merged") == merged


@given(lockfiles, lockfiles)
def test_no_known_cost_is_forgotten(one: Lockfile, other: Lockfile) -> None:
    merged = {(key, item.task_id): item for key, held in _held(merge_lockfiles(one, other)) for item in held.takes}
    for key, held in [*_held(one), *_held(other)]:
        for item in held.takes:
            now = merged[key, item.task_id]
            if not item.cost and item.status == "failed" and now.status == "succeeded":
                continue  # that a copy was refused for nothing is no price of the one that succeeded
            assert item.cost is None or (now.cost is not None and now.cost >= item.cost)


def _held(value: Lockfile) -> list[tuple[str, ShotRecord]]:
    return [*value.shots.items(), *value.retired.items()]


def test_two_branches_that_render_different_shots_both_keep_theirs() -> None:
    ours, theirs = lockfile(alley=record(take())), lockfile(fog=record(take("b", number=2)))
    assert merge_lockfiles(ours, theirs) == lockfile(alley=record(take()), fog=record(take("b", number=2)))


def test_two_branches_that_change_one_shot_keep_both_takes_and_the_newer_is_current() -> None:
    base = lockfile(alley=record(take()))
    older, newer = take("b", number=2, at="2026-11-22T11:00:00Z"), take("c", number=3, at="2026-11-22T12:00:00Z")
    ours = lockfile(alley=record(take(), newer, current=3))
    theirs = lockfile(alley=record(take(), older, current=2))
    merged = record(take(), older, newer, current=3)
    assert merge_lockfiles(ours, theirs, base).shots["alley"] == merged
    assert merge_lockfiles(theirs, ours, base).shots["alley"] == merged


def test_the_side_that_picked_an_earlier_take_wins_over_the_one_that_did_nothing() -> None:
    takes = (take(), take("b", number=2, at=LATER))
    base = lockfile(alley=record(*takes, current=2))
    picked = lockfile(alley=record(*takes, current=1))
    assert merge_lockfiles(picked, base, base).shots["alley"].current == task(1)
    assert merge_lockfiles(base, picked, base).shots["alley"].current == task(1)
    assert merge_lockfiles(base, picked).shots["alley"].current == task(2), "without a base the newer take"


def picks(value: Lockfile, key: str = "alley") -> dict[TaskId, str]:
    return {item.task_id: item.picked for item in value.shots[key].takes if item.picked is not None}


def test_a_pick_on_one_branch_is_there_after_the_merge_also_without_a_base() -> None:
    shot = record(take(), take(number=2, retake=2))
    base, picked = lockfile(alley=shot), lockfile(alley=shot.with_pick(task(1)))
    for merged in (merge_lockfiles(picked, base, base), merge_lockfiles(base, picked), merge_lockfiles(picked, base)):
        assert picks(merged) == {task(1): "video-1"}


def test_a_pick_that_one_branch_changed_is_changed() -> None:
    shot = record(take(), take(number=2, retake=2)).with_pick(task(2))
    base, changed = lockfile(alley=shot), lockfile(alley=shot.with_pick(task(1)))
    for merged in (merge_lockfiles(changed, base, base), merge_lockfiles(base, changed, base)):
        assert merged == changed


def test_a_size_that_is_known_to_one_side_only_does_not_depend_on_the_side() -> None:
    for size in (0, 1000):
        known = replace(take(), outputs=(replace(output(), bytes=size),))
        unknown = replace(take(), outputs=(replace(output(), bytes=None),))
        assert join_takes(known, unknown) == join_takes(unknown, known) == known


def test_a_task_under_two_keys_is_picked_only_where_it_was_picked() -> None:
    shot = record(take())
    both = lockfile(alley=shot.with_pick(task(1)), gate=shot)
    merged = merge_lockfiles(both, lockfile(alley=record(take(cost=None))))
    assert (picks(merged), picks(merged, "gate")) == ({task(1): "video-1"}, {})


def test_a_current_take_beats_none() -> None:
    failed = take(status="failed")
    ours, theirs = lockfile(alley=record(failed)), lockfile(alley=record(take("b", number=2)))
    assert merge_lockfiles(ours, theirs).shots["alley"].current == task(2)


def test_a_shot_that_only_one_side_retired_stays_a_shot() -> None:
    ours = lockfile({"alley": record(take())})
    theirs = lockfile(alley=record(take(), take("b", number=2, at=LATER), current=2))
    merged = merge_lockfiles(ours, theirs, lockfile(alley=record(take())))
    assert merged == theirs


def test_a_shot_that_both_retired_or_only_one_ever_had_stays_retired() -> None:
    ours = lockfile({"alley": record(take()), "fog": record(take("b", number=2))})
    theirs = lockfile({"alley": record(take())})
    assert merge_lockfiles(ours, theirs) == ours


def test_lockfiles_of_different_specs_or_providers_are_not_merged() -> None:
    with pytest.raises(LockfileError, match="two specs"):
        merge_lockfiles(lockfile(), replace(lockfile(), spec="day"))
    with pytest.raises(LockfileError, match="two providers"):
        merge_lockfiles(lockfile(), replace(lockfile(), provider="other"))


def test_an_archived_video_beats_one_that_is_not_home() -> None:
    away = replace(take(), outputs=(output(1, home=False),))
    assert join_takes(away, take()) == take()
    assert join_takes(take(), away) == take()


def test_each_side_adds_what_it_knows() -> None:
    costly = replace(take(), outputs=(output(1, home=False),), expires_at=LATER)
    home = replace(take(), cost=None, outputs=(replace(output(1), cost=None, video_url=None),))
    assert join_takes(costly, home) == replace(take(), expires_at=LATER)


def test_success_beats_failure_and_both_costs_count_as_the_higher() -> None:
    failed = take(status="failed", cost="0.60")
    joined = join_takes(failed, take())
    assert (joined.status, joined.failure, joined.cost) == ("succeeded", None, Decimal("0.60"))
    assert joined.outputs == take().outputs


def test_of_two_failures_the_one_that_blocks_counts() -> None:
    passing = take(status="failed", permanent=False)
    assert join_takes(passing, take(status="failed")).failure == Failure("providerError", "it broke", permanent=True)


def test_a_hash_and_its_size_stay_together() -> None:
    one = replace(take(), outputs=(replace(output(), sha256="a" * 64, bytes=9),))
    other = replace(take(), outputs=(replace(output(), sha256="b" * 64, bytes=1),))
    (joined,) = join_takes(one, other).outputs
    assert (joined.sha256, joined.bytes) == ("b" * 64, 1)


def test_several_videos_of_one_task_are_all_kept() -> None:
    one, other = (replace(take(), outputs=(output(number),)) for number in (2, 1))
    assert join_takes(one, other).outputs == (output(1), output(2))
    swapped = replace(take(), outputs=(output(2), output(1)))
    assert join_takes(swapped, swapped).outputs == (output(2), output(1)), "the provider's order, when both agree"


def test_a_recorded_field_changed_on_one_side_stays_changed() -> None:
    base, updated = take(safety="a"), take(safety="b")
    assert join_takes(base, updated, base).request == updated.request
    assert join_takes(updated, base, base).request == updated.request


def test_a_shot_that_one_side_renamed_while_the_other_learned_its_cost_is_known_alike_under_both_names() -> None:
    base = lockfile(alley=record(take(cost=None)))
    merged = merge_lockfiles(lockfile(lane=record(take(cost=None))), lockfile(alley=record(take())), base)
    assert merged == lockfile(alley=record(take()), lane=record(take()))


def test_shots_and_retired_shots_are_in_the_order_of_their_keys() -> None:
    one = Lockfile("runware", "night", {"pier": record(take())}, {"old": record(take("c", number=3))})
    other = Lockfile("runware", "night", {"alley": record(take("b", number=2))}, {"gone": record(take("d", number=4))})
    merged = merge_lockfiles(one, other)
    assert (list(merged.shots), list(merged.retired)) == (["alley", "pier"], ["gone", "old"])


def asking(prompt: str, *, turned: bool = False) -> Take:
    """The same task with another prompt in its request; `turned`: its fields in the opposite order."""
    request = {**take().request, "positivePrompt": prompt}
    return replace(take(), request=dict(reversed(request.items())) if turned else request)


def test_what_one_side_changed_in_an_order_counts_also_where_it_is_shorter() -> None:
    base, shorter = asking("a long prompt"), asking("short")
    for unchanged in (base, asking("a long prompt", turned=True)):
        assert join_takes(unchanged, shorter, base).request == shorter.request
        assert join_takes(shorter, unchanged, base).request == shorter.request


def test_of_two_requests_of_which_nobody_knows_the_earlier_the_longer_is_kept() -> None:
    longer, shorter = asking("aaaa"), asking("z")
    assert join_takes(longer, shorter).request == join_takes(shorter, longer).request == longer.request


def test_the_earlier_of_two_times_counts_on_either_side() -> None:
    late = replace(take(), submitted_at=LATER)
    assert join_takes(late, take()).submitted_at == join_takes(take(), late).submitted_at == take().submitted_at


def test_of_two_picks_that_both_changed_the_greater_counts() -> None:
    first, second, third = (replace(take(), picked=f"2026-11-2{day}T10:00:00Z") for day in (2, 3, 4))
    assert join_takes(second, third, first).picked == join_takes(third, second, first).picked == third.picked


def test_a_video_without_an_id_is_known_by_its_address_without_secrets() -> None:
    signed, bare, other = (
        replace(output(), video_uuid=None, video_url=f"https://video.example/{rest}", sha256=sha256)
        for rest, sha256 in (("a.mp4?signature=f00", None), ("a.mp4", "a" * 64), ("b.mp4", None))
    )
    joined = join_takes(replace(take(), outputs=(other, signed)), replace(take(), outputs=(bare,))).outputs
    assert {(str(item.video_url).partition("?")[0][-5:], item.sha256) for item in joined} == {
        ("a.mp4", "a" * 64),
        ("b.mp4", None),
    }


def test_missing_tasks_are_named_with_what_they_cost() -> None:
    failed = take(number=2, status="failed", cost=None)
    base = lockfile({"fog": record(take("b", number=3))}, alley=record(take(), failed))
    assert missing_tasks(base, lockfile()) == [
        MissingTask("alley", take()),
        MissingTask("alley", failed),
        MissingTask("fog", take("b", number=3)),
    ]
    assert str(missing_tasks(base, lockfile())[0]) == f"task {task(1)} of `alley` ($0.48) is missing"
    assert str(missing_tasks(base, lockfile())[1]) == f"task {task(2)} of `alley` (cost unknown) is missing"


def test_a_task_that_moved_to_another_key_or_was_retired_is_not_missing() -> None:
    base = lockfile(alley=record(take()), fog=record(take("b", number=2)))
    now = lockfile({"fog": record(take("b", number=2))}, lane=record(take()))
    assert missing_tasks(base, now) == []


TWO_WAY = "a\n<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> branch\nz\n"
THREE_WAY = "a\n<<<<<<< HEAD\nours\n||||||| 1234abc\nbase\n=======\ntheirs\n>>>>>>> branch\nz\n"


def test_both_sides_of_a_conflict_are_put_together() -> None:
    assert split_conflict(TWO_WAY) == ("a\nours\nz\n", "a\ntheirs\nz\n", None)
    assert split_conflict(THREE_WAY) == ("a\nours\nz\n", "a\ntheirs\nz\n", "a\nbase\nz\n")


def test_several_conflicts_and_empty_sides_are_put_together() -> None:
    text = THREE_WAY + "<<<<<<< HEAD\n||||||| 1\n=======\nmore\n>>>>>>> branch\n"
    assert split_conflict(text) == ("a\nours\nz\n", "a\ntheirs\nz\nmore\n", "a\nbase\nz\n")


def test_a_base_that_only_some_conflicts_show_is_no_base() -> None:
    assert split_conflict(THREE_WAY + TWO_WAY)[2] is None


def test_windows_line_ends_and_bare_markers_are_understood() -> None:
    text = "a\r\n<<<<<<<\r\nours\r\n=======\r\ntheirs\r\n>>>>>>>\r\n"
    assert split_conflict(text) == ("a\r\nours\r\n", "a\r\ntheirs\r\n", None)


def test_a_marker_that_something_follows_at_once_is_text() -> None:
    text = "<<<<<<<x\n=======x\n"
    assert split_conflict(text)[:2] == (text, text)


def test_a_marker_out_of_order_is_named_with_its_line() -> None:
    with pytest.raises(LockfileError, match="at line 3 is"):
        split_conflict("one\ntwo\n=======\n")


def test_text_without_conflicts_is_the_same_on_all_sides() -> None:
    text = '{\n  "a": "=======",\n  "b": "<<<<<<< HEAD"\n}\n'
    assert split_conflict(text) == (text, text, text)


@pytest.mark.parametrize(
    "text",
    [
        "<<<<<<< HEAD\nours\n",
        "=======\n",
        ">>>>>>> branch\n",
        "<<<<<<< HEAD\n<<<<<<< HEAD\n",
        "<<<<<<< HEAD\n=======\n||||||| base\n>>>>>>> branch\n",
        "<<<<<<< HEAD\n>>>>>>> branch\n",
    ],
)
def test_markers_out_of_order_are_an_error_with_a_cure(text: str) -> None:
    with pytest.raises(LockfileError) as caught:
        split_conflict(text)
    assert "git checkout --merge" in (caught.value.hint or "")


@given(lockfiles, lockfiles)
def test_a_conflicted_lockfile_comes_back_as_its_two_sides(one: Lockfile, other: Lockfile) -> None:
    ours, theirs = (encode_lockfile(side).decode() for side in (one, other))
    text = f"<<<<<<< ours\n{ours}=======\n{theirs}>>>>>>> theirs\n"
    assert split_conflict(text) == (ours, theirs, None)


KEYS = ("alley", "bar", "cave", "edge[1]", "edge[2]")


def next_state(value: Lockfile, numbers: range, random: Random) -> Lockfile:
    """A branch's work: buy, pick, retire, as commands do."""
    for number in numbers:
        key, dice = random.choice(KEYS), random.random()
        shots, retired = dict(value.shots), dict(value.retired)
        held = shots.get(key) or retired.get(key) or ShotRecord(None, ())
        if dice < 0.7 or key not in shots:
            new = take(f"p{number}", number=number, at=f"2026-11-2{random.randint(2, 5)}T10:00:00Z")
            shots[key] = replace(held.with_take(new), current=new.task_id)
            retired.pop(key, None)
        elif dice < 0.85:
            retired[key] = shots.pop(key)
        else:
            shots[key] = replace(held, current=random.choice(held.takes).task_id)
        value = replace(value, shots=shots, retired=retired)
    return value


@given(st.randoms(use_true_random=False), st.sampled_from([[], ["--diff3"], ["--zdiff3"]]))
def test_a_plain_text_merge_by_git_is_right_or_refused_and_never_loses_a_task(random: Random, style: list[str]) -> None:
    base = next_state(lockfile(), range(1, 6), random)
    ours, theirs = (next_state(base, range(start, start + 2), random) for start in (100, 200))
    with tempfile.TemporaryDirectory() as folder:
        for name, side in (("ours", ours), ("base", base), ("theirs", theirs)):
            Path(folder, name).write_bytes(encode_lockfile(side))
        command = ["git", "merge-file", "-p", *style, "ours", "base", "theirs"]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    try:
        merged = decode_lockfile(done.stdout, "merged")
    except LockfileError:
        return
    assert done.returncode == 0, "conflict markers are never read as a lockfile"
    assert missing_tasks(ours, merged) == missing_tasks(theirs, merged) == []


def test_what_was_measured_stays_with_the_video_it_was_measured_of() -> None:
    facts = VideoFacts(width=64, height=48, fps=25.0, seconds=8.0, audio=False, black_seconds=0.0, frozen_seconds=0.0)
    measured = structs.replace(take(), outputs=(structs.replace(output(), facts=facts, unmet=("fps",)),))
    assert join_takes(take(), measured) == join_takes(measured, take()) == measured
    other = structs.replace(take(), outputs=(structs.replace(output(), sha256="f" * 64),))
    assert join_takes(other, measured).outputs[0].facts is None


def test_a_refused_copy_that_cost_nothing_is_no_price_of_the_copy_that_succeeded() -> None:
    refused, unknown, paid = take(status="failed", cost="0"), take(cost=None), take()
    assert join_takes(refused, unknown).cost is join_takes(unknown, refused).cost is None
    assert join_takes(refused, paid).cost == join_takes(paid, refused).cost == paid.cost
    assert join_takes(refused, replace(refused, cost=None)).cost == 0


def test_the_number_of_a_lease_that_one_side_knows_is_kept_and_of_two_the_greater() -> None:
    for ours, theirs, joined in ((None, 3, 3), (3, None, 3), (3, 4, 4), (None, None, None)):
        assert join_takes(replace(take(), fence=ours), replace(take(), fence=theirs)).fence == joined
