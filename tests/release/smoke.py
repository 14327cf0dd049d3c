"""One file of a release, installed into a blank environment and used as in the README: from `init` to videos."""

import os
import subprocess
from collections.abc import Sequence
from functools import partial
from pathlib import Path

FOREIGN = ("PYTHON", "LTXSPEC_", "RUNWARE_", "VIRTUAL_ENV")


def smoke(artifact: Path, python: Path, folder: Path, version: str) -> None:
    """Install `artifact` with `python` below the empty `folder`, and use it there.

    Raises:
        CalledProcessError: a step failed; its output is in the error.
        AssertionError: it ran, and did something else than it should.
    """
    blank = folder / "blank"
    _run([python, "-m", "venv", blank], folder)
    pip = [blank / "bin" / "python", "-m", "pip", "--disable-pip-version-check"]
    _run([*pip, "install", "--quiet", artifact], folder)
    _run([*pip, "check"], folder)
    use(blank / "bin" / "ltxspec", folder, version)


def use(command: Path, folder: Path, version: str) -> None:
    """A first session. Raises as `smoke` does."""
    project = folder / "project"
    run = partial(_run, HOME=str(folder))
    _expect(f"ltxspec {version}", run([command, "--version"], folder))
    run(["git", "init", "--quiet", project], folder)
    run([command, "init", "--name", "smoke", "--ci", "none"], project)
    run([command, "validate"], project)
    _expect("to render", run([command, "plan", "--provider", "sandbox"], project))
    apply = [command, "apply", "--provider", "sandbox", "--auto-approve"]
    _expect("rendered", run(apply, project))
    run([command, "plan", "--provider", "sandbox", "--detailed-exitcode"], project)  # 2 if anything were left to do
    run([command, "archive", "verify", "--provider", "sandbox"], project)
    videos = list((project / "renders" / "sandbox" / "smoke").iterdir())
    if not videos or not all(path.stat().st_size for path in videos):
        raise AssertionError(f"no video in {project}")


def _run(words: Sequence[object], folder: Path, **variables: str) -> str:
    """What a command printed. Raises CalledProcessError with all of it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    done = subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        env=environment | variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
        check=False,
    )
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, done.args, done.stdout)
    return done.stdout


def _expect(wanted: str, printed: str) -> None:
    if wanted not in printed:
        raise AssertionError(f"expected {wanted!r} in:\n{printed}")
