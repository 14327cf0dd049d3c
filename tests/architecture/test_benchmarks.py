"""The benchmarks run: numbers that a release cites can be taken again by one command."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def run(script: str, *arguments: str) -> list[str]:
    command = [sys.executable, str(BENCHMARKS / script), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout.splitlines()


@pytest.mark.parametrize("shape", ["inline", "shared"])
def test_planning_speed_is_measured_on_a_plan_that_finds_the_edits(shape: str) -> None:
    _, _, row = run("plan_speed.py", "--sizes", "3", "--shapes", shape, "--rounds", "1")
    assert row.split()[:2] == [shape, "3"]


def test_chains_are_measured_beside_single_shots() -> None:
    _, _, row = run("chain_speed.py", "--shots", "12", "--shapes", "inline", "--rounds", "1")
    assert row.split()[0] == "inline"
    assert row.count("x") == 2


def test_a_review_is_measured_cold_and_warm_with_the_size_of_its_page() -> None:
    lines = run("review_speed.py", "--shots", "2", "--size", "192x108", "--seconds", "2", "--rounds", "1")
    assert [line.split()[0] for line in lines] == ["ltxspec", "cold", "warm", "page"]
    assert lines[3].split()[3:5] == ["12", "stills"]


@pytest.mark.browser
def test_its_page_is_opened_and_scrolled_beside_an_empty_one(tmp_path: Path, browser_executable: str) -> None:
    page = tmp_path / "page.html"
    page.write_text("<video poster='data:,'></video><p style='height: 100000px'>", "utf-8")
    lines = run("page_speed.py", str(page), browser_executable, "0.5")
    assert [line[:11].strip() for line in lines] == ["opened", "page", "empty page", "page", "empty page"]


def test_start_up_is_measured_beside_python() -> None:
    lines = run("startup.py", "--rounds", "1")
    assert any(line.startswith("ltxspec --version") for line in lines)


def test_applying_is_measured_beside_the_time_that_the_renders_take() -> None:
    _, _, row = run("apply_scale.py", "--shots", "12", "--speed", "50", "--parallelism", "12")
    shots, *_, writes, _, _ = row.split()
    assert (shots, writes) == ("12", "12")


def test_other_programs_are_measured_beside_ours(tmp_path: Path) -> None:
    results = tmp_path / "peers.json"
    options = ("--sizes", "100", "--rounds", "1", "--results", str(results))
    lines = run("peer_speed.py", *options, "--peers", "bare work", "ltxspec", "GNU Make")
    figures = json.loads(results.read_text("utf-8"))["100"]["figures"]
    assert list(figures) == ["bare work", "ltxspec", "GNU Make"]
    assert [figure["reason"] for figure in figures.values()] == ["", "", ""]
    assert [line.split()[0] for line in lines[-4:]] == ["100", "bare", "ltxspec", "GNU"]


def test_applying_is_measured_beside_the_sdk(tmp_path: Path) -> None:
    results = tmp_path / "clients.json"
    run("client_speed.py", "--shots", "6", "--speed", "200", "--parallelism", "6", "--results", str(results))
    ours, sdk = json.loads(results.read_text("utf-8"))
    assert (ours["client"], sdk["client"]) == ("ltxspec apply", "the SDK, in a script")
    assert min(ours["requests"], sdk["requests"]) >= 6 * 2  # an order and its video, besides looks
