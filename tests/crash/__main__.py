"""`make crash`: kills thousands of applies and prints what became of the money. Exit 1 unless every figure is 0."""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from crash.campaign import Figures, campaign, every_point, worlds
from crash.commands import serving
from crash.kills import kill_campaign


def main() -> int:
    """Run the campaigns that were asked for."""
    parser = argparse.ArgumentParser(prog="make crash")
    parser.add_argument("--count", type=int, default=2000, help="random worlds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=100, help="SIGKILLs of the real command")
    parser.add_argument("--step", type=int, default=1, help="every how many points of the standard project")
    asked = parser.parse_args()
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        folder = Path(name)
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
    return 1 if any(figures.unsound for figures in sound) else 0


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
