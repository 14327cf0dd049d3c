"""`ci/commit-lockfiles.sh` against real remotes: nothing bought is lost, whoever pushes at the same time."""

from pathlib import Path

import pytest
from acceptance.ci.repos import Remote, buy, git, run, start

SCRIPT = "commit-lockfiles.sh"


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    return Remote.make(tmp_path)


def test_what_was_bought_is_on_the_branch(remote: Remote) -> None:
    clone = remote.clone("a")
    bought = buy(clone, [1, 2])
    assert "recorded on `main`" in run(SCRIPT, cwd=clone)
    assert remote.tasks() == bought
    assert git(remote.folder, "log", "-1", "--format=%s", "main") == "Record renders"


def test_nothing_bought_is_nothing_pushed(remote: Remote) -> None:
    before = git(remote.folder, "rev-parse", "main")
    assert "nothing was bought" in run(SCRIPT, cwd=remote.clone("a"))
    assert git(remote.folder, "rev-parse", "main") == before


def test_only_lockfiles_are_committed(remote: Remote) -> None:
    clone = remote.clone("a")
    buy(clone, [1])
    (clone / "renders.txt").write_text("large", "utf-8")
    (clone / "README").write_text("edited", "utf-8")
    run(SCRIPT, cwd=clone)
    assert git(remote.folder, "diff", "--name-only", "main~1", "main") == "lockfiles/night.lock.json"


@pytest.mark.parametrize("specs", [("night", "night"), ("night", "day")], ids=["one spec", "two specs"])
def test_two_jobs_that_push_at_once_both_end_on_the_branch(remote: Remote, specs: tuple[str, str]) -> None:
    clones = [remote.clone("a"), remote.clone("b")]
    bought: dict[str, set[str]] = {spec: set() for spec in specs}
    for round_ in range(3):
        for number, (clone, spec) in enumerate(zip(clones, specs, strict=True)):
            bought[spec] |= buy(clone, [100 * round_ + 10 * number + 1, 100 * round_ + 10 * number + 2], spec=spec)
        jobs = [start(SCRIPT, "main", cwd=clone) for clone in clones]
        for job in jobs:
            out, _ = job.communicate(timeout=120)
            assert job.returncode == 0, out
    for spec, tasks in bought.items():
        assert remote.tasks(spec) == tasks
    assert remote.branches() == {"main"}
    assert git(remote.folder, "rev-list", "--count", "--merges", "main") == "0"


def test_a_lost_race_merges_the_lockfile_take_by_take(remote: Remote) -> None:
    slow, quick = remote.clone("a"), remote.clone("b")
    both = buy(slow, [1, 2]) | buy(quick, [2, 3])
    run(SCRIPT, cwd=quick)
    assert "did not take push 1" in run(SCRIPT, cwd=slow)
    assert remote.tasks() == both


def test_a_job_that_bought_nothing_new_ends_well(remote: Remote) -> None:
    one, other = remote.clone("a"), remote.clone("b")
    buy(one, [1])
    run(SCRIPT, cwd=one)
    buy(other, [1])
    run(SCRIPT, cwd=other)
    assert git(remote.folder, "rev-parse", "main") == git(one, "rev-parse", "HEAD")


def test_a_push_that_a_hook_turns_away_is_tried_again(remote: Remote) -> None:
    remote.hook("pre-receive", "[ -e turned-away ] || { touch turned-away; echo busy; exit 1; }\n")
    clone = remote.clone("a")
    bought = buy(clone, [1])
    assert "did not take push 1" in run(SCRIPT, cwd=clone)
    assert remote.tasks() == bought


def test_a_branch_that_takes_no_push_gets_its_renders_beside_it(remote: Remote) -> None:
    remote.hook("update", '[ "$1" != refs/heads/main ] || { echo protected; exit 1; }\n')
    clone = remote.clone("a")
    bought = buy(clone, [1])
    out = run(SCRIPT, cwd=clone, check=1, variables={"LTXSPEC_PUSH_TRIES": "3"})
    (beside,) = remote.branches() - {"main"}
    assert f"branch `{beside}`" in out
    assert remote.tasks(branch=beside) == bought


def test_a_remote_that_takes_nothing_leaves_the_commit_here_and_says_so(remote: Remote) -> None:
    remote.hook("pre-receive", "exit 1\n")
    clone = remote.clone("a")
    buy(clone, [1])
    out = run(SCRIPT, cwd=clone, check=1, variables={"LTXSPEC_PUSH_TRIES": "2"})
    commit = git(clone, "log", "-1", "--format=%H", "--all", "--grep=Record renders")
    assert f"commit {commit} of this machine only" in out


def test_a_lockfile_that_was_removed_meanwhile_comes_back(remote: Remote) -> None:
    first = remote.clone("a")
    bought = buy(first, [1])
    run(SCRIPT, cwd=first)
    slow, quick = remote.clone("b"), remote.clone("c")
    git(quick, "rm", "--quiet", "lockfiles/night.lock.json")
    git(quick, "commit", "--quiet", "--message=Remove")
    git(quick, "push", "--quiet", "origin", "HEAD:main")
    bought |= buy(slow, [2])
    run(SCRIPT, cwd=slow)
    assert remote.tasks() == bought


def test_a_damaged_lockfile_on_the_branch_is_never_written_over(remote: Remote) -> None:
    first = remote.clone("a")
    buy(first, [1])
    run(SCRIPT, cwd=first)
    slow, quick = remote.clone("b"), remote.clone("c")
    damaged = quick / "lockfiles" / "night.lock.json"
    damaged.write_text(damaged.read_text("utf-8").replace('"0.48"', '"0.01"'), "utf-8")
    git(quick, "commit", "--quiet", "--all", "--message=Cheat")
    git(quick, "push", "--quiet", "origin", "HEAD:main")
    tip = git(remote.folder, "rev-parse", "main")
    mine = buy(slow, [2])
    out = run(SCRIPT, cwd=slow, check=1)
    assert "cannot be put together" in out
    assert git(remote.folder, "rev-parse", "main") == tip
    (beside,) = remote.branches() - {"main"}
    assert mine < remote.tasks(branch=beside)


def test_a_damaged_lockfile_here_is_not_even_committed(remote: Remote) -> None:
    clone = remote.clone("a")
    buy(clone, [1])
    (clone / "lockfiles" / "night.lock.json").write_text("{}", "utf-8")
    before = git(clone, "rev-parse", "HEAD")
    run(SCRIPT, cwd=clone, check=1)
    assert git(clone, "rev-parse", "HEAD") == before


def test_a_task_missing_here_is_noticed_before_the_commit(remote: Remote) -> None:
    clone = remote.clone("a")
    buy(clone, [1, 2])
    run(SCRIPT, cwd=clone)
    (clone / "lockfiles" / "night.lock.json").unlink()
    buy(clone, [2])
    assert "is missing" in run(SCRIPT, cwd=clone, check=1)


def test_a_branch_is_named_when_none_is_checked_out(remote: Remote) -> None:
    clone = remote.clone("a")
    git(clone, "checkout", "--quiet", "--detach")
    bought = buy(clone, [1])
    assert "no branch is checked out" in run(SCRIPT, cwd=clone, check=1)
    run(SCRIPT, "night", cwd=clone)
    assert remote.tasks(branch="night") == bought


@pytest.mark.parametrize("name", ["../main", "a b", "x..y"])
def test_a_name_that_is_no_branch_is_refused(remote: Remote, name: str) -> None:
    clone = remote.clone("a")
    buy(clone, [1])
    assert "is not the name of a branch" in run(SCRIPT, name, cwd=clone, check=1)


def test_a_shallow_clone_can_lose_a_race_too(remote: Remote) -> None:
    quick = remote.clone("a")
    for number in range(3):
        git(quick, "commit", "--quiet", "--allow-empty", f"--message={number}")
    git(quick, "push", "--quiet", "origin", "HEAD:main")
    slow = remote.folder.parent / "b"
    git(remote.folder.parent, "clone", "--quiet", "--depth=1", f"file://{remote.folder}", str(slow))
    bought = buy(quick, [1]) | buy(slow, [2])
    run(SCRIPT, cwd=quick)
    run(SCRIPT, cwd=slow)
    assert remote.tasks() == bought


def test_a_branch_that_was_rewritten_meanwhile_is_not_brought_back(remote: Remote) -> None:
    slow, quick = remote.clone("a"), remote.clone("b")
    git(slow, "commit", "--quiet", "--allow-empty", "--message=Dropped")
    git(slow, "push", "--quiet", "origin", "HEAD:main")
    git(quick, "commit", "--quiet", "--allow-empty", "--message=Kept")
    git(quick, "push", "--quiet", "--force", "origin", "HEAD:main")
    bought = buy(slow, [1])
    run(SCRIPT, cwd=slow)
    assert remote.tasks() == bought
    assert git(remote.folder, "log", "--format=%s", "main").split("\n") == ["Record renders", "Kept", "Start"]


def test_the_clone_ends_on_its_branch_with_what_was_pushed(remote: Remote) -> None:
    slow, quick = remote.clone("a"), remote.clone("b")
    buy(slow, [1])
    buy(quick, [2])
    run(SCRIPT, cwd=quick)
    run(SCRIPT, cwd=slow)
    assert git(slow, "symbolic-ref", "--short", "HEAD") == "main"
    assert git(slow, "rev-parse", "HEAD") == git(remote.folder, "rev-parse", "main")
    assert git(slow, "status", "--porcelain") == ""
