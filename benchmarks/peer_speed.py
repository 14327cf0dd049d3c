"""How long other programs take to say what would be done, beside `ltxspec plan`, on the same seeded work.

    python benchmarks/peer_speed.py [--sizes 100 1000 10000 100000] [--peers doit Terraform] [--rounds 5]

N shots are N tasks, models or resources. All were done, then every hundredth prompt was edited; measured are whole
processes that find these, and each is checked to find exactly them. Peers run in turn, in environments of their own
(`.venv-peers/`). What exceeds a limit is stopped, and the reason is kept in its place: no larger size of it is tried.
Results are added to `benchmarks/results/peers.json`; `performance_page.py` makes the page of them.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from peers.everyone import PEERS
from peers.installing import Missing, programs_of, version_of
from peers.peer import QUIET, Peer, Site, edits
from peers.results import Figure, Size, read, write
from timing import Contestant, Stopped, Timing, machine, race, run_once

HERE = Path(__file__).parent
ENVIRONMENTS = HERE.parent / ".venv-peers"
RESULTS = HERE / "results" / "peers.json"
PREPARING = 5  # times the limit of a plan: laying out may take that long


def installed(peers: Iterable[Peer]) -> tuple[dict[str, Path], dict[str, str]]:
    """Name -> folder of its programs, and name -> why it cannot be had."""
    programs: dict[str, Path] = {}
    missing: dict[str, str] = {}
    for peer in peers:
        say(f"installing {peer.name}") if peer.packages else None
        try:
            programs[peer.name] = programs_of(peer, ENVIRONMENTS)
        except Missing as reason:
            missing[peer.name] = str(reason)
    return programs, missing


def prepared(site: Site, peer: Peer, given: argparse.Namespace) -> Contestant:
    """Lay out a peer's project, and see that its plan finds the edits.

    Raises:
        Stopped: a limit was exceeded.
        RuntimeError: something failed, or other changes were found.
    """
    site.folder.mkdir(parents=True)
    words = [sys.executable, "-m", "peers", peer.name, str(site.folder), str(site.programs), str(site.shots)]
    limits = {"seconds": given.limit * PREPARING, "mebibytes": given.memory}
    try:
        run_once(Contestant(words, HERE, **limits))
    except Stopped as stopped:
        raise Stopped(f"preparing took {stopped}") from stopped
    contestant = Contestant(
        peer.command(site),
        site.folder,
        partial(peer.before, site) if peer.before else None,
        peer.exit_codes,
        {**QUIET, **peer.environment},
        given.limit,
        given.memory,
    )
    printed = run_once(contestant, keep_output=True).output
    if (found := peer.changed(printed)) != edits(site.shots):
        raise RuntimeError(f"{found} changes found instead of {edits(site.shots)}: {printed[-1000:]}")
    return contestant


def measured(shots: int, programs: Mapping[str, Path], given: argparse.Namespace) -> dict[str, Figure]:
    """All peers at one size, in turn."""
    contestants, figures = {}, {}
    with tempfile.TemporaryDirectory(prefix="ltxspec-peers-", ignore_cleanup_errors=True) as folder:
        for name, place in programs.items():
            say(f"  {shots:,} shots: preparing {name}")
            site = Site(Path(folder) / name.replace(" ", "-"), place, shots)
            try:
                contestants[name] = prepared(site, PEERS[name], given)
            except RuntimeError as reason:
                figures[name] = Figure(reason=str(reason).strip()[:300])
                say(f"    {name}: {figures[name].reason}")
                shutil.rmtree(site.folder, ignore_errors=True)
        timings = race(contestants, rounds=given.rounds, warm=False, patience=given.limit)
    for name, timing in timings.items():
        figures[name] = figure(timing, version_of(PEERS[name], programs[name]))
    return {name: figures[name] for name in programs}


def figure(timing: Timing, version: str) -> Figure:
    """The medians of what was timed."""
    if not timing.seconds:
        return Figure(version=version, reason=timing.stopped)
    middle = len(timing.seconds) // 2
    return Figure(
        seconds=round(timing.median, 3),
        cpu=round(sorted(timing.cpu)[middle], 3),
        mebibytes=round(timing.peak_mib),
        rounds=len(timing.seconds),
        version=version,
    )


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


def row(name: str, found: Figure) -> str:
    """One line of the table."""
    if found.seconds is None:
        return f"{name:22}{found.reason}"
    return f"{name:22}{found.seconds:>9.3f}{found.cpu:>9.3f}{found.mebibytes:>8.0f}{found.rounds:>7}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure each size, and keep what was found after each."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000, 10_000, 100_000], metavar="SHOTS")
    parser.add_argument("--peers", nargs="+", default=list(PEERS), choices=PEERS, metavar="NAME")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=float, default=120.0, metavar="SECONDS", help="of one plan")
    parser.add_argument("--memory", type=float, default=8192.0, metavar="MIB", help="of one process")
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args(arguments)
    programs, failed = installed(PEERS[name] for name in given.peers)
    sizes = read(given.results)
    for shots in sorted(given.sizes):
        before = os.getloadavg()[0]
        figures = {name: Figure(reason=reason) for name, reason in failed.items()}
        figures |= measured(shots, {name: place for name, place in programs.items() if name not in failed}, given)
        failed |= {name: found.reason for name, found in figures.items() if found.seconds is None}
        known = sizes[shots].figures if shots in sizes else {}
        kept = {name: figures.get(name) or known[name] for name in PEERS if name in figures or name in known}
        load = round(before, 1), round(os.getloadavg()[0], 1)
        sizes[shots] = Size(machine(), time.strftime("%Y-%m-%d"), load, kept)
        write(given.results, sizes)
        say(f"{shots:,} shots{'wall s':>20}{'CPU s':>9}{'MiB':>8}{'rounds':>7}")
        for name, found in figures.items():
            say(row(name, found))


if __name__ == "__main__":
    main()
