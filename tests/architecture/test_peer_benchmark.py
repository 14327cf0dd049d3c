"""The comparison with other programs: what exceeds a limit is stopped, wrong plans are no figures, the page is true."""

import argparse
import json
import sys
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import peer_speed
import performance_page
import plan_costs
import pytest
from peers.everyone import PEERS
from peers.peer import Peer, Site, edits, shots
from peers.plot import LINE_HEIGHT, plot
from peers.results import Figure, Size, read, write
from timing import Contestant, Stopped, Timing, race, run_once

SVG = "{http://www.w3.org/2000/svg}"
SLEEP = "import time; time.sleep(60)"
GROW = "held = bytearray(400 * 2**20); import time; time.sleep(60)"


def python(code: str, folder: Path, **limits: float) -> Contestant:
    return Contestant([sys.executable, "-c", code], folder, **limits)  # type: ignore[arg-type]  # only its limits


def test_what_takes_too_long_is_stopped_with_its_children(tmp_path: Path) -> None:
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEP!r}])"
    with pytest.raises(Stopped, match="more than 1 s"):
        run_once(python(child, tmp_path, seconds=1))


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux tells the memory of another process")
def test_what_takes_too_much_memory_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(Stopped, match="more than 0 GiB"):
        run_once(python(GROW, tmp_path, seconds=30, mebibytes=200))


def test_a_contestant_that_was_stopped_has_no_more_rounds_and_the_others_go_on(tmp_path: Path) -> None:
    timings = race({"slow": python(SLEEP, tmp_path, seconds=0.3), "quick": python("", tmp_path)}, rounds=2, warm=False)
    assert (timings["slow"].seconds, timings["slow"].stopped) == ([], "more than 0 s")
    assert (len(timings["quick"].seconds), len(timings["quick"].cpu)) == (2, 2)


def test_a_contestant_that_used_up_all_patience_has_no_more_rounds(tmp_path: Path) -> None:
    timings = race({"any": python("", tmp_path)}, rounds=5, warm=False, patience=0.0)
    assert len(timings["any"].seconds) == 1


def asked(**options: float) -> argparse.Namespace:
    return argparse.Namespace(**({"limit": 30.0, "memory": 8192.0, "rounds": 1} | options))


def liar(says: str) -> Peer:
    return Peer("GNU Make", lambda _: None, lambda _: [sys.executable, "-c", f"print({says!r})"], int)


def test_a_plan_that_finds_other_changes_is_no_figure(tmp_path: Path) -> None:
    site = Site(tmp_path / "project", tmp_path, 200)
    with pytest.raises(RuntimeError, match="3 changes found instead of 2"):
        peer_speed.prepared(site, liar("3"), asked())
    peer_speed.prepared(Site(tmp_path / "other", tmp_path, 200), liar("2"), asked())


def test_the_work_is_the_same_for_all_but_for_every_hundredth_prompt() -> None:
    before, after = (list(shots(250, edited=edited)) for edited in (False, True))
    changed = [number for number, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]]
    assert changed == [0, 100, 200]
    assert edits(250) == 3


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    figures = {"ltxspec": Figure(0.2, 0.15, 40, 5, "1.0"), "doit": Figure(reason="more than 120 s")}
    sizes = {
        1000: Size("a machine", "2026-11-30", (0.1, 1.0), figures),
        100: Size("a machine", "2026-11-30", (2, 3), {}),
    }
    write(tmp_path / "new" / "peers.json", sizes)
    assert read(tmp_path / "new" / "peers.json") == sizes
    assert list(read(tmp_path / "new" / "peers.json")) == [100, 1000]
    assert read(tmp_path / "nothing.json") == {}


def test_a_figure_is_the_median_or_why_there_is_none() -> None:
    assert peer_speed.figure(Timing([3.0, 1.0, 2.0], [1.0, 9.0, 2.0], 10.4), "1.0") == Figure(2.0, 2.0, 10, 3, "1.0")
    assert peer_speed.figure(Timing(stopped="more than 120 s"), "1.0") == Figure(
        version="1.0", reason="more than 120 s"
    )


def test_the_page_and_its_picture_are_what_the_results_say() -> None:
    text = performance_page.PAGE.read_text("utf-8")
    assert performance_page.page(text) == text
    assert performance_page.picture(
        read(performance_page.RESULTS / "peers.json")
    ) == performance_page.PICTURE.read_text("utf-8")


def test_a_part_without_a_place_in_the_page_is_an_error() -> None:
    with pytest.raises(ValueError, match="has no place for wall"):
        performance_page.page("# Performance\n")


def test_cells_have_ratios_and_reasons() -> None:
    ours = Figure(0.2, 0.15, 40, 5)
    assert performance_page.cell(ours, ours, "seconds") == "0.20"
    assert performance_page.cell(Figure(3.0), ours, "seconds") == "3.0 (15×)"
    assert (
        performance_page.cell(Figure(reason="preparing took more than 600 s"), ours, "seconds")
        == "preparing took more than 600 s"
    )
    assert performance_page.cell(Figure(reason="it exited 1: long text"), ours, "seconds") == "failed"
    assert performance_page.cell(Figure(), ours, "cpu") == "–"
    assert performance_page.cell(Figure(1.0, 0.003, 7), ours, "cpu") == "0.003 (0.020×)"
    assert performance_page.cell(Figure(1.0, 0.003, 1234.0), ours, "mebibytes") == "1,234"


def test_the_picture_has_every_line_and_no_name_covers_another() -> None:
    lines = {f"peer <{number}>": [(100.0, 0.1), (1000.0, 1.0 + number / 1000)] for number in range(10)} | {"none": []}
    root = ET.fromstring(plot(lines, title="t", across="shots", up="seconds", first="peer <0>"))  # ours
    named = {
        text.text: float(text.get("y", "0")) for text in root.iter(f"{SVG}text") if (text.text or "").startswith("peer")
    }
    heights = sorted(named.values())
    assert set(named) == lines.keys() - {"none"}
    assert min(after - before for before, after in pairwise(heights)) >= LINE_HEIGHT - 0.11
    assert len(list(root.iter(f"{SVG}polyline"))) == 10


def test_costs_are_divided_by_what_there_is_more_of(tmp_path: Path) -> None:
    sizes = {"base": (1, 1), "prompts": (3, 1), "takes": (1, 5)}  # MB of the spec, of the lockfile
    made = {name: tmp_path / name for name in ("empty", "base", "shots", "prompts", "takes")}
    for name, (spec, lockfile) in sizes.items():
        for file, size in (("specs/bench.yaml", spec), ("lockfiles/bench.lock.json", lockfile)):
            (made[name] / file).parent.mkdir(parents=True)
            (made[name] / file).write_bytes(bytes(size * 1_000_000))
    took = {"empty": 0.1, "base": 1.0, "shots": 2.0, "prompts": 1.5, "takes": 1.8}
    seconds = {f"{name} {project}": value for name in plan_costs.COMMANDS for project, value in took.items()}
    first, *_ = plan_costs.costs(seconds, made, 4000)
    assert json.loads(json.dumps(first)) == pytest.approx(
        {
            "step": "`validate`",
            "start": 0.1,
            "thousand_shots": 0.25,
            "megabyte_of_prompts": 0.25,
            "megabyte_of_lockfile": 0.2,
        }
    )


def test_every_peer_says_what_it_compares_and_how_it_differs() -> None:
    assert [name for name, peer in PEERS.items() if not (peer.compares and peer.lacks and peer.besides)] == []
