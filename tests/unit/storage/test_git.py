import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from acceptance.repositories import commit, git

from ltxspec.errors import StorageError
from ltxspec.storage.git import (
    NoRepository,
    Repository,
    ask_remote,
    end_remotes,
    environment,
    open_git,
    repository_of,
)
from ltxspec.storage.git import git as read


def run_by(monkeypatch: pytest.MonkeyPatch, folder: Path, first: str) -> None:
    """Let the git that is found do something first."""
    program = folder / "bin" / "git"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\n{first}\nexec "{shutil.which("git")}" "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")


def test_a_repository_is_found_from_every_folder_in_it_and_named(repository: Path) -> None:
    found = Repository(str(repository / ".git"), str(repository))
    assert repository_of(repository) == repository_of(repository / "lockfiles") == found
    assert found.options == (f"--git-dir={repository}/.git", f"--work-tree={repository}")


def test_a_linked_worktree_has_its_own_index_and_files(repository: Path, tmp_path: Path) -> None:
    git(repository, "worktree", "add", "--quiet", str(tmp_path / "linked"), "-b", "side")
    linked = repository_of(tmp_path / "linked")
    assert linked == Repository(str(repository / ".git" / "worktrees" / "linked"), str(tmp_path / "linked"))
    assert read(tmp_path / "linked", "rev-parse", "--abbrev-ref", "HEAD") == b"side\n"


def test_a_repository_without_files_has_no_work_tree(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", ".git")
    assert repository_of(tmp_path) == Repository(str(tmp_path / ".git"), None)
    assert read(tmp_path, "rev-parse", "--is-bare-repository") == b"true\n"


def test_where_nothing_is_called_dot_git_there_is_none(tmp_path: Path) -> None:
    assert repository_of(tmp_path) is None
    with pytest.raises(NoRepository, match="not in a git repository"):
        read(tmp_path, "status")


def test_what_is_called_dot_git_and_is_none_is_not_the_same_as_nothing(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    with pytest.raises(NoRepository):
        repository_of(tmp_path)
    (tmp_path / ".git").rmdir()
    (tmp_path / ".git").write_text("gitdir: nowhere\n")
    with pytest.raises(StorageError, match="cannot read the repository") as caught:
        repository_of(tmp_path)
    assert f"git -C '{tmp_path}' status" in str(caught.value.hint)


def test_a_repository_of_another_user_is_told_from_none(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a CI container; git's own tests have a switch for it."""
    run_by(monkeypatch, tmp_path, "export GIT_TEST_ASSUME_DIFFERENT_OWNER=1")
    with pytest.raises(StorageError, match="belongs to another user") as caught:
        read(repository / "lockfiles", "status")
    assert f"--add safe.directory '{repository}'" in str(caught.value.hint)


def test_without_git_that_is_said(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert repository_of(repository) is not None
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(StorageError, match="git is not installed"):
        read(repository, "status")
    with pytest.raises(StorageError, match="git is not installed"):
        open_git(repository, "cat-file", "--batch")


def test_git_is_quoted_when_it_refuses(repository: Path) -> None:
    with pytest.raises(StorageError, match="git show failed: ambiguous argument"):
        read(repository, "show", "nosuch")


def test_of_the_environment_git_learns_where_things_are_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "RUNWARE_API_KEY",
        "CI_JOB_TOKEN",
        "ANYTHING",
        "GIT_DIR",
        "GIT_TRACE",
        "GIT_CONFIG_COUNT",
        "SSH_ASKPASS",
    ):
        monkeypatch.setenv(name, "canary")
    monkeypatch.setenv("HOME", "/home/a")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/home/a/settings")
    monkeypatch.setenv("PATH", ":/usr/bin:.:bin:/bin:")
    told = environment()
    assert "canary" not in told.values()
    assert (told["HOME"], told["GIT_CONFIG_GLOBAL"], told["PATH"]) == ("/home/a", "/home/a/settings", "/usr/bin:/bin")


@pytest.mark.parametrize("path", ["", ".", ":"])
def test_a_path_that_is_only_the_working_directory_is_not_searched(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setenv("PATH", path)
    assert environment()["PATH"] == os.defpath


def test_what_git_tells_its_hooks_does_not_lead_astray(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    monkeypatch.setenv("GIT_PREFIX", "nowhere/")
    assert read(repository / "lockfiles", "ls-files") == b"night.lock.json\n"


def test_a_repository_that_is_kept_elsewhere_is_the_one_that_git_was_told(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / ".git").rename(tmp_path / "kept")
    git(tmp_path, "init", "--quiet", str(repository / "inner"))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "kept"))
    monkeypatch.setenv("GIT_WORK_TREE", str(repository))
    assert read(repository / "lockfiles", "ls-files") == b"night.lock.json\n"
    assert repository_of(repository / "inner") == Repository(f"{repository}/inner/.git", f"{repository}/inner")
    (tmp_path / "other").mkdir()
    assert repository_of(tmp_path / "other") is None, "it is not the repository of what is outside"


def test_replaced_and_grafted_commits_are_seen_as_they_are(repository: Path) -> None:
    commit(repository, "second")
    git(repository, "replace", "HEAD", "HEAD~1")
    tip = read(repository, "rev-parse", "HEAD").decode().strip()
    (repository / ".git" / "info" / "grafts").write_text(f"{tip}\n")
    assert read(repository, "rev-list", "--count", "HEAD") == b"2\n"
    assert git(repository, "rev-list", "--count", "HEAD").stdout == "1\n"


def test_a_remote_is_asked_with_the_users_own_settings_and_without_the_keys_of_services(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SSH_AUTH_SOCK", "HTTPS_PROXY", "https_proxy", "GIT_SSH_COMMAND", "GH_TOKEN", "RUNWARE_API_KEY"):
        monkeypatch.setenv(name, "canary")
    told = ask_remote(repository, "-c", "alias.told=!env", "told", timeout=20.0, given={"GIT_AUTHOR_NAME": "x"})
    names = {line.partition("=")[0] for line in told.stdout.decode().splitlines() if line.endswith("=canary")}
    assert names == {"SSH_AUTH_SOCK", "HTTPS_PROXY", "https_proxy", "GIT_SSH_COMMAND", "GH_TOKEN"}
    lines = told.stdout.decode().splitlines()
    assert "GIT_AUTHOR_NAME=x" in lines
    assert "GIT_TERMINAL_PROMPT=0" in lines
    assert "GIT_ALLOW_PROTOCOL=file:git:http:https:ssh" in lines
    assert "'http.lowSpeedTime'='20'" in next(line for line in lines if line.startswith("GIT_CONFIG_PARAMETERS="))


def test_a_remote_that_takes_too_long_is_given_up(repository: Path) -> None:
    with pytest.raises(StorageError, match="git slow takes too long"):
        ask_remote(repository, "slow", "-c", timeout=0.0)


def test_a_remote_is_not_asked_without_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository_of(repository)  # which is known from here on
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(StorageError, match="git is not installed"):
        ask_remote(repository, "ls-remote", timeout=20.0)


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a remote that accepts connections and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/films.git"


def helpers(address: str) -> list[str]:
    """The processes that speak to a remote."""
    listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if address in line]


def wait_for(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_nothing_of_git_outlives_a_remote_that_takes_too_long(repository: Path, silent: str) -> None:
    with pytest.raises(StorageError, match="git ls-remote takes too long"):
        ask_remote(repository, "ls-remote", silent, timeout=0.5)
    wait_for(lambda: not helpers(silent))


def test_nothing_of_git_outlives_an_interruption(repository: Path, silent: str) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    main = threading.main_thread().ident
    assert main is not None

    def interrupt() -> None:
        wait_for(lambda: len(helpers(silent)) > 1)
        signal.pthread_kill(main, signal.SIGINT)

    threading.Thread(target=interrupt).start()
    try:
        with pytest.raises(KeyboardInterrupt):
            ask_remote(repository, "ls-remote", silent, timeout=30.0)
    finally:
        signal.signal(signal.SIGINT, before)
    wait_for(lambda: not helpers(silent))


def test_what_speaks_to_remotes_can_be_ended_from_another_thread(repository: Path, silent: str) -> None:
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask_remote, repository, "ls-remote", silent, timeout=30.0)
        wait_for(lambda: len(helpers(silent)) > 1)
        end_remotes()
        assert asked.result(timeout=20).returncode != 0
    wait_for(lambda: not helpers(silent))
