"""Random work on two and more branches, merged by plain git and by the driver: nothing paid for is ever lost."""

import subprocess
import tempfile
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from random import Random

from acceptance.repositories import branch, commit, git, read_lockfile, repository, write_lockfile
from builders import lockfile, output, take
from hypothesis import given
from hypothesis import strategies as st
from replacing import replace

from ltxspec.errors import LockfileError
from ltxspec.lock.codec import decode_lockfile, encode_lockfile
from ltxspec.lock.merge import missing_tasks, recorded_tasks
from ltxspec.lock.models import Lockfile, ShotRecord, Take
from ltxspec.project.lockfiles.merge import merge_driver

KEYS = ("alley", "bar", "cave", "edge[1]", "edge[2]")
NOTHING = ShotRecord(None, ())
Records = dict[str, ShotRecord]


def worked(value: Lockfile, numbers: range, random: Random) -> Lockfile:
    """A branch's work, one step a number, each as some command or a finished order does it."""
    for number in numbers:
        shots, retired = dict(value.shots), dict(value.retired)
        random.choice(STEPS)(shots, retired, number, random)
        value = replace(value, shots=shots, retired=retired)
    return value


def buy(shots: Records, retired: Records, number: int, random: Random) -> None:
    key = random.choice(KEYS)
    cost = random.choice(["0.48", "2.40", None])
    new = replace(
        take(f"p{number}", number=number, cost=cost, at=moment(random)), outputs=(output(number, home=False),)
    )
    held = shots.get(key) or retired.pop(key, NOTHING)
    shots[key] = replace(held.with_take(new), current=new.task_id)


def fail(shots: Records, retired: Records, number: int, random: Random) -> None:
    key = random.choice(KEYS)
    held = shots.get(key) or retired.pop(key, NOTHING)
    shots[key] = held.with_take(take(f"p{number}", number=number, status="failed", cost=None, at=moment(random)))


def pick(shots: Records, _retired: Records, _number: int, random: Random) -> None:
    if shots:
        key = random.choice(sorted(shots))
        good = [item.task_id for item in shots[key].takes if item.status == "succeeded"]
        shots[key] = replace(shots[key], current=random.choice(good) if good else None)


def retire(shots: Records, retired: Records, _number: int, random: Random) -> None:
    if shots:
        key = random.choice(sorted(shots))
        retired[key] = shots.pop(key)


def restore(shots: Records, retired: Records, _number: int, random: Random) -> None:
    if retired:
        key = random.choice(sorted(retired))
        shots[key] = retired.pop(key)


def move(shots: Records, _retired: Records, number: int, random: Random) -> None:
    if shots:
        shots[f"moved{number}"] = shots.pop(random.choice(sorted(shots)))


def bring_home(shots: Records, _retired: Records, _number: int, random: Random) -> None:
    def home(item: Take) -> Take:
        return replace(item, outputs=tuple(output(int(item.task_id[:8], 16)) for _ in item.outputs))

    _change_one(shots, random, home)


def learn_cost(shots: Records, _retired: Records, _number: int, random: Random) -> None:
    _change_one(shots, random, lambda item: replace(item, cost=item.cost or Decimal("0.60")))


def record_anew(shots: Records, _retired: Records, number: int, random: Random) -> None:
    _change_one(shots, random, lambda item: replace(item, request={**item.request, "safety": {"level": number}}))


def _change_one(shots: Records, random: Random, change: Callable[[Take], Take]) -> None:
    held = [(key, item) for key, record in sorted(shots.items()) for item in record.takes]
    if held:
        key, item = random.choice(held)
        shots[key] = shots[key].with_take(change(item))


def moment(random: Random) -> str:
    return f"2026-11-2{random.randint(2, 5)}T1{random.randint(0, 9)}:00:00Z"


STEPS = (buy, buy, buy, fail, pick, retire, restore, move, bring_home, learn_cost, record_anew)


def branches(random: Random) -> tuple[Lockfile, Lockfile, Lockfile]:
    """A base, and what two branches made of it."""
    base = worked(lockfile(), range(1, 8), random)
    ours, theirs = (worked(base, range(start, start + random.randint(1, 4)), random) for start in (100, 200))
    return base, ours, theirs


def costs(value: Lockfile) -> Mapping[str, Decimal | None]:
    records = [*value.shots.values(), *value.retired.values()]
    return {item.task_id: item.cost for record in records for item in record.takes}


@given(st.randoms(use_true_random=False), st.sampled_from([[], ["--diff3"], ["--zdiff3"], ["--union"], ["--ours"]]))
def test_what_plain_git_makes_of_two_histories_is_whole_or_found_out(random: Random, style: list[str]) -> None:
    base, ours, theirs = branches(random)
    with tempfile.TemporaryDirectory() as folder:
        for name, side in (("ours", ours), ("base", base), ("theirs", theirs)):
            Path(folder, name).write_bytes(encode_lockfile(side))
        command = ["git", "merge-file", "-p", *style, "ours", "base", "theirs"]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    try:
        merged = decode_lockfile(done.stdout, "merged")
    except LockfileError:
        return
    # One side may have renamed a block and the other worked on it: git then puts the work under the new name.
    blocks = [record for side in (ours, theirs) for part in (side.shots, side.retired) for record in part.values()]
    for record in (*merged.shots.values(), *merged.retired.values()):
        assert record in blocks, "a block that can be read is one side's, never a mixture"
    if style not in (["--ours"], ["--union"]):  # these two are told to drop lines; `lock verify --base` finds the rest
        assert missing_tasks(ours, merged) == missing_tasks(theirs, merged) == []


@given(st.randoms(use_true_random=False))
def test_the_driver_keeps_every_task_and_every_known_cost_of_both_histories(random: Random) -> None:
    base, ours, theirs = branches(random)
    with tempfile.TemporaryDirectory() as folder:
        places = [Path(folder, name) for name in ("base", "ours", "theirs")]
        for place, side in zip(places, (base, ours, theirs), strict=True):
            place.write_bytes(encode_lockfile(side))
        merge_driver(places[0], places[1], places[2], "night.lock.json")
        merged = decode_lockfile(places[1].read_bytes(), "merged")
    assert recorded_tasks(merged) == recorded_tasks(ours) | recorded_tasks(theirs)
    found = costs(merged)
    for side in (ours, theirs):
        assert [task for task, cost in costs(side).items() if cost is not None and found[task] is None] == []


def test_three_branches_that_merge_one_another_again_and_again_lose_nothing(tmp_path: Path) -> None:
    random, names = Random(20261122), ["main", "red", "blue"]
    repository(tmp_path)
    write_lockfile(tmp_path, worked(lockfile(), range(1, 5), random))
    commit(tmp_path, "base")
    for name in names[1:]:
        branch(tmp_path, name)
    bought: set[str] = set()
    for step in range(6):
        into, other = random.sample(names, 2)
        for name in (into, other):
            git(tmp_path, "checkout", "--quiet", name)
            number = 100 * (step + 1) + 10 * names.index(name)
            write_lockfile(tmp_path, worked(read_lockfile(tmp_path), range(number, number + 3), random))
            commit(tmp_path, f"{name} {step}")
        git(tmp_path, "checkout", "--quiet", into)
        before = recorded_tasks(read_lockfile(tmp_path))
        git(tmp_path, "merge", "--quiet", "--no-edit", other)
        merged = recorded_tasks(read_lockfile(tmp_path))
        assert before <= merged
        bought |= merged
    git(tmp_path, "checkout", "--quiet", "main")
    for name in names[1:]:
        git(tmp_path, "merge", "--quiet", "--no-edit", name)
    assert recorded_tasks(read_lockfile(tmp_path)) >= bought
