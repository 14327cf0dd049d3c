"""The example of shots that follow from shots: priced as a whole, held for an approval, and never bought silently."""

import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import REPOSITORY, ltxspec

SANDBOX = ("--provider", "sandbox")
TOWER = ["climb", "lamp", "storm", "dawn"]
VILLAGE = ["letter", "farewell"]
FOLLOWING = {*TOWER, *VILLAGE}


@pytest.fixture
def film(tmp_path: Path) -> Path:
    (tmp_path / "ltxspec.toml").write_text('[project]\nid = "keeper"\n[sandbox]\nspeed = 1000\n', "utf-8")
    (tmp_path / "specs").mkdir()
    shutil.copy(REPOSITORY / "specs" / "keeper.yaml", tmp_path / "specs")
    return tmp_path


def plan(folder: Path, *options: str) -> Any:
    return ltxspec("plan", "--format", "json", *SANDBOX, *options, cwd=folder).json


def having(document: Any, *actions: str) -> set[str]:
    return {shot["shot"] for shot in document["shots"] if shot["action"] in actions}


def apply(folder: Path, *options: str) -> None:
    ltxspec("apply", "--auto-approve", *SANDBOX, *options, cwd=folder)


def edit(folder: Path, before: str, after: str) -> None:
    spec = folder / "specs" / "keeper.yaml"
    text = spec.read_text("utf-8")
    assert before in text
    spec.write_text(text.replace(before, after), "utf-8")


def test_two_scenes_follow_from_one_character(film: Path) -> None:
    document = ltxspec("graph", "--format", "json", cwd=film).json
    links = {(edge["from"], edge["to"]) for edge in document["edges"]}
    assert {("keeper.character", f"keeper.{shot}") for shot in ("climb", *VILLAGE)} <= links
    assert {(f"keeper.{one}", f"keeper.{two}") for one, two in pairwise(TOWER)} <= links
    assert len(links) == len(FOLLOWING)

    held = plan(film)
    assert (held["estimate"]["usd"], held["held"]["estimate"]["usd"]) == ("0.36", "2.16")
    edit(film, "    gate: approval\n", "")
    assert plan(film)["estimate"] == {"usd": "2.52", "unknown": 0}  # the whole film, before anything exists


def test_it_is_approved_rendered_retaken_pinned_and_nothing_is_bought_silently(film: Path) -> None:
    apply(film)
    assert having(plan(film), "held") == FOLLOWING
    ltxspec("approve", "keeper.character", *SANDBOX, cwd=film)
    apply(film)
    assert having(plan(film), "no-op") == {"character", *FOLLOWING}

    again = plan(film, "--retake", "keeper.lamp")
    assert (having(again, "replace"), again["estimate"]["usd"]) == ({"lamp", "storm", "dawn"}, "1.08")
    apply(film, "--retake", "keeper.lamp", "--exclude", "keeper.storm", "--exclude", "keeper.dawn")
    waiting = plan(film)
    assert (having(waiting, "replace"), waiting["estimate"]["usd"]) == ({"storm", "dawn"}, "0.72")
    edit(film, "shot: lamp, frame: last", "shot: lamp, frame: last, take: 1")
    assert having(plan(film), "create", "replace") == set()
    assert plan(film)["estimate"]["usd"] == "0.00"

    apply(film, "--retake", "keeper.character", *(f"--exclude=keeper.{shot}" for shot in FOLLOWING))
    assert having(plan(film), "held") == {"climb", "lamp", *VILLAGE}  # what is pinned to the lamp stays
    ltxspec("approve", "keeper.character", *SANDBOX, cwd=film)
    assert having(plan(film), "replace") == {"climb", "lamp", *VILLAGE}
    ltxspec("pick", "keeper.character", "--take", "1", *SANDBOX, cwd=film)
    assert having(plan(film), "create", "replace", "held") == set()


@pytest.mark.parametrize("width", ["80", "120"])
def test_each_row_of_the_plan_names_the_source_the_size_and_the_price_and_fits(film: Path, width: str) -> None:
    lines = ltxspec("plan", cwd=film, COLUMNS=width).out.splitlines()
    assert max(map(len, lines)) <= int(width)
    rows = [" ".join(line.split()) for line in lines if "keeper." in line and line.endswith("$0.36")]
    assert [row.partition("keeper.")[2].split(" later")[0].split(" 1920")[0] for row in rows[1:3]] == [
        "climb new, waits for approval of character",
        "lamp new, climb is held",
    ]
    assert sum("1920×1080, 6 s, 25 fps, 1 image" in line for line in lines) == len(FOLLOWING)
    edit(film, "    gate: approval\n", "")
    assert "└ keeper.lamp      new, after climb" in ltxspec("plan", cwd=film, COLUMNS=width).out


def test_an_edit_of_a_source_that_is_taken_back_costs_nothing(film: Path) -> None:
    edit(film, "    gate: approval\n", "")
    tower = [f"--target=keeper.{shot}" for shot in ("character", "climb", "lamp")]
    apply(film, *tower)
    edit(film, "climbs a spiral staircase", "climbs an iron ladder")
    assert having(plan(film, *tower), "replace") == {"climb", "lamp"}
    apply(film, *tower)
    edit(film, "climbs an iron ladder", "climbs a spiral staircase")
    back = plan(film, *tower)
    assert (having(back, "restore"), back["estimate"]["usd"]) == ({"climb", "lamp"}, "0.00")
