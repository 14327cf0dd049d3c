"""Records docs/first-session.md: runs the commands of its `console` blocks and writes what they print below them.

usage: first_session.py                 record: run everything, and write the page and its pictures anew
       first_session.py --check FOLDER  run all but the installation in FOLDER; exit 1 if the page shows anything else

Nothing leaves this machine: the clone comes from this checkout, and the paid service is the sandbox.
"""

import difflib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "first-session.md"
BLOCK = re.compile(r"^```console( install)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ .*\n(?:> .*\n)*", re.MULTILINE)
CLONED = "https://github.com/ltxspec/ltxspec"

# What differs from one run to the next: ids, hashes, times, and how large a file became.
VARIES = (
    (re.compile(r"^\[\d+:\d\d\]\n", re.MULTILINE), ""),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "UUID"),
    (re.compile(r"\b[0-9a-f]{2}/[0-9a-f]{64}\b|\b[0-9a-f]{7,64}\b"), "HASH"),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "TIME"),
    (re.compile(r"\b\d+x\d+\b"), "SIZE"),
    (re.compile(r"^(?:night\.\w+: archived|\d+/\d+ done).*\n", re.MULTILINE), ""),  # progress
)


class Session:
    """Commands one after the other, as in one shell: the folder and exported variables last."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.state, self.begun = folder, folder / ".session", time.monotonic()
        self.state.write_text(f"cd {folder}\n", "utf-8")
        clone = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.{ROOT}.insteadOf", "GIT_CONFIG_VALUE_0": CLONED}
        dropped = ("RUNWARE_", "LTXSPEC_", "GIT_", "CI", "PYTHON")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
        commands = os.environ.get("LTXSPEC_BIN", str(Path(sys.executable).parent))
        path = {"PATH": f"{commands}{os.pathsep}{os.environ['PATH']}"}  # until the page installs its own
        self.environment = {**kept, **clone, **path, "COLUMNS": "100", "PYTHONUNBUFFERED": "1"}

    def run(self, command: str) -> str:
        """What a command prints. Exits if it fails."""
        script = (
            f". {self.state}\n{command}\n__code=$?\n{{ export -p; echo cd '\"'\"$PWD\"'\"'; }} > {self.state}.new\n"
        )
        script += f"mv {self.state}.new {self.state}; jobs -p >> {self.folder}/.running; exit $__code"
        printed = self.folder / ".printed"
        with printed.open("wb") as out:
            done = subprocess.run(  # noqa: S603  # the commands of our own page
                ["/bin/bash", "-c", script], env=self.environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                check=False, start_new_session=False,
            )  # fmt: skip
        text = printed.read_text("utf-8")
        if done.returncode:
            sys.exit(f"$ {command}\n{text}exit {done.returncode}")
        return text.replace(f"{self.folder}/campaign/..", "..").replace(str(self.folder), "~")

    def block(self, match: re.Match[str]) -> str:
        """A block with what its commands print now."""
        shown = []
        for written in COMMAND.findall(match[2]):
            command = re.sub(r"^[$>] ?", "", written, flags=re.MULTILINE)
            printed = self.run(command.rstrip("\n"))
            shown.append(written + printed + ("\n" if printed and not printed.endswith("\n") else ""))
        seconds = round(time.monotonic() - self.begun)
        return f"```console{match[1] or ''}\n[{seconds // 60}:{seconds % 60:02}]\n{''.join(shown)}```"

    def end(self) -> None:
        """Stop what the commands left running: the service."""
        for pid in map(int, (self.folder / ".running").read_text("utf-8").split()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)


def record() -> None:
    """Run everything, and write the page and its pictures."""
    with tempfile.TemporaryDirectory() as made:
        session = Session(Path(made))
        try:
            PAGE.write_text(BLOCK.sub(session.block, PAGE.read_text("utf-8")), "utf-8")
        finally:
            session.end()
        for picture in Path(made).glob("first-session-*.*g"):
            shutil.copy(picture, PAGE.parent / picture.name)


def check(folder: Path) -> int:
    """Compare what the page shows with what its commands print now; what differs by nature is left out."""
    session, written = Session(folder), PAGE.read_text("utf-8")
    try:
        now = BLOCK.sub(lambda match: match[0] if match[1] else session.block(match), written)
    finally:
        session.end()
    before, after = (lasting(text).splitlines() for text in (written, now))
    different = list(difflib.unified_diff(before, after, "docs/first-session.md", "now", lineterm=""))
    sys.stdout.write("\n".join(different))
    return 1 if different else 0


def lasting(text: str) -> str:
    """The page without what differs from one run to the next."""
    for pattern, instead in VARIES:
        text = BLOCK.sub(lambda match, pattern=pattern, instead=instead: pattern.sub(instead, match[0]), text)
    return text


if __name__ == "__main__":
    if sys.argv[1:2] == ["--check"]:
        sys.exit(check(Path(sys.argv[2]).resolve()))
    record()
