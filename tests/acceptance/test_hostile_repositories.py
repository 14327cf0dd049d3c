"""What a repository says makes git run nothing, and shows nothing but what is in it."""

import os
import shutil
from pathlib import Path

import pytest
from acceptance.commands import Result, ltxspec
from acceptance.repositories import commit, git
from unit.project.reviewed_projects import edit, project

SECRETS = ("RUNWARE_API_KEY", "GITHUB_TOKEN", "GH_TOKEN", "GITLAB_TOKEN", "CI_JOB_TOKEN", "LTXSPEC_WEBHOOK_SECRET")
COMMANDS = {
    "diff": ("diff", "main", "HEAD"),
    "comment": ("comment", "--dry-run", "--base", "main", "--head", "HEAD"),
    "a plan": ("plan",),
    "an apply": ("apply", "--provider", "sandbox", "--auto-approve", "--limit", "0"),
    "lock verify": ("lock", "verify", "--base", "main"),
    "lock merge": ("lock", "merge"),
    "archive gc": ("archive", "gc", "--dry-run"),
    "doctor": ("doctor", "--provider", "sandbox"),
}


def run(folder: Path, *arguments: str, check: int | None = None, **more: str) -> Result:
    return ltxspec(*arguments, cwd=folder, check=check, **{"RUNWARE_API_KEY": "canary-key", **more})


@pytest.fixture
def films(tmp_path: Path) -> Path:
    """A project in a folder of a repository, with a change on the branch `feature`."""
    outer = tmp_path / "studio"
    folder = project(outer / "films")
    shutil.move(folder / ".git", outer / ".git")
    commit(outer, "a folder of its own")
    git(outer, "branch", "--force", "main")
    edit(folder, "specs/night.yaml", "Rain", "Snow")
    commit(outer, "snow")
    return folder


def disguise(folder: Path, traces: Path) -> None:
    """Make a folder a repository as well, whose one commit is missing and to be fetched by a command."""
    for place in ("objects", "refs/heads"):
        (folder / place).mkdir(parents=True)
        (folder / place / ".keep").touch()
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "refs" / "heads" / "main").write_text(f"{'1' * 40}\n")
    (folder / "config").write_text(
        "[core]\n\trepositoryformatversion = 1\n\tbare = false\n\tworktree = .\n"
        f'\tfsmonitor = "touch {traces}/fsmonitor; false"\n'
        "[extensions]\n\tpartialClone = origin\n"
        f'[remote "origin"]\n\tpromisor = true\n\turl = "ext::sh -c touch% {traces}/fetched"\n'
        '[protocol "ext"]\n\tallow = always\n'
    )


@pytest.fixture
def traces(tmp_path: Path) -> Path:
    """Where a command that was run leaves a file."""
    folder = tmp_path / "traces"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
def test_a_folder_that_looks_like_a_repository_is_not_taken_for_one(
    films: Path, traces: Path, arguments: tuple[str, ...]
) -> None:
    before = run(films, *arguments)
    disguise(films, traces)
    after = run(films, *arguments)
    assert list(traces.iterdir()) == []
    assert (after.code, after.out) == (before.code, before.out)


def test_the_disguise_would_run_a_command(films: Path, traces: Path) -> None:
    disguise(films, traces)
    git(films, "cat-file", "-p", "HEAD^{tree}", check=False)
    git(films, "ls-files", "--error-unmatch", "x", check=False)
    assert {path.name for path in traces.iterdir()} == {"fetched", "fsmonitor"}


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
def test_what_the_configuration_of_the_repository_names_is_not_run(
    films: Path, traces: Path, arguments: tuple[str, ...]
) -> None:
    """An unpacked archive may hold a whole `.git`."""
    missing = git(films, "rev-parse", "main:films/specs/night.yaml").stdout.strip()
    top = films.parent
    (top / ".git" / "objects" / missing[:2] / missing[2:]).unlink()
    for name, value in {
        "core.repositoryFormatVersion": "1",
        "core.fsmonitor": f"touch {traces}/fsmonitor; false",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::sh -c touch% {traces}/fetched",
        "protocol.ext.allow": "always",
    }.items():
        git(top, "config", name, value)
    result = run(films, *arguments)
    assert list(traces.iterdir()) == []
    assert result.code != 70, result.err


def test_no_program_that_git_starts_learns_a_secret(films: Path, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    spy = tmp_path / "bin" / "git"
    spy.parent.mkdir()
    spy.write_text(f'#!/bin/sh\nenv >> "{seen}"\nexec "{shutil.which("git")}" "$@"\n')
    spy.chmod(0o755)
    secrets = {name: f"canary-{name.lower()}" for name in SECRETS if name != "RUNWARE_API_KEY"}
    path = f"{spy.parent}{os.pathsep}{os.environ['PATH']}"
    for arguments in COMMANDS.values():
        run(films, *arguments, check=None, PATH=path, GIT_SSH_COMMAND="canary-ssh", GIT_CONFIG_COUNT="0", **secrets)
    assert "PATH=" in seen.read_text()
    assert "canary" not in seen.read_text()
    assert "GIT_CONFIG_COUNT" not in seen.read_text()


def test_a_git_of_the_project_s_own_is_not_run(films: Path, traces: Path) -> None:
    """An empty entry of PATH is the working directory."""
    (films / "git").write_text(f"#!/bin/sh\ntouch {traces}/run\n")
    (films / "git").chmod(0o755)
    result = run(films, "diff", "main", "HEAD", check=0, PATH=f":{os.environ['PATH']}:.")
    assert "Snow" in result.out
    assert list(traces.iterdir()) == []


def test_replaced_commits_do_not_make_a_lost_task_pass(tmp_path: Path) -> None:
    folder = project(tmp_path / "films")
    bought = git(folder, "rev-parse", "main").stdout.strip()
    lockfile = folder / "lockfiles" / "night.lock.json"
    lockfile.unlink()
    commit(folder, "the lockfile is lost")
    lost = run(folder, "lock", "verify", "--base", "main", check=1)
    git(folder, "replace", bought, "HEAD")
    assert run(folder, "lock", "verify", "--base", "main", check=1).err == lost.err


@pytest.mark.parametrize("arguments", [("diff", "origin/main"), ("lock", "verify", "--base", "origin/main")])
def test_a_tag_of_the_base_s_name_is_an_error_that_names_both(
    tmp_path: Path, films: Path, arguments: tuple[str, ...]
) -> None:
    git(tmp_path, "clone", "--quiet", "--branch=feature", str(films.parent), "clone")
    clone = tmp_path / "clone" / "films"
    git(clone, "tag", "origin/main", "HEAD")
    result = run(clone, *arguments, check=1)
    assert "`origin/main` is ambiguous" in result.err
    assert "`refs/tags/origin/main` and `refs/remotes/origin/main`" in result.err
    *command, base = arguments
    run(clone, *command, f"refs/remotes/{base}", check=0)


def test_in_ci_a_tag_does_not_stand_in_for_the_branch_a_change_goes_to(tmp_path: Path, films: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--branch=feature", str(films.parent), "clone")
    clone = tmp_path / "clone" / "films"
    git(clone, "remote", "set-head", "origin", "main")
    plain = run(clone, "diff", GITHUB_BASE_REF="main", check=0)
    for name in ("origin/main", "main", "origin/HEAD"):
        git(clone, "tag", name, "HEAD")
    assert run(clone, "diff", GITHUB_BASE_REF="main", check=0).out == plain.out
    assert run(clone, "diff", check=0).out == plain.out.replace("origin/main", "origin/HEAD")
    assert "Snow" in plain.out


def another_user_s(folder: Path) -> str:
    """A PATH with a git that takes every repository for another user's, as its own tests have it do."""
    program = folder / "bin" / "git"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec "{shutil.which("git")}" "$@"\n')
    program.chmod(0o755)
    return f"{program.parent}{os.pathsep}{os.environ['PATH']}"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("diff", "main"), 1),
        (("lock", "verify", "--base", "main"), 1),
        (("lock", "merge"), 1),
        (("archive", "gc"), 1),
        (("doctor", "--provider", "sandbox"), 1),
        (("init",), 0),
    ],
)
def test_a_repository_of_another_user_is_never_passed_over_in_silence(
    films: Path, tmp_path: Path, arguments: tuple[str, ...], code: int
) -> None:
    result = run(films, *arguments, check=code, PATH=another_user_s(tmp_path))
    said = " ".join((result.out + result.err).split())
    assert f"git does not read the repository `{films.parent}`, because it belongs to another user" in said
    assert f"git config --global --add safe.directory '{films.parent}'" in said
