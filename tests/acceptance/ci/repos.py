"""Real git for tests of the shell parts: a bare remote, clones of it, and lockfiles as applies would leave them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import warm
from builders import take
from sharing import made_by_worker

from ltxspec.lock.codec import decode_lockfile, encode_lockfile
from ltxspec.lock.merge import merge_lockfiles
from ltxspec.lock.models import Lockfile, ShotRecord

ROOT = Path(__file__).parents[3]
CI = ROOT / "ci"
BIN = Path(sys.executable).parent  # where this checkout's `ltxspec` is


def installed() -> str:
    """A path with `ltxspec` as it is installed, for tests of what its start does."""
    return f"{BIN}:{os.environ['PATH']}"


def environment(**more: str) -> dict[str, str]:
    """The cleaned environment of the test, with `ltxspec` on the path and a git that knows nothing of this machine."""
    quiet = {
        "PATH": f"{warm.commands(small=True)}:{installed()}",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Test",
        "GIT_AUTHOR_EMAIL": "test@example.invalid",
        "GIT_COMMITTER_NAME": "Test",
        "GIT_COMMITTER_EMAIL": "test@example.invalid",
    }
    return os.environ | quiet | more


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=environment(), capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


@dataclass(frozen=True)
class Remote:
    """A bare repository with a `main` branch."""

    folder: Path

    @classmethod
    def make(cls, root: Path) -> "Remote":
        """A new one in a folder."""
        return cls.copied(made_by_worker(cls.begin), root)

    @classmethod
    def copied(cls, made: Path, root: Path) -> "Remote":
        """A copy of a remote and its clones, which learn where it is now."""
        remote = cls(root / "remote.git")
        for found in (path for path in made.iterdir() if path.is_dir()):
            shutil.rmtree(root / found.name, ignore_errors=True)
            clone = shutil.copytree(found, root / found.name, symlinks=True)
            if (clone / ".git").exists():
                git(clone, "remote", "set-url", "origin", str(remote.folder))
                git(clone, "update-index", "-q", "--refresh")  # the files are the same, and not where they were
        return remote

    @classmethod
    def begin(cls, root: Path) -> "Remote":
        """With a first commit, from a first clone."""
        remote = cls(root / "remote.git")
        remote.folder.mkdir()
        git(remote.folder, "init", "--quiet", "--bare", "--initial-branch=main")
        first = remote.clone("first")
        (first / "README").write_text("films\n", "utf-8")
        (first / "lockfiles").mkdir()
        (first / "lockfiles" / ".keep").touch()
        git(first, "add", "--all")
        git(first, "commit", "--quiet", "--message=Start")
        git(first, "push", "--quiet", "origin", "HEAD:main")
        return remote

    def clone(self, name: str) -> Path:
        folder = self.folder.parent / name
        git(self.folder.parent, "clone", "--quiet", str(self.folder), str(folder))
        if not (folder / ".git" / "HEAD").read_text().endswith("/main\n"):
            git(folder, "symbolic-ref", "HEAD", "refs/heads/main")
        return folder

    def hook(self, name: str, text: str) -> None:
        path = self.folder / "hooks" / name
        path.write_text(f"#!/bin/sh\n{text}", "utf-8")
        path.chmod(0o755)

    def tasks(self, spec: str = "night", branch: str = "main") -> set[str]:
        """Ids of all tasks that a branch's lockfile records. Reading checks its digests."""
        path = f"lockfiles/{spec}.lock.json"
        lockfile = decode_lockfile(git(self.folder, "show", f"{branch}:{path}").encode() + b"\n", path)
        records = [*lockfile.shots.values(), *lockfile.retired.values()]
        return {found.task_id for record in records for found in record.takes}

    def branches(self) -> set[str]:
        return set(git(self.folder, "for-each-ref", "--format=%(refname:short)", "refs/heads").split())


def buy(clone: Path, numbers: Iterable[int], *, spec: str = "night") -> set[str]:
    """Record tasks in a clone's lockfile as an apply would: one shot for each, beside what is there. Their ids."""
    path = clone / "lockfiles" / f"{spec}.lock.json"
    bought = {number: take(f"prompt {number}", number=number) for number in numbers}
    shots = {f"shot-{number}": ShotRecord(one.task_id, (one,)) for number, one in bought.items()}
    lockfile = Lockfile("runware", spec, shots)
    if path.exists():
        lockfile = merge_lockfiles(decode_lockfile(path.read_bytes(), path.name), lockfile)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(encode_lockfile(lockfile))
    return {one.task_id for one in bought.values()}


def start(script: str, *arguments: str, cwd: Path, variables: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """Start a shell part, with short pauses."""
    return subprocess.Popen(
        ["sh", str(CI / script), *arguments],
        cwd=cwd,
        env=environment(LTXSPEC_PUSH_PAUSE="50", **(variables or {})),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(
    script: str, *arguments: str, cwd: Path, check: int | None = 0, variables: Mapping[str, str] | None = None
) -> str:
    """Run a shell part to its end; what it printed."""
    process = start(script, *arguments, cwd=cwd, variables=variables)
    out, _ = process.communicate(timeout=120)
    assert check is None or process.returncode == check, f"exit {process.returncode}\n{out}"
    return out
