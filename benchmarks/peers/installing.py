"""An environment for each peer, outside of that of the project, and which version is in it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from peers.peer import Peer

VERSION = re.compile(r"\d+(?:\.\d+)+")


class Missing(RuntimeError):
    """A peer cannot be had here; the message says why."""


def programs_of(peer: Peer, environments: Path) -> Path:
    """The folder of a peer's programs; installs them there first if they are not.

    Raises:
        Missing: it cannot be installed, or is not on the PATH.
    """
    if peer.on_path:
        if not shutil.which(peer.on_path):
            raise Missing(f"`{peer.on_path}` is not on the PATH")
        return environments / "none"
    if not peer.packages:
        return Path(sys.executable).parent
    folder = environments / peer.name.lower()
    asked = folder / "packages.txt"
    wanted = "\n".join(peer.packages)
    if not asked.exists() or asked.read_text("utf-8") != wanted:
        _install(peer, folder)
        asked.write_text(wanted, "utf-8")
    return folder / "bin"


def _install(peer: Peer, folder: Path) -> None:
    commands = (
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"],
    )
    for command, packages in zip(commands, ((), peer.packages), strict=True):
        done = subprocess.run([*command, *packages], capture_output=True, text=True, check=False)
        if done.returncode:
            raise Missing(f"cannot be installed: {done.stderr.strip().splitlines()[-1][:200]}")


def version_of(peer: Peer, programs: Path) -> str:
    """What a peer says its version is; empty if it has none."""
    if peer.on_path:
        words = [peer.on_path, "--version"]
    elif peer.packages:
        name = re.split(r"[\[<>=~]", peer.packages[0])[0]
        words = [str(programs / "python"), "-c", f"import importlib.metadata as m; print(m.version({name!r}))"]
    else:
        return ""
    printed = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    found = VERSION.search(printed)
    return found[0] if found else ""
