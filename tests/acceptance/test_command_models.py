"""`ltxspec models`: what can be named, and what each takes."""

import json
from pathlib import Path

from acceptance.commands import REPOSITORY, ltxspec

FOLDER = REPOSITORY / "schemas" / "models"


def test_every_model_file_is_listed(tmp_path: Path) -> None:
    blocks = [json.loads(path.read_text("utf-8"))["x-ltxspec"] for path in sorted(FOLDER.glob("*.json"))]
    told = ("air", "slug", "name", "status", "statusDate")  # the last two of models that have left the lists
    expected = [{key: block[key] for key in told if key in block} for block in blocks]
    assert ltxspec("models", "--format", "json", cwd=tmp_path).json["models"] == expected
    listed = ltxspec("models", cwd=tmp_path).out
    assert all(block["air"] in listed for block in blocks)


def test_one_model_is_shown_by_any_of_its_names_with_what_a_shot_may_set(tmp_path: Path) -> None:
    shown = ltxspec("models", "lightricks:2@0", cwd=tmp_path).out
    assert shown == ltxspec("models", "lightricks-ltx-2-pro", cwd=tmp_path).out
    assert "  prompt (required): text, 2–10000 characters\n" in shown
    assert "  duration: one of 6, 8, 10, default 6\n" in shown
    assert "  providerSettings.lightricks.generateAudio: true or false, default false\n" in shown
    assert "  3840×2160: $0.24 " in shown
    assert "\nAccepted together: width x height\n  1920x1080, 2560x1440, 3840x2160\n" in shown
    assert "taskType" not in shown


def test_programs_get_the_schema_itself(tmp_path: Path) -> None:
    shown = ltxspec("models", "lightricks:2@0", "--format", "json", cwd=tmp_path).json
    assert shown == json.loads((FOLDER / "lightricks-ltx-2-pro.json").read_text("utf-8"))


def test_an_unknown_model_gets_a_suggestion(tmp_path: Path) -> None:
    refused = ltxspec("models", "ltx-2-pro", cwd=tmp_path, check=64).err
    assert refused == "error[usage]: no model is called `ltx-2-pro`\nhint: did you mean `lightricks-ltx-2-pro`?\n"
