"""`--target`: only what is selected matters; errors of other shots leave these out, and change nothing of theirs."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import ltxspec, write_spec
from sharing import made_once

CONFIG = '[provider]\nname = "sandbox"\n[sandbox]\nspeed = 1000\n'
ALLEY = ("--target", "night.alley")
HEAD = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720, fps: 24}\n"
GOOD = """\
shots:
  alley: {prompt: Rain}
  tower: {prompt: A tower}
  rows:
    forEach: {file: rows.csv, key: id}
    prompt: "{{ id }} by a river"
"""


@pytest.fixture(scope="module")
def bought_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "with-rows", buy)


def buy(folder: Path) -> None:
    folder.mkdir()
    (folder / "ltxspec.toml").write_text(CONFIG, encoding="utf-8")
    write_spec(folder, HEAD + GOOD)
    (folder / "specs" / "rows.csv").write_text("id\na\nb\n", encoding="utf-8")
    ltxspec("apply", cwd=folder)


@pytest.fixture
def bought(bought_once: Path, tmp_path: Path) -> Path:
    """Every shot is rendered."""
    return Path(shutil.copytree(bought_once, tmp_path / "bought", symlinks=True))


BROKEN = {
    "template": (("prompt: A tower", "prompt: 'A {{ towr }}'"), "tower"),
    "parameter": (("tower: {prompt: A tower}", "tower: {prompt: A tower, duration: 1000}"), "tower"),
    "prompt file": (("tower: {prompt: A tower}", "tower: {prompt: {file: none.j2}}"), "tower"),
    "check": (("tower: {prompt: A tower}", "tower: {prompt: A tower, checks: [{assert: 'fps == 1'}]}"), "tower"),
    "model": (("tower: {prompt: A tower}", "tower: {prompt: A tower, model: 'no:such@1'}"), "tower"),
    "table": (("rows.csv", "none.csv"), "rows"),
    "rows": (("{{ id }} by", "{{ idd }} by"), "rows[a]"),
}


def lockfile(project: Path) -> dict[str, Any]:
    text = (project / ".ltxspec" / "sandbox" / "lockfiles" / "night.lock.json").read_text("utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


@pytest.mark.parametrize("kind", BROKEN)
def test_an_error_in_another_shot_only_leaves_that_out(kind: str, bought: Path) -> None:
    (good, bad), name = BROKEN[kind]
    write_spec(bought, HEAD + GOOD.replace(good, bad).replace("alley: {prompt: Rain}", "alley: {prompt: Fog}"))
    assert ltxspec("plan", cwd=bought, check=1).out == ""
    document = ltxspec("plan", *ALLEY, "--format", "json", cwd=bought).json
    assert [(shot["address"], shot["action"]) for shot in document["shots"]] == [("night.alley", "replace")]
    (warning,) = document["diagnostics"]
    assert warning["severity"] == "warning"
    assert f"`night.{name}`" in warning["message"]
    assert "left out of this run" in warning["message"]
    before = lockfile(bought)
    ltxspec("apply", *ALLEY, cwd=bought)
    after = lockfile(bought)
    assert (len(after["shots"]["alley"]["takes"]), after["retired"]) == (2, {})
    others = before["shots"].keys() - {"alley"}
    assert {key: after["shots"][key] for key in others} == {key: before["shots"][key] for key in others}


@pytest.mark.parametrize("kind", BROKEN)
def test_excluding_what_is_broken_leaves_the_rest(kind: str, bought: Path) -> None:
    (good, bad), name = BROKEN[kind]
    write_spec(bought, HEAD + GOOD.replace(good, bad).replace("alley: {prompt: Rain}", "alley: {prompt: Fog}"))
    exclude = ("--exclude", f"night.{name.partition('[')[0]}")
    document = ltxspec("plan", *exclude, "--format", "json", cwd=bought).json
    assert [(s["address"], s["action"]) for s in document["shots"] if s["action"] != "no-op"] == [
        ("night.alley", "replace")
    ]
    assert any(f"`night.{name}`" in found["message"] for found in document["diagnostics"])
    before = lockfile(bought)
    ltxspec("apply", *exclude, cwd=bought)
    after = lockfile(bought)
    assert (len(after["shots"]["alley"]["takes"]), after["retired"]) == (2, {})
    others = before["shots"].keys() - {"alley"}
    assert {key: after["shots"][key] for key in others} == {key: before["shots"][key] for key in others}
    refused = ltxspec("plan", "--exclude", "night.alley", cwd=bought, check=1)
    assert "error[" in refused.err


def test_excluding_one_row_does_not_hide_a_broken_table(bought: Path) -> None:
    write_spec(bought, HEAD + GOOD.replace("rows.csv", "none.csv"))
    assert "`none.csv` does not exist" in ltxspec("plan", "--exclude", "night.rows[a]", cwd=bought, check=1).err


@pytest.mark.parametrize("kind", BROKEN)
def test_the_selected_shot_itself_is_still_checked(kind: str, bought: Path) -> None:
    (good, bad), name = BROKEN[kind]
    write_spec(bought, HEAD + GOOD.replace(good, bad))
    for target in (f"night.{name}", f"night.{name.partition('[')[0]}", "night.*"):
        refused = ltxspec("plan", "--target", target, cwd=bought, check=1)
        assert "error[" in refused.err


def test_the_take_of_a_shot_that_is_left_out_is_given_to_no_other(bought: Path) -> None:
    text = GOOD.replace("prompt: A tower", "prompt: 'A {{ towr }}'").replace("prompt: Rain", "prompt: A tower")
    write_spec(bought, HEAD + text)
    (shot,) = ltxspec("plan", *ALLEY, "--format", "json", cwd=bought).json["shots"]
    assert shot["action"] == "replace", "it may still be the take of the other shot"
    moved = text.replace("alley: {prompt: A tower}", "alley: {prompt: A tower, moved: tower}")
    write_spec(bought, HEAD + moved)
    (shot,) = ltxspec("plan", *ALLEY, "--format", "json", cwd=bought).json["shots"]
    assert (shot["action"], shot.get("from")) == ("replace", None)


def test_what_all_shots_share_and_what_cannot_be_parsed_is_an_error_all_the_same(bought: Path) -> None:
    write_spec(bought, HEAD.replace("720", "7") + GOOD)
    assert "error[" in ltxspec("plan", *ALLEY, cwd=bought, check=1).err
    write_spec(bought, HEAD + GOOD)
    write_spec(bought, "shots: [", "other")
    assert "--> specs/other.yaml" in ltxspec("plan", *ALLEY, cwd=bought, check=1).err


def test_a_spec_of_its_own_with_an_error_is_left_out_and_not_retired(bought: Path) -> None:
    write_spec(bought, HEAD + "shots: {gate: {prompt: '{{ nothing }}'}}\n", "other")
    planned = ltxspec("plan", *ALLEY, cwd=bought)
    assert "`other.gate` is left out of this run" in planned.err
    assert "render" not in ltxspec("render", "--shot", "night.alley", cwd=bought).err
    assert "night.alley" in ltxspec("why", "night.alley", cwd=bought).out


def test_warnings_of_other_shots_are_not_shown(bought: Path) -> None:
    warns = GOOD.replace("A tower", "A tower", 1).replace(
        "tower: {prompt: A tower}", "tower: {prompt: A tower, checks: [{assert: 'fps == 1', severity: warning}]}"
    )
    write_spec(bought, HEAD + warns)
    assert "warning" in ltxspec("plan", cwd=bought).err
    assert "warning" not in ltxspec("plan", *ALLEY, cwd=bought).err


def test_the_money_of_a_part_says_that_it_covers_the_rest(rendered: Path) -> None:
    ltxspec("apply", "--exclude", "night.flagged", cwd=rendered)
    part = ltxspec("plan", *ALLEY, cwd=rendered).out
    assert "No changes. 1 shot up to date; takes worth ≥ $" in part
    assert " with the shots left out (sandbox: nothing is charged)." in part
    whole = ltxspec("plan", cwd=rendered).out
    assert "worth ≥ $" in whole
    assert "left out" not in whole


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_an_address_as_a_path_names_the_option(command: str, project: Path) -> None:
    said = ltxspec(command, "night.alley", cwd=project, check=64).err
    assert "`night.alley` does not exist" in said
    assert "write `--target night.alley`" in said
