"""A film of forty shots, rendered on the sandbox and edited in the ways people edit: what each edit would cost."""

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import REPOSITORY, ltxspec
from sharing import made_once

SANDBOX = ("--provider", "sandbox")
SHOT = "0.36"  # six seconds of LTX-2 Pro at 1920x1080
STORY = "  opening:\n    prompt: An empty ferry terminal before a storm, departure boards flickering, {{ look }}.\n"
QUAY = '  quay:\n    prompt: "{{ pilot }} walks along the quay against the wind, {{ look }}."\n'
ROWS = "  passenger:\n"


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "ferry", render)


def render(folder: Path) -> None:
    (folder / "specs").mkdir(parents=True)
    shutil.copy(REPOSITORY / "specs" / "ferry.yaml", folder / "specs")
    shutil.copytree(REPOSITORY / "specs" / "data", folder / "specs" / "data")
    ltxspec("apply", *SANDBOX, cwd=folder)


@pytest.fixture
def film(rendered: Path, tmp_path: Path) -> Path:
    """The project after all its shots were rendered."""
    return Path(shutil.copytree(rendered, tmp_path / "ferry", symlinks=True))


def edit(film: Path, *replacements: tuple[str, str], file: str = "ferry.yaml") -> None:
    path = film / "specs" / file
    text = path.read_text("utf-8")
    for old, new in replacements:
        assert old in text, f"{file} has no {old!r}"
        text = text.replace(old, new)
    path.write_text(text, "utf-8")


def plan(film: Path, *options: str) -> tuple[dict[str, int], str]:
    """How many shots have each action (without those that are up to date), and what the plan costs."""
    document = ltxspec("plan", *SANDBOX, "--format", "json", *options, cwd=film).json
    counts = {action: count for action, count in document["summary"].items() if count and action != "no-op"}
    assert document["estimate"]["unknown"] == 0
    assert Counter(shot["action"] for shot in document["shots"] if shot["action"] in counts) == counts
    return counts, document["estimate"]["usd"]


def apply(film: Path, *options: str) -> None:
    ltxspec("apply", *SANDBOX, *options, cwd=film)


def test_the_new_film_costs_forty_shots_and_the_rendered_one_nothing(film: Path, tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    for name in ("ferry.yaml", "data"):
        (tmp_path / "specs" / name).symlink_to(film / "specs" / name)
    fresh = ltxspec("plan", "--provider", "runware", "--format", "json", cwd=REPOSITORY, check=0).json
    assert len([shot for shot in fresh["shots"] if shot["spec"] == "ferry" and shot["action"] == "create"]) == 40
    assert plan(film) == ({}, "0.00")
    assert len(list((film / "renders" / "sandbox" / "ferry").iterdir())) == 40


def rename(film: Path) -> None:
    edit(film, ("  opening:\n", "  prologue:\n"))


def rename_and_edit(film: Path) -> None:
    edit(film, ("  opening:\n", "  prologue:\n    moved: opening\n"), ("before a storm", "after a storm"))


def reorder(film: Path) -> None:
    edit(film, (STORY, ""), (QUAY, QUAY + STORY))


def split(film: Path) -> None:
    edit(
        film,
        (QUAY, QUAY.replace("quay:", "quay-wide:") + QUAY.replace("quay:", "quay-close:").replace("walks", "stops")),
    )


def move_to_another_spec(film: Path) -> None:
    text = (film / "specs" / "ferry.yaml").read_text("utf-8")
    head, rows = text[: text.index("shots:\n")], text[text.index(ROWS) :]
    edit(film, (rows, ""))
    (film / "specs" / "ferry-passengers.yaml").write_text(
        head.replace("name: ferry", "name: ferry-passengers") + "shots:\n" + rows, "utf-8"
    )


def rename_the_spec(film: Path) -> None:
    edit(film, ("name: ferry", "name: last-ferry"))


def change_a_character(film: Path) -> None:
    edit(film, ("a harbour pilot of sixty", "a harbour pilot of forty"))


def change_the_look(film: Path) -> None:
    edit(film, ("muted colours", "bright colours"))


def change_the_model(film: Path) -> None:
    edit(film, ("model: lightricks:2@0", "model: lightricks:2@1"))


def remove_a_shot(film: Path) -> None:
    edit(film, (STORY, ""))


def edit_a_cell(film: Path) -> None:
    edit(film, ("a boy counting coins", "a boy counting shells"), file="data/passengers.csv")


def add_and_reorder_rows(film: Path) -> None:
    path = film / "specs" / "data" / "passengers.csv"
    head, *rows = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([head, *reversed(rows), "p21,a mechanic with clean hands,neon,static", ""]), "utf-8")


def remove_a_row(film: Path) -> None:
    edit(film, ("p05,a priest asleep on his feet,neon,static\n", ""), file="data/passengers.csv")


def rename_a_key(film: Path) -> None:
    edit(film, ("p05,", "priest,"), file="data/passengers.csv")


def edit_labels_and_titles(film: Path) -> None:
    edit(film, ("{campaign: autumn}", "{campaign: winter, cut: two}"), ("The last ferry", "Night crossing"))


@pytest.mark.parametrize(
    ("change", "counts", "usd"),
    [
        (rename, {"move": 1}, "0.00"),
        (rename_and_edit, {"replace": 1}, "0.36"),
        (reorder, {}, "0.00"),
        (split, {"move": 1, "create": 1}, "0.36"),
        (move_to_another_spec, {"move": 20}, "0.00"),
        (rename_the_spec, {"move": 40}, "0.00"),
        (change_a_character, {"replace": 5}, "1.80"),
        (change_the_look, {"replace": 40}, "14.40"),
        (change_the_model, {"replace": 40}, "9.60"),
        (remove_a_shot, {"retire": 1}, "0.00"),
        (edit_a_cell, {"replace": 1}, "0.36"),
        (add_and_reorder_rows, {"create": 1}, "0.36"),
        (remove_a_row, {"retire": 1}, "0.00"),
        (rename_a_key, {"move": 1}, "0.00"),
        (edit_labels_and_titles, {}, "0.00"),
    ],
    ids=lambda value: value.__name__ if callable(value) else None,
)
def test_an_edit_costs_what_it_changes(
    change: Callable[[Path], None], counts: dict[str, int], usd: str, film: Path
) -> None:
    change(film)
    assert plan(film) == (counts, usd)


def test_a_retake_is_one_shot_and_a_pick_lasts(film: Path) -> None:
    assert plan(film, "--retake", "ferry.rescue") == ({"replace": 1}, SHOT)
    apply(film, "--retake", "ferry.rescue", "--target", "ferry.rescue")
    assert plan(film) == ({}, "0.00")
    ltxspec("pick", "ferry.rescue", "--take", "1", *SANDBOX, cwd=film)
    assert plan(film) == ({}, "0.00")
    (shot,) = ltxspec("show", "ferry.rescue", "--format", "json", *SANDBOX, cwd=film).json["shots"]
    takes: list[dict[str, Any]] = shot["takes"]
    assert (len(takes), shot["current"]) == (2, takes[0]["taskUUID"])


def test_an_edit_that_is_taken_back_costs_nothing_more(film: Path) -> None:
    edit(film, ("A red lamp", "A white lamp"))
    assert plan(film) == ({"replace": 1}, SHOT)
    apply(film)
    edit(film, ("A white lamp", "A red lamp"))
    assert plan(film) == ({"restore": 1}, "0.00")


def test_a_shot_that_is_deleted_and_returns_costs_nothing(film: Path) -> None:
    remove_a_shot(film)
    apply(film)
    assert plan(film) == ({}, "0.00")
    edit(film, ("shots:\n", "shots:\n" + STORY))
    assert plan(film) == ({"restore": 1}, "0.00")


def test_a_character_and_back_again_is_bought_once(film: Path) -> None:
    change_a_character(film)
    assert plan(film, "--target", "ferry.quay") == ({"replace": 1}, SHOT)
    apply(film, "--target", "ferry.quay")
    assert plan(film) == ({"replace": 4}, "1.44")
    edit(film, ("a harbour pilot of forty", "a harbour pilot of sixty"))
    assert plan(film) == ({"restore": 1}, "0.00")
