"""Count the requests that a run sends to the service, with calls and without, against the sandbox on a port.

Times of the service and of the run's questions are shortened alike, so that the numbers are those of full length.

    python benchmarks/webhooks.py [--shots 40] [--parallelism 4] [--faster 10]
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import orjson

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from paid_here import paid_here

from ltxspec.cli.main import run
from ltxspec.project.listening.listen import listening
from ltxspec.project.project import open_project
from ltxspec.providers.runware.client import Answer, Client
from ltxspec.storage.webhook_config import VARIABLE

INTERVAL, LONGEST, LOOK_EVERY = 2.0, 15.0, 60.0  # seconds, the defaults
SPEC = """\
apiVersion: ltxspec/v1
kind: RenderSpec
metadata: {name: bench}
model: lightricks:2@0
defaults: {width: 1920, height: 1080, duration: 8, fps: 25}
shots:
  shot: {matrix: {n: [%s]}, prompt: "Rain {{ n }}"}
"""


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """How many requests of each kind this process sends."""
    sent, post = Counter[str](), Client.post

    async def counting(self: Client, body: bytes, seconds: float) -> Answer:
        sent[orjson.loads(body)[0]["taskType"]] += 1
        return await post(self, body, seconds)

    with mock.patch.object(Client, "post", counting):
        yield sent


def measured(folder: Path, shots: int, parallelism: int, faster: float, *, called: bool) -> tuple[Counter[str], float]:
    """The requests of one apply by kind, and its seconds at full length."""
    (folder / "specs").mkdir(parents=True)
    (folder / "specs" / "bench.yaml").write_text(SPEC % ", ".join(map(str, range(shots))))
    timing = f"poll_interval = {INTERVAL / faster}\npoll_max = {LONGEST / faster}\n"
    config = f'[project]\nid = "bench"\n[provider]\nparallelism = {parallelism}\n[runware]\n{timing}'
    (folder / "ltxspec.toml").write_text(config)
    serving = paid_here(folder / "service", speed=faster)
    with serving as service, mock.patch.dict(os.environ, service), counted() as sent:
        if not called:
            return sent, applied(folder) * faster
        hook = f"[webhook]\nlook_every = {LOOK_EVERY / faster}\n"
        (folder / "ltxspec.toml").write_text(config + hook)
        with listening(open_project(folder, warn=lambda _: None), lambda _: None) as address:
            (folder / "ltxspec.toml").write_text(f'{config}{hook}url = "{address}/calls"\n')
            return sent, applied(folder) * faster


def applied(folder: Path) -> float:
    """The seconds of one apply."""
    began = time.monotonic()
    with chdir(folder), redirect_stdout(StringIO()):
        code = run(["apply", "--auto-approve", "--quiet"])
    if code:
        raise SystemExit(f"apply ended with {code}")
    return time.monotonic() - began


def main() -> None:
    """Print one line without calls, and one with them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shots", type=int, default=40)
    parser.add_argument("--parallelism", type=int, default=4)
    parser.add_argument("--faster", type=float, default=10.0)
    options = parser.parse_args()
    os.environ[VARIABLE] = "secret-of-this-benchmark"
    print("calls  looks/shot  requests/shot  seconds")
    for called in (False, True):
        with TemporaryDirectory() as folder:
            sent, seconds = measured(
                Path(folder) / "films", options.shots, options.parallelism, options.faster, called=called
            )
        looks, all_of_them = sent["getResponse"] / options.shots, sent.total() / options.shots
        print(f"{'with' if called else 'none':5}  {looks:10.2f}  {all_of_them:13.2f}  {seconds:7.0f}")


if __name__ == "__main__":
    main()
