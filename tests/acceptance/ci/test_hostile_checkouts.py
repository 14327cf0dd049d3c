"""What a checkout brings is never run by the shell parts, and tags do not lead them astray."""

import shutil
import subprocess
from pathlib import Path

import pytest
from acceptance.ci.repos import CI, Remote, buy, environment, git, installed, run
from acceptance.ci.studio import Studio


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    return Remote.make(tmp_path)


@pytest.fixture
def traces(tmp_path: Path) -> Path:
    """Where a command that was run leaves a file."""
    folder = tmp_path / "traces"
    folder.mkdir()
    return folder


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    path.chmod(0o755)
    return path


def test_an_environment_that_came_with_the_checkout_is_not_used(tmp_path: Path, traces: Path) -> None:
    """Like the real one, this `python3` leaves programs that are there already as they are."""
    checkout = tmp_path / "checkout"
    for name in ("python", "ltxspec"):
        program(checkout / ".ltxspec" / "ltxspec-venv" / "bin" / name, f"touch {traces}/{name}")
    fresh = 'for name in python ltxspec; do [ -e "$4/bin/$name" ] || cp /bin/true "$4/bin/$name"; done'
    python = program(tmp_path / "bin" / "python3", f'mkdir -p "$4/bin"\n{fresh}')
    paths = tmp_path / "paths"
    done = subprocess.run(
        ["sh", str(CI / "install.sh")],
        cwd=checkout,
        env=environment(PATH=f"{python.parent}:/usr/bin:/bin", TMPDIR=str(tmp_path), GITHUB_PATH=str(paths)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert list(traces.iterdir()) == []
    bin_folder = Path(paths.read_text("utf-8").strip())
    assert bin_folder.is_relative_to(tmp_path)
    assert not bin_folder.is_relative_to(checkout)
    assert f"installed in {bin_folder}" in done.stderr


def test_a_module_of_the_checkout_is_not_imported(studio: Studio, traces: Path) -> None:
    clone = studio.clone()
    studio.write(clone, "night", alley="snow on a roof")
    git(clone, "fetch", "--quiet", "origin")
    for name in ("click", "json", "orjson"):
        (clone / f"{name}.py").write_text(f"open({str(traces / name)!r}, 'w')\n", "utf-8")
    run("run.sh", "plan", cwd=clone, variables=studio.pull_request(PYTHONPATH=":/nowhere", PATH=installed()))
    assert list(traces.iterdir()) == []


def test_a_tag_of_the_base_s_name_does_not_hide_what_a_change_does(studio: Studio) -> None:
    clone = studio.clone()
    studio.write(clone, "night", alley="snow on a roof")
    git(clone, "fetch", "--quiet", "origin")
    plain = run("plan.sh", cwd=clone, variables=studio.pull_request())
    git(clone, "tag", "origin/main", "HEAD")
    git(clone, "tag", "main", "HEAD")
    assert run("plan.sh", cwd=clone, variables=studio.pull_request()) == plain
    assert "alley" in plain


def test_git_is_not_given_the_key_that_pays(remote: Remote, tmp_path: Path) -> None:
    clone, seen = remote.clone("a"), tmp_path / "seen"
    bought = buy(clone, [1])
    spy = program(tmp_path / "bin" / "git", f'env >> "{seen}"\nexec "{shutil.which("git")}" "$@"')
    path = f"{spy.parent}:{environment()['PATH']}"
    run("commit-lockfiles.sh", cwd=clone, variables={"RUNWARE_API_KEY": "canary", "PATH": path})
    assert "PATH=" in seen.read_text("utf-8")
    assert "canary" not in seen.read_text("utf-8")
    assert remote.tasks() == bought


def test_a_folder_that_looks_like_a_repository_runs_nothing(remote: Remote, traces: Path) -> None:
    clone = remote.clone("a")
    films = clone / "films"
    git(clone, "init", "--quiet", "--bare", str(films))
    git(films, "config", "core.bare", "false")
    git(films, "config", "core.worktree", ".")
    git(films, "config", "core.fsmonitor", f"touch {traces}/fsmonitor; false")
    (films / "lockfiles").mkdir()
    (films / "lockfiles" / "night.lock.json").touch()
    told = run("commit-lockfiles.sh", "main", cwd=films, check=None)
    assert list(traces.iterdir()) == []
    assert "cannot use bare repository" in told
    named = {"GIT_DIR": str(clone / ".git"), "GIT_WORK_TREE": str(clone)}
    (films / "lockfiles" / "night.lock.json").unlink()
    buy(films, [1])
    assert "recorded on `main`" in run("commit-lockfiles.sh", "main", cwd=films, variables=named)
    assert list(traces.iterdir()) == []
