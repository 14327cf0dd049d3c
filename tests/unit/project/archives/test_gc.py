"""What may be deleted from the archive: only what no lockfile, note or journal anywhere names."""

import hashlib
import os
from datetime import timedelta
from pathlib import Path

import pytest
from acceptance.repositories import git
from builders import intent, lockfile, record, take
from fakes import START, FakeClock
from replacing import replace
from unit.project.projects import path_of, project

from ltxspec.errors import LockfileError, LockfileTooNew, LockHeld
from ltxspec.lock.codec import encode_lockfile
from ltxspec.lock.models import Lockfile, Take
from ltxspec.project.adapters import open_archive
from ltxspec.project.archives.gc import Pruned, Pruning, prune
from ltxspec.project.project import ProjectContext
from ltxspec.storage.state import open_state

ALL = Pruning(min_days=0.0)


@pytest.fixture
def opened(tmp_path: Path) -> ProjectContext:
    """A project in a repository, with nothing recorded and nothing archived."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    (tmp_path / ".gitignore").write_text(".ltxspec/\n")
    commit(tmp_path, "begin")
    return project(tmp_path)


def commit(folder: Path, message: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", f"--message={message}")


def archived(opened: ProjectContext, content: str = "video", *, days: float = 30.0) -> str:
    """Put a video into the archive that long ago; its SHA-256."""
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    video = opened.root / ".ltxspec" / "archive" / sha256[:2] / f"{sha256}.mp4"
    video.parent.mkdir(parents=True, exist_ok=True)
    video.write_text(content)
    moment = (START - timedelta(days=days)).timestamp()
    os.utime(video, (moment, moment))
    return sha256


def naming(sha256: str, *, provider: str = "runware", spec: str = "night") -> Lockfile:
    """A lockfile with a take of this video."""
    return Lockfile(provider, spec, {"alley": record(with_video(take(), sha256))})


def with_video(made: Take, sha256: str) -> Take:
    return replace(made, outputs=(replace(made.outputs[0], sha256=sha256, bytes=5),))


def write(path: Path, lockfile: Lockfile) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode_lockfile(lockfile))


def dropped(opened: ProjectContext, how: Pruning = ALL) -> list[str]:
    return [item.sha256 for item in prune(opened, how, FakeClock()).dropped]


def test_what_nothing_names_is_deleted_and_described(opened: ProjectContext) -> None:
    sha256 = archived(opened)
    pruned = prune(opened, Pruning(), FakeClock())
    (item,) = pruned.dropped
    assert (item.sha256, item.bytes, round(item.days)) == (sha256, 5, 30)
    assert pruned.reason == "no lockfile of any branch, tag, stash or worktree and no journal names it"
    assert not open_archive(opened).has(sha256)
    assert prune(opened, Pruning(), FakeClock()) == Pruned([], [], in_git=True, shared=[])


def test_a_dry_run_deletes_nothing_and_takes_no_lock(opened: ProjectContext) -> None:
    sha256 = archived(opened)
    write(path_of(opened), lockfile())
    with open_state(opened.paths_of("night"), command="apply"):
        assert dropped(opened, Pruning(dry_run=True)) == [sha256]
    assert open_archive(opened).has(sha256)


@pytest.mark.parametrize(("days", "goes"), [(6.9, False), (7.1, True), (-3.0, False)])
def test_what_is_younger_than_the_least_age_stays(opened: ProjectContext, days: float, *, goes: bool) -> None:
    sha256 = archived(opened, days=days)
    pruned = prune(opened, Pruning(min_days=7.0), FakeClock())
    assert [item.sha256 for item in (pruned.dropped if goes else pruned.young)] == [sha256]
    assert open_archive(opened).has(sha256) is not goes


@pytest.mark.parametrize("provider", ["runware", "sandbox"])
@pytest.mark.parametrize("section", ["shots", "retired"])
def test_superseded_and_retired_takes_of_both_providers_are_kept(
    opened: ProjectContext, provider: str, section: str
) -> None:
    old, new = archived(opened, "old"), archived(opened, "new")
    both = record(with_video(take(), old), with_video(take("b", number=2), new), current=2)
    shots = {"alley": both}
    recorded = Lockfile(provider, "night", shots) if section == "shots" else Lockfile(provider, "night", {}, shots)
    write(path_of(opened.on(provider)), recorded)
    assert dropped(opened) == []
    assert dropped(opened.on("sandbox")) == []


def test_what_another_branch_names_is_kept_and_forgotten_with_it(opened: ProjectContext) -> None:
    sha256 = archived(opened)
    git(opened.root, "checkout", "--quiet", "-b", "side")
    write(path_of(opened), naming(sha256))
    commit(opened.root, "bought")
    git(opened.root, "checkout", "--quiet", "main")
    assert not path_of(opened).exists()
    assert dropped(opened) == []
    git(opened.root, "branch", "--quiet", "-D", "side")
    assert dropped(opened) == []  # the log of HEAD remembers it
    git(opened.root, "reflog", "expire", "--expire=now", "--all")
    assert dropped(opened) == [sha256]


def test_what_another_branch_names_in_another_folder_is_kept(opened: ProjectContext) -> None:
    sha256 = archived(opened)
    git(opened.root, "checkout", "--quiet", "-b", "side")
    write(opened.root / "bought" / "night.lock.json", naming(sha256))
    commit(opened.root, "bought")
    git(opened.root, "checkout", "--quiet", "main")
    git(opened.root, "reflog", "expire", "--expire=now", "--all")
    assert dropped(opened) == []


def test_what_a_stash_names_is_kept(opened: ProjectContext) -> None:
    sha256 = archived(opened)
    write(path_of(opened), naming(sha256))
    git(opened.root, "stash", "--quiet", "--include-untracked")
    assert dropped(opened) == []


def test_what_another_worktree_names_is_kept(opened: ProjectContext, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("worktrees") / "other"
    sha256 = archived(opened)
    git(opened.root, "worktree", "add", "--quiet", "--detach", str(other))
    write(other / "lockfiles" / "night.lock.json", naming(sha256))
    assert dropped(opened) == []


def test_both_sides_of_a_merge_under_way_are_kept(opened: ProjectContext) -> None:
    ours, theirs = archived(opened, "ours"), archived(opened, "theirs")
    git(opened.root, "checkout", "--quiet", "-b", "side")
    write(path_of(opened), naming(theirs))
    commit(opened.root, "theirs")
    git(opened.root, "checkout", "--quiet", "main")
    write(path_of(opened), naming(ours))
    commit(opened.root, "ours")
    git(opened.root, "merge", "side", check=False)
    write(path_of(opened), naming(ours))  # a side was chosen, and not added yet
    git(opened.root, "branch", "--quiet", "-D", "side")
    git(opened.root, "reflog", "expire", "--expire=now", "--all")
    (opened.root / ".git" / "MERGE_HEAD").unlink()
    assert dropped(opened) == []


def test_what_arrived_and_is_not_recorded_is_kept(opened: ProjectContext) -> None:
    sha256 = archived(opened)
    note = opened.root / ".ltxspec" / "archive" / "arrived" / "some task.0-12345678"
    note.parent.mkdir()
    note.write_text(f"{sha256} 5\n")
    assert dropped(opened) == []
    note.write_text("")
    assert dropped(opened) == [sha256]


def test_downloads_and_what_was_rejected_are_never_touched(opened: ProjectContext) -> None:
    archived(opened)
    partial = opened.root / ".ltxspec" / "archive" / "partial"
    partial.mkdir(parents=True)
    for name in ("half", "half.rejected"):
        (partial / name).write_text("bytes")
    assert len(dropped(opened)) == 1
    assert sorted(path.name for path in partial.iterdir()) == ["half", "half.rejected"]


@pytest.mark.parametrize("provider", ["runware", "sandbox"])
def test_what_a_journal_names_is_kept_also_one_that_was_set_aside(opened: ProjectContext, provider: str) -> None:
    sha256 = archived(opened)
    paths = opened.on(provider).paths_of("night")
    with open_state(paths) as state:
        state.append(replace(intent(), request={"video": sha256}))
    assert dropped(opened) == []
    paths.journal.rename(paths.journal.with_name("night.set-aside"))
    assert dropped(opened) == []
    paths.journal.with_name("night.set-aside").unlink()
    assert dropped(opened) == [sha256]


@pytest.mark.parametrize("provider", ["runware", "sandbox"])
@pytest.mark.parametrize("known", ["lockfile", "journal", "nothing yet"])
def test_while_a_command_works_on_a_spec_nothing_goes(opened: ProjectContext, provider: str, known: str) -> None:
    sha256 = archived(opened)
    side = opened.on(provider)
    if known == "lockfile":
        write(path_of(side), Lockfile(provider, "night"))
    with open_state(side.paths_of("night"), command="apply") as state:
        if known == "journal":
            state.append(intent())
        with pytest.raises(LockHeld, match="`apply`"):
            prune(opened, ALL, FakeClock())
        assert open_archive(opened).has(sha256)
    assert dropped(opened) == [sha256]


@pytest.mark.parametrize("damage", [b"{", b"<<<<<<< ours\n{}\n=======\n", b'{"lockfileVersion": 1, "spec": "night"}'])
@pytest.mark.parametrize("place", ["lockfiles", "bought"])
def test_a_lockfile_that_cannot_be_read_on_any_branch_stops_it(
    opened: ProjectContext, damage: bytes, place: str
) -> None:
    sha256 = archived(opened)
    git(opened.root, "checkout", "--quiet", "-b", "side")
    (opened.root / place).mkdir(exist_ok=True)
    (opened.root / place / "night.lock.json").write_bytes(damage)
    commit(opened.root, "damage")
    git(opened.root, "checkout", "--quiet", "main")
    with pytest.raises(LockfileError, match=rf"{place}/night\.lock\.json \(in commit"):
        prune(opened, ALL, FakeClock())
    assert open_archive(opened).has(sha256)


def test_a_lockfile_of_a_later_version_on_any_branch_stops_it(opened: ProjectContext) -> None:
    archived(opened)
    git(opened.root, "checkout", "--quiet", "-b", "side")
    write(path_of(opened), lockfile())
    path_of(opened).write_bytes(path_of(opened).read_bytes().replace(b'"lockfileVersion": 1', b'"lockfileVersion": 2'))
    commit(opened.root, "later")
    git(opened.root, "checkout", "--quiet", "main")
    with pytest.raises(LockfileTooNew):
        prune(opened, ALL, FakeClock())


def test_a_lockfile_or_journal_that_cannot_be_read_here_stops_it(opened: ProjectContext) -> None:
    archived(opened)
    path_of(opened.on("sandbox")).parent.mkdir(parents=True)
    path_of(opened.on("sandbox")).write_bytes(b"{")
    with pytest.raises(LockfileError):
        prune(opened, ALL, FakeClock())
    path_of(opened.on("sandbox")).unlink()
    journal = opened.paths_of("night").journal
    journal.parent.mkdir(parents=True)
    journal.write_bytes(b"damage\nmore\n")
    with pytest.raises(LockfileError):
        prune(opened, ALL, FakeClock())


def test_damage_that_was_mended_since_does_not_stop_it_and_still_names_what_it_names(opened: ProjectContext) -> None:
    sha256, other = archived(opened), archived(opened, "other")
    write(path_of(opened), naming(sha256))
    path_of(opened).write_bytes(b"<<<<<<< ours\n" + path_of(opened).read_bytes())
    commit(opened.root, "conflict markers")
    write(path_of(opened), lockfile())
    commit(opened.root, "mended")
    assert dropped(opened) == [other]


def test_lockfiles_of_other_tools_do_not_stop_it(opened: ProjectContext) -> None:
    sha256 = archived(opened)
    (opened.root / "package.lock.json").write_text('{"lockfileVersion": 3, "packages": {}}')
    (opened.root / "flake.lock.json").write_text("[]")
    commit(opened.root, "tools")
    assert dropped(opened) == [sha256]


def test_other_projects_of_the_repository_count_and_do_not_stop_it(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    (tmp_path / "mine").mkdir()
    opened = project(tmp_path / "mine")
    named, loose = archived(opened, "named"), archived(opened, "loose")
    write(tmp_path / "yours" / "lockfiles" / "night.lock.json", naming(named))
    (tmp_path / "yours" / "lockfiles" / "day.lock.json").write_text("damage")
    commit(tmp_path, "yours")
    assert dropped(opened) == [loose]


def test_outside_of_a_repository_the_folder_counts(tmp_path: Path) -> None:
    opened = project(tmp_path)
    here, elsewhere, loose = (archived(opened, content) for content in ("here", "elsewhere", "loose"))
    write(path_of(opened), naming(here))
    write(tmp_path / "old" / "night.lock.json", naming(elsewhere))
    pruned = prune(opened, ALL, FakeClock())
    assert [item.sha256 for item in pruned.dropped] == [loose]
    assert pruned.reason == "no lockfile and no journal names it"


def test_an_open_task_whose_take_is_recorded_keeps_its_video(opened: ProjectContext) -> None:
    sha256 = archived(opened)
    write(path_of(opened), naming(sha256))
    with open_state(opened.paths_of("night")) as state:
        state.append(intent())
    assert dropped(opened) == []
