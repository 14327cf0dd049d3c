"""A push that is killed or stalls in the middle of a video leaves nothing half stored, and goes on where it stopped."""

import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from acceptance.commands import ltxspec
from acceptance.test_store import bucket, configure, stored, videos
from replacing import replace
from stalling import stalling
from store_servers import StoreServer
from unit.project.projects import path_of, recorded

from ltxspec.lock.codec import encode_lockfile
from ltxspec.project.project import open_project

LARGE = Random(1).randbytes(13 * 2**20)  # three parts
ENOUGH = 8 * 2**20  # bytes after which the second part is on its way


@pytest.fixture
def large(rendered: Path) -> Path:
    """A project whose first take is large."""
    opened, digest = open_project(rendered), sha256(LARGE).hexdigest()
    lockfile = recorded(opened)
    record = lockfile.shots["alley"]
    first = record.takes[0]
    outputs = (replace(first.outputs[0], sha256=digest, bytes=len(LARGE)),)
    shots = {**lockfile.shots, "alley": record.with_take(replace(first, outputs=outputs))}
    path_of(opened).write_bytes(encode_lockfile(replace(lockfile, shots=shots)))
    place = rendered / ".ltxspec" / "archive" / digest[:2] / f"{digest}.mp4"
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(LARGE)
    return rendered


def test_a_push_that_is_killed_stores_nothing_by_half_and_sends_nothing_twice(cloud: StoreServer, large: Path) -> None:
    digest = sha256(LARGE).hexdigest()
    with stalling(cloud.port, ENOUGH) as slow:
        configure(large, replace(cloud, port=slow.port))
        push = subprocess.Popen(
            [sys.executable, "-m", "ltxspec", "archive", "push"],
            cwd=large,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert slow.stalled.wait(60)
        push.kill()
        push.wait(10)
    assert digest not in stored(cloud)
    assert bucket(cloud).head(f"sandbox/videos/{digest[:2]}/{digest}") is None
    before = {item.key: item.modified for item in bucket(cloud).list("sandbox")}
    configure(large, cloud)
    told = ltxspec("archive", "push", "--format", "json", cwd=large).json
    assert (told["sent"], told["present"], told["failed"]) == (2 - len(before), len(before), 0)
    assert digest in stored(cloud)
    after = {item.key: item.modified for item in bucket(cloud).list("sandbox")}
    assert before.items() <= after.items()
    assert ltxspec("archive", "verify", "--deep", cwd=large).out == "2 videos verified, 0 damaged or missing.\n"


def test_a_store_that_stalls_is_given_up_and_the_push_can_be_repeated(s3: StoreServer, large: Path) -> None:
    digest = sha256(LARGE).hexdigest()
    with stalling(s3.port, ENOUGH) as slow:
        table = replace(s3, port=slow.port).table.replace("timeout = 5", "timeout = 0.7")
        (large / "ltxspec.toml").write_text((large / "ltxspec.toml").read_text() + table)
        said = ltxspec("archive", "push", cwd=large, check=3)
    assert "does not answer as it should" in said.err
    assert digest not in stored(s3)
    assert [video.stem for video in videos(large) if video.stem == digest] == [digest], "the archive has it still"
    configure(large, s3)
    ltxspec("archive", "push", cwd=large)
    assert digest in stored(s3)
