"""A project in git whose every shot changed and was bought again: two takes each, with videos of their own.

    python benchmarks/reviewed.py FOLDER SHOTS [--size 1920x1080] [--seconds 6]

Nothing is rendered or paid: the lockfile is written as it would be, and the videos are those of `films.py`.
"""

import argparse
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bought import plan, take_of
from films import write_films
from workload import SPEC, write_project

from ltxspec.lock.codec import encode_lockfile
from ltxspec.lock.models import Lockfile, ShotRecord

CONFIG = '[provider]\nname = "runware"\n'


@dataclass(frozen=True, slots=True)
class Shape:
    """What the videos are like."""

    width: int = 1920
    height: int = 1080
    seconds: float = 6.0


def write_reviewed(folder: Path, shots: int, shape: Shape) -> None:
    """Lay out the project; its only commit has the first takes, the working tree the second ones."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ltxspec.toml").write_text(CONFIG, "utf-8")
    (folder / ".gitignore").write_text(".ltxspec/\n", "utf-8")
    films = write_films(folder / ".ltxspec" / "archive", 2 * shots, shape.width, shape.height, shape.seconds)
    unused = iter(films)
    write_project(folder, shots=shots, shape="inline")
    first = _bought(folder, {}, unused)
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _git(folder, "add", "--all")
    _git(folder, "commit", "--quiet", "--message=First takes")
    write_project(folder, shots=shots, shape="inline", edited=1)
    _bought(folder, first, unused)


def _bought(folder: Path, earlier: dict[str, ShotRecord], films: Iterator[tuple[str, int]]) -> dict[str, ShotRecord]:
    """Write the lockfile as if what is planned had been bought, after the takes there are."""
    planned = plan(folder)
    records = {}
    for shot in planned["shots"]:
        before = earlier[shot["shot"]].takes if earlier else ()
        take = take_of(shot, next(films), f"2026-01-0{len(before) + 1}")
        records[shot["shot"]] = ShotRecord(take.task_id, (*before, take))
    path = folder / "lockfiles" / f"{SPEC}.lock.json"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(encode_lockfile(Lockfile(planned["provider"], SPEC, records)))
    return records


def _git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=bench", "-c", "user.email=bench@example.com")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write one project."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("shots", type=int)
    parser.add_argument("--size", default="1920x1080", metavar="WIDTHxHEIGHT")
    parser.add_argument("--seconds", type=float, default=6.0)
    given = parser.parse_args(arguments)
    width, height = map(int, given.size.split("x"))
    write_reviewed(given.folder, given.shots, Shape(width, height, given.seconds))


if __name__ == "__main__":
    main()
