"""Write the lockfile a project would have, had every shot of it been bought; nothing is rendered or paid.

With a number, check instead that exactly that many shots would be bought again and that the rest is up to date: a
quick plan that finds the wrong things is worth no number.

    python benchmarks/bought.py FOLDER [EXPECTED]
"""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from timing import child_environment
from workload import SPEC

from ltxspec.fingerprint import task_ids
from ltxspec.lock.codec import decode_lockfile, encode_lockfile
from ltxspec.lock.models import Lockfile, Output, ShotRecord, Take
from ltxspec.values import Fingerprint, TaskId

NO_FILM = ("0" * 64, 4_000_000)  # of a video that exists nowhere


def plan(folder: Path) -> Any:
    """The plan of a project, as the document that `plan --format json` prints."""
    command = [sys.executable, "-m", "ltxspec", "plan", "--format", "json"]
    result = subprocess.run(command, cwd=folder, env=child_environment(), check=True, stdout=subprocess.PIPE)
    return json.loads(result.stdout)


def buy_everything(folder: Path) -> None:
    """Write `lockfiles/bench.lock.json` as if each planned shot had been bought as planned."""
    planned = plan(folder)
    takes = {shot["shot"]: take_of(shot) for shot in planned["shots"]}
    records = {key: ShotRecord(take.task_id, (take,)) for key, take in takes.items()}
    path = folder / "lockfiles" / f"{SPEC}.lock.json"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(encode_lockfile(Lockfile(planned["provider"], SPEC, records)))


def more_takes(folder: Path, count: int) -> None:
    """Give each shot of a lockfile `count` takes, as if it had been rendered again and again."""
    path = folder / "lockfiles" / f"{SPEC}.lock.json"
    lockfile = decode_lockfile(path.read_bytes(), SPEC)
    named = task_ids("", lockfile.provider, SPEC)
    records = {}
    for key, record in lockfile.shots.items():
        (take,) = record.takes
        numbers = range(1, count + 1)
        takes = [replace(take, task_id=named(key, take.fingerprint, number, 1), retake=number) for number in numbers]
        records[key] = ShotRecord(takes[-1].task_id, tuple(takes))
    path.write_bytes(encode_lockfile(replace(lockfile, shots=records)))


def check_plan(folder: Path, expected: int) -> None:
    """Raise RuntimeError unless the plan replaces `expected` shots and leaves all others as they are."""
    planned = plan(folder)
    wanted = {"replace": expected, "no-op": len(planned["shots"]) - expected}
    found = {action: planned["summary"][action] for action in wanted}
    if found != wanted:
        raise RuntimeError(f"planned {found}, expected {wanted}")


def take_of(shot: dict[str, Any], film: tuple[str, int] = NO_FILM, day: str = "2026-01-01") -> Take:
    """The take that buying a planned shot would give; `film` is the SHA-256 of its video and its bytes."""
    task, cost, (digest, size) = TaskId(shot["taskUUID"]), Decimal(shot["estimate"]), film
    address = f"https://videos.example/{task}.mp4"
    output = Output(video_uuid=task, video_url=address, cost=cost, sha256=digest, bytes=size)
    return Take(
        task_id=task,
        fingerprint=Fingerprint(shot["fingerprint"]),
        model=shot["request"]["model"],
        request=shot["request"],
        status="succeeded",
        cost=cost,
        outputs=(output,),
        submitted_at=f"{day}T00:00:00Z",
        finished_at=f"{day}T00:01:00Z",
        retake=1,
        attempt=1,
    )


def main(folder: Path, *expected: str) -> None:
    """Write the lockfile, or check the plan."""
    if expected:
        check_plan(folder, int(expected[0]))
    else:
        buy_everything(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
