"""ltxspec itself: as usual, and as on a machine that never planned the project; and the bare work of planning."""

import shutil
import subprocess
import sys
from pathlib import Path

from timing import child_environment
from workload import SPEC

from peers.peer import EDITED_EVERY, Peer, Site, edits

HERE = Path(__file__).parents[1]
THERE_ARE_CHANGES = 2  # exit code of `plan --detailed-exitcode`


def _script(site: Site, name: str, *words: object) -> None:
    command = [sys.executable, str(HERE / name), *map(str, words)]
    subprocess.run(command, cwd=site.folder, env=child_environment(), check=True)


def _prepare(site: Site) -> None:
    _script(site, "workload.py", ".", site.shots, "shared")
    _script(site, "bought.py", ".")
    _script(site, "workload.py", ".", site.shots, "shared", "--edited", EDITED_EVERY)
    _script(site, "bought.py", ".", edits(site.shots))  # a plan in which each change is looked at


def _prepare_floor(site: Site) -> None:
    _script(site, "workload.py", ".", site.shots, "shared")
    _script(site, "floor.py", f"specs/{SPEC}.yaml", "floor.json", "--write")
    _script(site, "workload.py", ".", site.shots, "shared", "--edited", EDITED_EVERY)


def _changed(printed: str) -> int:
    """From `Plan: 10 to render (10 replace), …`."""
    _, _, line = printed.rpartition("Plan: ")
    return int(line.split(" ")[0].replace(",", "")) if line else 0


def _forget(site: Site) -> None:
    shutil.rmtree(site.folder / ".ltxspec", ignore_errors=True)


def _command(site: Site) -> list[str]:
    return [site.program("ltxspec"), "plan", "--detailed-exitcode"]


LTXSPEC = Peer(
    "ltxspec",
    _prepare,
    _command,
    _changed,
    exit_codes=(THERE_ARE_CHANGES,),
    compares="hashes of the rendered requests with its lockfile",
    lacks="–",
    besides="–",
)
FIRST = Peer(
    "ltxspec, first plan",
    _prepare,
    _command,
    _changed,
    exit_codes=(THERE_ARE_CHANGES,),
    before=_forget,
    compares="the same, with nothing remembered on this machine",
    lacks="–",
    besides="–",
)
FLOOR = Peer(
    "bare work",
    _prepare_floor,
    lambda _: [sys.executable, str(HERE / "floor.py"), f"specs/{SPEC}.yaml", "floor.json"],
    lambda printed: int(printed.split()[1]),
    compares="the same hashes with a JSON file: `benchmarks/floor.py`",
    lacks="checks, schemas, prices, reasons, messages",
    besides="–",
)
