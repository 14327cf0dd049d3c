"""The Pythons of this machine that ltxspec supports, one for each minor version."""

import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

# What users need as well: a release candidate is none that we support, and Debian's python3 has no ensurepip.
QUESTION = """\
import sys, venv, ensurepip
assert sys.version_info >= (3, 11) and sys.version_info.releaselevel == "final"
print(*sys.version_info[:2], sep=".")
"""
NAME = re.compile(r"python3(\.\d+)?$")


def pythons(environment: Mapping[str, str] = os.environ) -> dict[str, Path]:
    """Version (`3.12`) -> interpreter, oldest first. Looks on the PATH, and where pyenv and uv keep theirs.

    Raises:
        LookupError: there is none.
    """
    found: dict[str, Path] = {}
    for path in candidates(environment):
        asked = subprocess.run([str(path), "-c", QUESTION], capture_output=True, text=True, check=False, timeout=60)
        if not asked.returncode:
            found.setdefault(asked.stdout.strip(), path)
    if not found:
        raise LookupError("no Python 3.11 or later with venv and ensurepip is on this machine")
    return dict(sorted(found.items(), key=lambda item: [int(part) for part in item[0].split(".")]))


def candidates(environment: Mapping[str, str]) -> Iterable[Path]:
    """Executables that may be a Python, in the order in which they are preferred."""
    home = Path(environment.get("HOME", "/nonexistent"))
    kept = [
        Path(environment.get("PYENV_ROOT") or home / ".pyenv") / "versions",
        Path(environment.get("UV_PYTHON_INSTALL_DIR") or home / ".local" / "share" / "uv" / "python"),
    ]
    folders = [Path(name) for name in environment.get("PATH", "").split(os.pathsep) if name]
    folders += [folder / "bin" for versions in kept if versions.is_dir() for folder in sorted(versions.iterdir())]
    for folder in folders:
        files = sorted(folder.iterdir()) if folder.is_dir() else []
        yield from (file for file in files if NAME.fullmatch(file.name) and os.access(file, os.X_OK))
