"""How long `ltxspec plan` takes for shots in chains of ten beside as many single shots, in the same run.

    python benchmarks/chain_speed.py [--shots 10000] [--shapes inline full quoted shared] [--rounds 7]

Each shape of `workload.py` is planned in four ways, with nothing bought yet: as shots of text alone, as shots that
begin with an image, and as chains in which each shot begins with the last frame of the one before it, in the short form
(`frameImages: [{shot: …, frame: last}]`) and as an object with a place. Seconds of whole processes, and the chains as a
multiple of text alone.
"""

import argparse
import math
import subprocess
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from bought import plan
from plan_speed import LTXSPEC, THERE_ARE_CHANGES, script
from timing import Contestant, child_environment, describe_machine, race
from workload import BEGINNINGS, CHAIN, CHAINED, SHAPES


def contestants(folder: Path, shots: int, shape: str) -> dict[str, Contestant]:
    """Write one project for each beginning, and the command that plans it."""
    run = partial(subprocess.run, check=True, env=child_environment())
    command = [str(LTXSPEC), "plan", "--detailed-exitcode"]
    racing = {}
    for begins in BEGINNINGS:
        run(script("workload.py", folder / begins, shots, shape, "--begins", begins))
        links = sum(len(shot.get("after", ())) for shot in plan(folder / begins)["shots"])
        if links != (shots - math.ceil(shots / CHAIN) if begins in CHAINED else 0):
            raise RuntimeError(f"{links} links between {shots} shots that begin with {begins}")
        racing[begins] = Contestant(command, folder / begins, exit_codes=(THERE_ARE_CHANGES,))
    return racing


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one line for each shape."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--shots", type=int, default=10_000)
    parser.add_argument("--shapes", nargs="+", default=list(SHAPES), choices=SHAPES)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args(arguments)
    print(f"ltxspec plan of {given.shots:,} shots, {given.rounds} rounds; {describe_machine()}, seconds")
    print(f"{'shape':8}{'text':>8}{'image':>8}{'chain':>8}{'object':>8}{'chain/text':>12}{'object/text':>12}")
    for shape in given.shapes:
        with tempfile.TemporaryDirectory(prefix="ltxspec-bench-") as folder:
            timings = race(contestants(Path(folder), given.shots, shape), rounds=given.rounds)
        text, image, chain, longer = (timings[begins].median for begins in ("text", "image", *CHAINED))
        took = "".join(f"{seconds:8.3f}" for seconds in (text, image, chain, longer))
        print(f"{shape:8}{took}{chain / text:11.2f}x{longer / text:11.2f}x", flush=True)


if __name__ == "__main__":
    main()
