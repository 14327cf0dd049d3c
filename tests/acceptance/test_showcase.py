"""The four shots of the model's page: rendered to exactly the page's requests, recorded, and up to date."""

import json
from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import REPOSITORY, copy_of_repository, ltxspec

PAGE = Path(__file__).parent / "page"
SPEC = "specs/ltx-2-pro-showcase.yaml"
NAMES = sorted(path.name.removesuffix(".request.json") for path in PAGE.glob("*.request.json"))


def page(name: str, kind: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((PAGE / f"{name}.{kind}.json").read_text("utf-8"))
    return document


@pytest.mark.parametrize("name", NAMES)
def test_a_shot_renders_to_the_request_of_the_page(name: str) -> None:
    shot = f"ltx-2-pro-showcase.{name}"
    (rendered,) = ltxspec("render", SPEC, "--shot", shot, "--format", "json", cwd=REPOSITORY).json
    assert rendered.pop("includeCost") is True
    del rendered["taskUUID"]
    expected = page(name, "request")
    del expected["taskUUID"]
    assert rendered == expected


def test_all_four_are_up_to_date_and_what_they_cost_is_told() -> None:
    result = ltxspec("plan", SPEC, cwd=REPOSITORY)
    assert result.out == "No changes. 4 shots up to date; $4.80 spent.\n"


@pytest.mark.parametrize("name", NAMES)
def test_the_lockfile_holds_what_the_page_tells(name: str) -> None:
    (record,) = ltxspec("show", f"ltx-2-pro-showcase.{name}", "--format", "json", cwd=REPOSITORY).json["shots"]
    (take,) = record["takes"]
    (output,) = take["outputs"]
    reply = page(name, "response")
    assert take["taskUUID"] == record["current"] == reply["taskUUID"]
    assert (output["videoUUID"], output["videoURL"]) == (reply["videoUUID"], reply["videoURL"])
    assert float(take["cost"]) == reply["cost"]


def test_the_lockfile_is_what_import_writes(tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    for name in NAMES:
        files = ("--request", str(PAGE / f"{name}.request.json"), "--response", str(PAGE / f"{name}.response.json"))
        ltxspec("import", f"ltx-2-pro-showcase.{name}", *files, cwd=tmp_path)
    lockfile = Path("lockfiles") / "ltx-2-pro-showcase.lock.json"
    assert (tmp_path / lockfile).read_bytes() == (REPOSITORY / lockfile).read_bytes()


def test_editing_one_word_is_one_replacement_with_a_word_diff_and_reverting_is_free(tmp_path: Path) -> None:
    spec = copy_of_repository(tmp_path) / SPEC
    text = spec.read_text("utf-8")
    spec.write_text(text.replace("magenta", "amber"), encoding="utf-8")
    plan = ltxspec("plan", SPEC, "--format", "json", "--detailed-exitcode", cwd=tmp_path, check=2).json
    assert plan["summary"] | {"replace": 1, "no-op": 3} == plan["summary"]
    assert plan["estimate"] == {"usd": "0.48", "unknown": 0}
    shown = ltxspec("plan", SPEC, cwd=tmp_path).out
    assert "[-magenta-] {+amber+}" in shown
    assert shown.endswith("Plan: 1 to render (1 replace), 3 unchanged. Estimated $0.48.\n")
    spec.write_text(text, encoding="utf-8")
    assert ltxspec("plan", SPEC, "--detailed-exitcode", cwd=tmp_path).out.startswith("No changes.")


def test_restyling_the_spec_changes_nothing(tmp_path: Path) -> None:
    spec = copy_of_repository(tmp_path) / SPEC
    text = spec.read_text("utf-8").replace("fps: 25", "fps: 25.0  # as ever").replace("LTX-2 Pro showcase", "Renamed")
    spec.write_text(text.replace("duration: 8\n", "duration: 8\n  outputFormat: MP4\n"), encoding="utf-8")
    assert ltxspec("plan", SPEC, "--detailed-exitcode", cwd=tmp_path).out.startswith("No changes.")
