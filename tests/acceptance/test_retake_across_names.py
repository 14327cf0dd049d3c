"""A retake bought on one branch while another branch renamed or moved the shot: it follows to where the shot is."""

from pathlib import Path

from acceptance.commands import ltxspec, write_spec
from acceptance.repositories import branch, commit, git, read_lockfile, repository
from acceptance.services import KEY, paid_service

HEAD = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720, duration: 6, fps: 24}\nshots:\n"
BASE = HEAD + "  one: {prompt: a tower}\n  two: {prompt: a boat}\n"
RENAMED = BASE.replace("two:", "boat:")


def test_a_retake_of_a_shot_that_another_branch_renamed_follows_it(tmp_path: Path) -> None:
    folder = tmp_path / "film"
    folder.mkdir()
    with paid_service(tmp_path / "service") as address:
        paid = {"RUNWARE_BASE_URL": address, "RUNWARE_API_KEY": KEY, "LTXSPEC_PROVIDER": "runware"}
        repository(folder)
        write_spec(folder, BASE)
        ltxspec("apply", "--auto-approve", cwd=folder, check=0, **paid)
        commit(folder, "rendered")
        branch(folder, "bob")
        write_spec(folder, RENAMED)
        ltxspec("apply", "--auto-approve", cwd=folder, check=0, **paid)
        commit(folder, "renamed")
        branch(folder, "retaken")
        ltxspec("apply", "--retake", "night.two", "--auto-approve", cwd=folder, check=0, **paid)
        newest = read_lockfile(folder).shots["two"].current
        commit(folder, "a retake")
        git(folder, "merge", "--quiet", "--no-edit", "bob")
        assert newest != read_lockfile(folder).shots["boat"].current
        (shot,) = [
            shot
            for shot in ltxspec("plan", "--format", "json", cwd=folder, check=None, **paid).json["shots"]
            if shot["action"] != "no-op"
        ]
        assert (shot["address"], shot["action"], shot["from"]) == ("night.boat", "move", "two")
        assert shot["taskUUID"] == newest
        assert "gone from the spec" not in ltxspec("plan", cwd=folder, check=None, **paid).out
        ltxspec("apply", "--auto-approve", cwd=folder, check=0, **paid)
        lockfile = read_lockfile(folder)
        assert (lockfile.shots["boat"].current, len(lockfile.shots["boat"].takes)) == (newest, 2)
        assert set(lockfile.shots) == {"one", "boat"}
        assert not lockfile.retired
        assert "No changes" in ltxspec("plan", cwd=folder, check=0, **paid).out


def test_a_retake_of_a_shot_that_another_branch_moved_to_another_spec_follows_it(tmp_path: Path) -> None:
    folder = tmp_path / "film"
    folder.mkdir()
    with paid_service(tmp_path / "service") as address:
        paid = {"RUNWARE_BASE_URL": address, "RUNWARE_API_KEY": KEY, "LTXSPEC_PROVIDER": "runware"}
        repository(folder)
        write_spec(folder, BASE)
        ltxspec("apply", "--auto-approve", cwd=folder, check=0, **paid)
        commit(folder, "rendered")
        branch(folder, "bob")
        write_spec(folder, HEAD + "  one: {prompt: a tower}\n")
        write_spec(folder, HEAD + "  two: {prompt: a boat}\n", "day")
        ltxspec("apply", "--auto-approve", cwd=folder, check=0, **paid)
        commit(folder, "moved")
        branch(folder, "retaken")
        ltxspec("apply", "--retake", "night.two", "--auto-approve", cwd=folder, check=0, **paid)
        newest = read_lockfile(folder).shots["two"].current
        commit(folder, "a retake")
        git(folder, "merge", "--quiet", "--no-edit", "bob")
        told = ltxspec("lock", "verify", cwd=folder, check=0, **paid).err
        assert f"task {newest} is newer and is only under `night.two`" in told
        assert "`ltxspec lock mv night.two day.two` joins them" in told
        planned = ltxspec("plan", "--format", "json", cwd=folder, check=None, **paid).json["shots"]
        (shot,) = [shot for shot in planned if shot["action"] != "no-op"]
        assert (shot["address"], shot["action"], shot["from"]) == ("day.two", "move", "night.two")
        assert shot["taskUUID"] == newest
        ltxspec("apply", "--auto-approve", cwd=folder, check=0, **paid)
        day, night = read_lockfile(folder, "day"), read_lockfile(folder)
        assert (day.shots["two"].current, len(day.shots["two"].takes)) == (newest, 2)
        assert (set(night.shots), set(night.retired)) == ({"one"}, set())
        assert "No changes" in ltxspec("plan", cwd=folder, check=0, **paid).out
