"""What takes long to make is made once in a run of the tests, or once in each of its workers, and shared."""

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder of that name, which all workers of this run share: copy it before anything is changed in it.

    Args:
        factory: pytest's own; the folder stands beside the temporary folders of the workers.
        name: one for each thing that is made.
        make: fills the folder, which it has to create. Where it fails, the next one to ask tries again.
    """
    base = factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    shared.mkdir(exist_ok=True)
    folder, done = shared / name, shared / f"{name}.done"
    with (shared / f"{name}.guard").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)  # until it is closed, or its process ends
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            done.touch()
    return folder


@cache
def made_by_worker(make: Callable[[Path], object]) -> Path:
    """A folder that each worker has for itself, filled once: copy it before anything is changed in it."""
    folder = Path(tempfile.mkdtemp(prefix="ltxspec-made-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    make(folder)
    return folder
