"""`diff`, `review` and `comment` about shots that follow from each other, and about takes that are not as expected."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from acceptance.commands import Result, ltxspec, write_spec
from acceptance.repositories import branch, commit, git
from acceptance.test_diff import CONFIG, IGNORED

SPEC = """\
model: lightricks:ltx@2.5-fast
defaults: {{width: 1280, height: 720, duration: 6, fps: 25}}
shots:
  alley: {{prompt: "{alley}"{gate}}}
  street:
    prompt: He turns into a wide street
    inputs: {{frameImages: [{{image: {{shot: alley, frame: last}}, frame: first}}]}}
  door:
    prompt: He stops at a door
    inputs: {{frameImages: [{{image: {{shot: street, frame: last}}, frame: first}}]}}
"""
PLAIN = {"alley": "A man in an alley", "gate": ""}
GATED = PLAIN | {"gate": ", gate: approval"}
EDITED = PLAIN | {"alley": "A woman in an alley"}


@pytest.fixture
def film(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    (tmp_path / "ltxspec.toml").write_text(CONFIG, "utf-8")
    (tmp_path / ".gitignore").write_text(IGNORED, "utf-8")
    return tmp_path


def on_a_branch(film: Path, before: dict[str, str], after: dict[str, str]) -> None:
    """Main has the first version, rendered; the branch has the second one."""
    write_spec(film, SPEC.format(**before))
    ltxspec("apply", "--auto-approve", cwd=film)
    commit(film, "main")
    branch(film, "feature")
    write_spec(film, SPEC.format(**after))
    commit(film, "feature")


def report(film: Path) -> Any:
    document = ltxspec("diff", "main", "feature", "--format", "json", cwd=film).json
    jsonschema.validate(document, ltxspec("schema", "review", cwd=film).json)
    return document


def comment(film: Path) -> Result:
    """The comment that a job with rights posts, from the report of one without."""
    document = ltxspec("diff", "main", "feature", "--format", "json", cwd=film).out
    (film / "report.json").write_text(document, "utf-8")
    return ltxspec("comment", "--report", "report.json", "--dry-run", cwd=film)


def test_held_shots_are_reviewed_with_their_later_price(film: Path) -> None:
    on_a_branch(film, PLAIN, GATED | {"alley": "A woman in an alley"})
    document = report(film)
    assert {name: number for name, number in document["summary"].items() if number} == {"pending": 1, "held": 2}
    assert [shot["inherited"] for shot in document["shots"]] == [False] * 3
    told = ltxspec("diff", "main", "feature", cwd=film).out
    assert "held" in told
    assert "later: $" in told
    assert "| held |" in comment(film).out


def test_a_shot_says_which_frame_of_which_take_it_begins_with(film: Path) -> None:
    on_a_branch(film, PLAIN, EDITED)
    ltxspec("apply", "--auto-approve", cwd=film)
    commit(film, "rendered")
    shots = {shot["instance"]: shot for shot in report(film)["shots"]}
    (before,), (after,) = shots["street"]["references"]["before"], shots["street"]["references"]["after"]
    assert before["address"] == after["address"] == "night.alley"
    assert (after["frame"], after["ends"], after["pinned"], after["result"]) == ("last", "first", False, 1)
    assert (before["take"], after["take"]) == (1, 2)
    assert before["sha256"] != after["sha256"]
    assert shots["alley"]["references"] == {"before": [], "after": []}
    assert "kept" not in comment(film).err


def test_a_report_of_a_chain_that_is_not_rendered_yet_is_believed_as_any_other(film: Path) -> None:
    on_a_branch(film, PLAIN, EDITED)
    document = report(film)
    assert [shot["inherited"] for shot in document["shots"]] == [False] * 3  # the base would order nothing
    street = document["shots"][1]
    assert street["references"]["after"][0]["sha256"] is None
    assert street["change"]["fingerprint"] is None
    told = comment(film)
    assert document["planDigest"] in told.out
    assert "cannot be reproduced" not in told.out
