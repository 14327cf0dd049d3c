"""The paid service as any client meets it: the sandbox as a process of its own, with a bill of its own."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import warm

KEY = "test-key-of-the-paid-service"


@contextmanager
def paid_service(folder: Path, scenario: Mapping[str, Any] | None = None, key: str = KEY) -> Iterator[str]:
    """Serve it until the end of the block; its state is in `folder`, which must not exist. Gives its address."""
    folder.mkdir()
    (folder / "scenario.json").write_text(json.dumps(scenario or {}), "utf-8")
    options = ("--port=0", "--speed=1000", f"--key={key}", "--state=state", "--scenario=scenario.json")
    command = [str(warm.commands(small=True) / "ltxspec"), "sandbox", "serve", *options]
    serving = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    assert serving.stdout is not None
    with serving, serving.stdout:
        try:
            line = serving.stdout.readline()
            assert line.startswith("sandbox ready: "), line
            yield line.removeprefix("sandbox ready: ").strip()
        finally:
            serving.terminate()
            serving.wait(20)
