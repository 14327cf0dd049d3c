"""`ltxspec models learn-prices`: rates from the costs of owned takes."""

import json
from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import REPOSITORY, ltxspec

MODEL = "acme-film.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return unpriced(tmp_path)


def unpriced(folder: Path) -> Path:
    """A project whose own model has no price."""
    document: dict[str, Any] = json.loads((REPOSITORY / "schemas/models/lightricks-ltx-2-pro.json").read_text("utf-8"))
    document["properties"]["model"] = {"const": "acme:film@1"}
    document["x-ltxspec"] |= {"air": "acme:film@1", "slug": "acme-film", "name": "Acme Film"}
    document["x-ltxspec"]["price"] |= {"by": [], "rows": []}
    del document["examples"]
    (folder / "schemas" / "models").mkdir(parents=True)
    (folder / "schemas" / "models" / MODEL).write_text(json.dumps(document, indent=2), "utf-8")
    (folder / "ltxspec.toml").write_text('[project]\nid = "learned"\n', "utf-8")
    return folder


def bought(folder: Path, name: str, cost: float, seconds: int = 8, **more: Any) -> None:
    """Record a take that was paid for."""
    task = f"00000000-0000-4000-8000-{abs(hash(name)) % 10**12:012d}"
    request = {
        "taskType": "videoInference", "taskUUID": task, "model": "acme:film@1", "positivePrompt": name,
        "width": 1920, "height": 1080, "duration": seconds, "fps": 25, **more,
    }  # fmt: skip
    response = {
        "taskType": "videoInference", "taskUUID": task, "videoUUID": task, "cost": cost,
        "videoURL": f"https://vm.example/{task}.mp4",
    }  # fmt: skip
    (folder / "request.json").write_text(json.dumps(request), "utf-8")
    (folder / "response.json").write_text(json.dumps(response), "utf-8")
    ltxspec("import", f"film.{name}", "--request", "request.json", "--response", "response.json", cwd=folder)


def price_of(folder: Path) -> dict[str, Any]:
    document = json.loads((folder / "schemas" / "models" / MODEL).read_text("utf-8"))
    found: dict[str, Any] = document["x-ltxspec"]["price"]
    return found


def test_a_price_is_learned_shown_and_written_only_when_asked(folder: Path) -> None:
    bought(folder, "alley", 0.48)
    bought(folder, "harbour", 0.36, 6)
    locked = (folder / "lockfiles" / "film.lock.json").read_bytes()
    shown = ltxspec("models", "learn-prices", cwd=folder)
    assert "acme:film@1: 2 paid takes" in shown.out
    assert "width 1920, height 1080: $0.06 a second, 2 takes of 6, 8 s, no spread (inferred)" in shown.out
    assert '"usdPerSecond": "0.06"' in shown.out
    assert price_of(folder)["rows"] == []
    ltxspec("models", "learn-prices", "acme-film", "--write", cwd=folder)
    (row,) = price_of(folder)["rows"]
    assert (row["usdPerSecond"], row["source"], row["confidence"]) == ("0.06", "learned from 2 takes", "inferred")
    assert (folder / "lockfiles" / "film.lock.json").read_bytes() == locked
    again = ltxspec("models", "learn-prices", "--write", cwd=folder)
    assert "nothing is written" in again.err


def test_costs_that_contradict_each_other_are_named_and_nothing_is_written(folder: Path) -> None:
    bought(folder, "alley", 0.48)
    bought(folder, "harbour", 0.96, fps=50)
    refused = ltxspec("models", "learn-prices", "--write", "--format", "json", cwd=folder, check=1)
    document = json.loads(refused.out)
    (model,) = document["models"]
    assert (model["price"], model["rates"], document["written"]) == (None, [], [])
    assert "`film.alley` cost $0.48" in model["refusals"][0]
    assert "`film.harbour` cost $0.96" in model["refusals"][0]
    assert price_of(folder)["rows"] == []


def test_an_example_of_the_source_that_does_not_come_out_is_an_error_with_its_line(folder: Path) -> None:
    bought(folder, "alley", 0.48)
    ltxspec("models", "learn-prices", "--write", cwd=folder)
    file = folder / "schemas" / "models" / MODEL
    document = json.loads(file.read_text("utf-8"))
    document["x-ltxspec"]["price"]["examples"] = [
        {"parameters": {"width": 1920, "height": 1080, "duration": 6}, "usd": "0.40", "source": "a page",
         "date": "2026-11-29"}
    ]  # fmt: skip
    file.write_text(json.dumps(document, indent=2), "utf-8")
    refused = ltxspec("models", cwd=folder, check=1).err
    lines = file.read_text("utf-8").splitlines()
    number = next(at for at, line in enumerate(lines, 1) if '"examples": [' in line) + 1
    assert f"{MODEL}:{number}:" in refused
    assert "costs $0.40 by its source (a page), but by this file its price is $0.36" in refused


def test_a_model_without_takes_says_so(folder: Path) -> None:
    assert "no take of it was paid for" in ltxspec("models", "learn-prices", "acme-film", cwd=folder).out
    unknown = ltxspec("models", "learn-prices", "acme-flim", cwd=folder, check=64).err
    assert "did you mean `acme-film`?" in unknown
