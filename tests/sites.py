"""The documentation site, built once for all tests.

`make docs` builds it as well; where it has just done so, `LTXSPEC_SITE` names its folder.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sharing import made_once

ROOT = Path(__file__).parents[1]
BUILT = os.environ.get("LTXSPEC_SITE")  # read before the tests' environment is cleaned


def documentation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of its pages."""
    return Path(BUILT) if BUILT else made_once(tmp_path_factory, "documentation", _build)


def _build(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sitegen", str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "docs" / "site")},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
