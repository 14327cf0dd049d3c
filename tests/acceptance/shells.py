"""Types into a real shell on a terminal, as users do, and shows which words a completed line has."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

_START = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
}
_READY = {
    "bash": "bind 'set bell-style none'; PS1='> '",
    "zsh": "autoload -Uz compinit && compinit -u -D; PS1='> '; setopt no_beep no_list_ambiguous",
}
_LONGEST = 30.0  # seconds for one answer


def command_folder(folder: Path) -> Path:
    """A folder with `ltxspec` as a command, for PATH."""
    place = folder / "bin"
    place.mkdir(exist_ok=True)
    (place / "ltxspec").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ltxspec "$@"\n', "utf-8")
    (place / "ltxspec").chmod(0o755)
    return place


def environment(folder: Path) -> dict[str, str]:
    """The variables of a shell that finds the command."""
    path = f"{command_folder(folder)}{os.pathsep}{os.environ['PATH']}"
    python = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PATH": path, "PYTHONPATH": python, "TERM": "dumb", "HOME": str(folder), "LC_ALL": "C.UTF-8"}


def completed_words(shell: str, typed: str, cwd: Path, folder: Path) -> list[str]:
    """The words of the line after a tab, as the shell reads them."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        _START[shell], stdin=slave, stdout=slave, stderr=slave, cwd=cwd, env=environment(folder), start_new_session=True
    )
    os.close(slave)
    try:
        _answer(master, f"{_READY[shell]}; printf 'SET%s\\n' UP\n", "SETUP")
        _answer(master, f"source <(ltxspec completion {shell}); printf 'LOA%s\\n' DED\n", "LOADED")
        os.write(master, f"{typed}\t".encode())
        _quiet(master)
        os.write(master, b"\x01printf '<%s>' ")  # at the beginning of the line
        shown = _answer(master, "\x05; printf 'DO%s\\n' NE\n", "DONE")
        return re.findall(r"<([^<>]*)>", shown.rpartition("\n<")[1] + shown.rpartition("\n<")[2])
    finally:
        process.kill()
        process.wait()
        os.close(master)


def _answer(master: int, text: str, until: str) -> str:
    os.write(master, text.encode())
    shown, end = "", time.monotonic() + _LONGEST
    while until not in shown:
        if not select.select([master], [], [], max(end - time.monotonic(), 0))[0]:
            raise AssertionError(f"no answer: {shown}")
        shown += os.read(master, 65536).decode(errors="replace").replace("\r", "")
    return shown


def _quiet(master: int) -> None:
    """Wait for the completion: until something was shown and then nothing for a while."""
    end, wait = time.monotonic() + _LONGEST, 5.0
    while time.monotonic() < end and select.select([master], [], [], wait)[0]:
        os.read(master, 65536)
        wait = 1.0
