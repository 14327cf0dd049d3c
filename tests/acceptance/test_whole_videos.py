"""A model that takes a whole video of another shot, and reference images, which the project describes itself."""

import json
from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import REPOSITORY, ltxspec
from acceptance.test_chains import actions, apply, plan

MODEL = REPOSITORY / "schemas" / "models" / "lightricks-ltx-2-pro.json"
SPEC = """\
apiVersion: ltxspec/v1
kind: RenderSpec
metadata: {name: film}
model: acme:1@1
defaults: {width: 1920, height: 1080, duration: 6}
shots:
  longer:
    prompt: It goes on.
    inputs: {video: {shot: alley}, referenceImages: [{shot: alley, frame: first}]}
  alley:
    prompt: A man walks through an alley.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project whose model takes a video, and a list of reference images."""
    document: dict[str, Any] = json.loads(MODEL.read_text("utf-8"))
    inputs = document["properties"]["inputs"]["properties"]
    inputs["video"] = {"type": "string"}
    inputs["referenceImages"] = {"type": "array", "items": {"type": "string"}}
    document["properties"]["model"] = {"const": "acme:1@1"}
    about = document["x-ltxspec"]
    about |= {"air": "acme:1@1", "slug": "acme-extend", "name": "Acme Extend"}
    about["media"] += ["/inputs/video", "/inputs/referenceImages/*"]
    about["mediaLimits"].append(
        {"at": ["/inputs/video"], "kind": "video", "confidence": "verified", "source": "a test", "date": "2026-11-29"}
    )
    document.pop("examples")
    models = tmp_path / "schemas" / "models"
    models.mkdir(parents=True)
    (models / "acme-extend.json").write_text(json.dumps(document), "utf-8")
    (tmp_path / "ltxspec.toml").write_text('[project]\nid = "videos"\n', "utf-8")
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "film.yaml").write_text(SPEC, "utf-8")
    return tmp_path


def test_a_whole_video_is_stored_at_the_provider_and_counts_by_its_content(folder: Path) -> None:
    assert plan(folder)["estimate"]["usd"] == "0.72"
    apply(folder)
    assert set(actions(plan(folder)).values()) == {"no-op"}
    lockfile = json.loads((folder / ".ltxspec/sandbox/lockfiles/film.lock.json").read_text("utf-8"))
    (alley,), (longer,) = (lockfile["shots"][name]["takes"] for name in ("alley", "longer"))
    assert longer["request"]["inputs"]["video"] == "shot:film.alley"
    sha256 = alley["outputs"][0]["sha256"]
    assert longer["inputs"]["shot:film.alley"] == f"sha256:{sha256}"
    assert longer["inputs"]["shot:film.alley#first"] == f"sha256:{sha256}/frame-1/first"


def test_a_place_for_a_video_takes_no_frame_and_one_for_a_picture_needs_one(folder: Path) -> None:
    wrong = SPEC.replace("{shot: alley}", "{shot: alley, frame: last}").replace(", frame: first", "")
    (folder / "specs" / "film.yaml").write_text(wrong, "utf-8")
    told = ltxspec("validate", cwd=folder, check=1).out
    assert "takes a whole video" in told
    assert "it is not said which frame of the shot is meant" in told
