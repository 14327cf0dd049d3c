"""Runs the real command as users do, in a folder of its own."""

import io
import json
import os
import shutil
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as one JSON document."""
        return json.loads(self.out)


def ltxspec(*arguments: str, cwd: Path, check: int | None = 0, **environment: str) -> Result:
    """Run `ltxspec` in a folder; `check` is the exit code it must have (None: any).

    Without a process of its own, whose start would take longer than most commands; where one matters: `process`.
    """
    from ltxspec.cli.main import run

    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n") for _ in range(2))
    with (
        open(os.devnull, encoding="utf-8") as nothing,  # noqa: PTH123  # a device, and no path of the test
        mock.patch.object(sys, "stdin", nothing),
        mock.patch.dict(os.environ, environment),
        redirect_stdout(out),
        redirect_stderr(err),
        chdir(cwd),
    ):
        code = run(arguments)
    out.seek(0)
    err.seek(0)
    return _checked(Result(code, out.read(), err.read()), check)


def process(*arguments: str, cwd: Path, check: int | None = 0, **environment: str) -> Result:
    """As `ltxspec`, as users run it: for what a process has of its own, such as modules, locks and a first import."""
    done = subprocess.run(
        [sys.executable, "-m", "ltxspec", *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return _checked(Result(done.returncode, done.stdout, done.stderr), check)


def _checked(result: Result, code: int | None) -> Result:
    assert code is None or result.code == code, f"exit {result.code}\n{result.out}\n{result.err}"
    assert "Traceback" not in result.err, result.err
    return result


def copy_of_repository(folder: Path) -> Path:
    """The repository's specs and lockfiles in a folder of their own."""
    for name in ("specs", "lockfiles"):
        shutil.copytree(REPOSITORY / name, folder / name)
    return folder


def write_spec(folder: Path, text: str, name: str = "night") -> Path:
    """A spec file `specs/<name>.yaml` with the usual head before `text`."""
    head = f"apiVersion: ltxspec/v1\nkind: RenderSpec\nmetadata: {{name: {name}}}\n"
    path = folder / "specs" / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(head + text, encoding="utf-8")
    return path
