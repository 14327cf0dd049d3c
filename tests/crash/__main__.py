"""`make crash`: kills thousands of applies, plays thousands of worlds, and prints what became of the money.

Exit 1 unless every figure is 0 and every promise was kept. `--world N` plays one simulated world again, `--film N` one
in which shots follow from each other, and `--shard-world N` one that is applied in shards.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from crash.campaign import Figures, campaign, every_point, worlds
from crash.commands import serving
from crash.graphs.play import FILMS
from crash.kills import kill_campaign
from crash.shards.play import SHARDS
from crash.simulator.campaign import Stage, Sums, replay, simulate
from crash.simulator.play import WORLDS, Game
from crash.simulator.shared import ALONE, SHARED

SHARING = "the same worlds, with machines that share a store"


def main() -> int:
    """Run the campaigns that were asked for."""
    parser = argparse.ArgumentParser(prog="make crash")
    parser.add_argument("--count", type=int, default=2000, help="random worlds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=100, help="SIGKILLs of the real command")
    parser.add_argument("--step", type=int, default=1, help="every how many points of the standard project")
    parser.add_argument("--steps", type=int, default=20_000, help="steps of simulated worlds")
    parser.add_argument("--films", type=int, default=5000, help="steps of worlds whose shots follow from each other")
    parser.add_argument("--shared", type=int, default=300, help="steps of worlds whose machines share a store")
    parser.add_argument("--shards", type=int, default=2000, help="steps of worlds that are applied in shards")
    parser.add_argument("--only", choices=("campaigns", "simulator", "films", "shared", "shards"), help="not all")
    parser.add_argument("--world", type=int, metavar="N", help="play one simulated world again, and shorten its script")
    parser.add_argument("--film", type=int, metavar="N", help="the same for a world whose shots follow from each other")
    parser.add_argument("--shard-world", type=int, metavar="N", help="the same for a world of shards")
    parser.add_argument("--ignore", action="append", default=[], metavar="RULE", help="a promise not to look at")
    asked = parser.parse_args()
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        folder = Path(name)
        again = {WORLDS: asked.world, FILMS: asked.film, SHARDS: asked.shard_world}
        for game, number in ((game, number) for game, number in again.items() if number is not None):
            broken = replay(number, Stage(game, folder, asked.ignore))
            sys.stdout.write(f"{broken or f'world {number}: every promise was kept'}\n")
            return 1 if broken else 0
        parts = {
            "campaigns": _campaigns, "simulator": _simulator, "films": _films, "shared": _shared, "shards": _shards,
        }  # fmt: skip
        kept = [part(asked, folder) for name, part in parts.items() if asked.only in (None, name)]
        return 0 if all(kept) else 1


def _campaigns(asked: argparse.Namespace, folder: Path) -> bool:
    """One apply, killed anywhere."""
    sound = [_timed("every point of one apply, in process", lambda: every_point(folder, asked.step))]
    chosen = list(worlds(asked.count, asked.seed))
    decidable = [world for world in chosen if not world.undecidable]
    hopeless = [world for world in chosen if world.undecidable]
    title = f"random worlds, in process (seed {asked.seed})"
    sound.append(_timed(title, lambda: campaign(decidable, folder)[0]))
    with serving(folder / "service") as service:
        title = f"SIGKILL of the real command (seed {asked.seed})"
        sound.append(_timed(title, lambda: kill_campaign(asked.kills, asked.seed, service, folder)))
    _timed("worlds in which no look can tell (see docs/reliability.md)", lambda: campaign(hopeless, folder)[1])
    sound.append(_timed(SHARING, lambda: campaign(hopeless, folder, sharing=True)[1]))
    return not any(figures.unsound for figures in sound)


def _simulator(asked: argparse.Namespace, folder: Path) -> bool:
    """Many actors in many worlds."""
    title = f"simulated worlds of many actors (seed {asked.seed})"
    return _played(title, WORLDS, asked.steps, asked, folder / "simulator")


def _films(asked: argparse.Namespace, folder: Path) -> bool:
    """Shots that follow from each other."""
    title = f"simulated worlds of shots that follow from each other (seed {asked.seed})"
    return _played(title, FILMS, asked.films, asked, folder / "films")


def _shared(asked: argparse.Namespace, folder: Path) -> bool:
    """Machines that share a store, and the same worlds without it, in which some orders must be paid twice."""
    title = f"simulated worlds of machines that share a store (seed {asked.seed})"
    kept = _played(title, SHARED, asked.shared, asked, folder / "shared")
    _played("the same worlds without the store", ALONE, asked.shared, asked, folder / "alone", shorten=False)
    return kept


def _shards(asked: argparse.Namespace, folder: Path) -> bool:
    """Machines that apply one plan in shards."""
    title = f"simulated worlds of shards (seed {asked.seed})"
    return _played(title, SHARDS, asked.shards, asked, folder / "shards")


def _played(  # what is played, and how it is shown
    title: str, game: Game, steps: int, asked: argparse.Namespace, place: Path, *, shorten: bool = True
) -> bool:
    started = time.monotonic()
    place.mkdir()
    sums = simulate(Stage(game, place, asked.ignore), steps, asked.seed, shorten=shorten)
    sys.stdout.write("\n".join(_summary(title, sums, time.monotonic() - started, shown=shorten)) + "\n")
    return not sums.broken


def _summary(title: str, sums: Sums, seconds: float, *, shown: bool) -> list[str]:
    struck = ", ".join(f"{_STRIKES.get(what, what)} {number}" for what, number in sorted(sums.struck.items()))
    return [
        f"\n{title}: {sums.worlds} worlds, {sums.steps} steps, {seconds:.0f} s",
        f"  commands {sums.commands}   charges {sums.charges}   broken promises {len(sums.broken)}",
        f"  struck: {struck}",
        *(f"  BROKEN in {one}" for one in sums.broken if shown),
    ]


_STRIKES = {
    "kill": "killed",
    "power": "power failures",
    "disk": "disk errors",
    "meanwhile": "another actor in the middle",
}


def _timed(title: str, run: Callable[[], Figures]) -> Figures:
    started = time.monotonic()
    figures = run()
    _tell(title, figures, time.monotonic() - started)
    return figures


def _tell(title: str, figures: Figures, seconds: float) -> None:
    out = [
        f"\n{title}: {figures.runs} runs, {figures.interrupted} interruptions, {seconds:.0f} s",
        f"  double charges {figures.doubles}   losses {figures.losses}   manual repairs {figures.repairs}",
        f"  orders sent without their intent on disk {figures.blind}",
        *([f"  claims of dead machines left to a person {figures.asked}"] if title == SHARING else []),
        "  applies until all was well: "
        + ", ".join(f"{n} in {count} runs" for n, count in sorted(figures.reruns.items())),
        *_table(figures),
    ]
    if not title.startswith("worlds in"):
        out += [f"  NOT SOUND: {text}" for text in figures.unsound[:10]]
    sys.stdout.write("\n".join(out) + "\n")
    sys.stdout.flush()


def _table(figures: Figures) -> list[str]:
    """Interruptions by what was being done, and when."""
    rows: dict[str, Counter[str]] = {}
    for label, count in figures.struck.items():
        what, _, moment = label.partition(": ")
        rows.setdefault(what, Counter())[_COLUMNS.get(moment.split()[0], "amid")] += count
    head = f"    {'interrupted at':<24}{'before':>8}{'amid':>8}{'after':>8}"
    lines = [f"    {what:<24}{row['before']:>8}{row['amid']:>8}{row['after']:>8}" for what, row in sorted(rows.items())]
    return [head, *lines]


_COLUMNS = {"before": "before", "after": "after"}


if __name__ == "__main__":
    sys.exit(main())
