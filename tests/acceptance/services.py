"""The paid service as any client meets it: the sandbox as a process of its own, with a bill of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[1]
KEY = "test-key-of-the-paid-service"


@contextmanager
def paid_service(folder: Path, scenario: Mapping[str, Any] | None = None, key: str = KEY) -> Iterator[str]:
    """Serve it until the end of the block; its state is in `folder`, which must not exist. Gives its address."""
    folder.mkdir()
    (folder / "scenario.json").write_text(json.dumps(scenario or {}), "utf-8")
    options = ("--port=0", "--speed=1000", f"--key={key}", "--state=state", "--scenario=scenario.json")
    serving = subprocess.Popen(
        [sys.executable, "-m", "small_films", "sandbox", "serve", *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(TESTS), str(TESTS.parent)))},  # the code under test
        stdout=subprocess.PIPE,
        text=True,
    )
    assert serving.stdout is not None
    with serving, serving.stdout:
        try:
            line = serving.stdout.readline()
            assert line.startswith("sandbox ready: "), line
            yield line.removeprefix("sandbox ready: ").strip()
        finally:
            serving.terminate()
            serving.wait(20)
