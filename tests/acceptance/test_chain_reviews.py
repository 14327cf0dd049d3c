"""`diff`, `review` and `comment` about shots that follow from each other, and about takes that are not as expected."""

import shutil
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


def judged(film: Path, *commands: str) -> tuple[Any, str]:
    """A branch of a gated chain on which only decisions about takes differ: its report, and the comment."""
    write_spec(film, SPEC.format(**GATED))
    ltxspec("apply", "--auto-approve", cwd=film)
    for command in commands[:-1]:
        ltxspec(command, "night.alley", cwd=film)
    commit(film, "main")
    branch(film, "feature")
    ltxspec(commands[-1], "night.alley", "--by", "Ann", cwd=film)
    commit(film, "feature")
    return report(film), comment(film).out


def test_an_approval_is_part_of_the_change_and_so_is_what_it_sets_free(film: Path) -> None:
    document, told = judged(film, "approve")
    assert {shot["instance"]: (shot["kind"], shot["inherited"]) for shot in document["shots"]} == {
        "street": ("pending", False),
        "door": ("pending", False),
    }
    (decision,) = document["redecided"]
    assert (decision["address"], decision["before"], decision["after"]["verdict"]) == ("night.alley", None, "approved")
    assert "2 shots to render for $" in told
    assert "1 verdict changed" in told
    assert "also at the base" not in told
    assert "- <code>night.alley</code> take 1: approved by Ann, in this change\n" in told
    assert "night.alley take 1: approved by Ann, in this change" in ltxspec("diff", "main", "feature", cwd=film).out


def test_a_rejection_that_a_change_takes_back_is_named(film: Path) -> None:
    document, told = judged(film, "reject", "approve")
    assert [shot["inherited"] for shot in document["shots"]] == [False, False]
    assert "approved by Ann, in this change (rejected before)" in told
    verdicts_of(film).unlink()
    commit(film, "no verdicts")
    assert "<code>night.alley</code> take 1: not rejected any more, by this change" in comment(film).out


def test_a_gate_that_a_change_removes_sets_free_by_this_change(film: Path) -> None:
    write_spec(film, SPEC.format(**GATED))
    ltxspec("apply", "--auto-approve", cwd=film)
    commit(film, "main")
    branch(film, "feature")
    write_spec(film, SPEC.format(**PLAIN))
    commit(film, "feature")
    assert [(shot["kind"], shot["inherited"]) for shot in report(film)["shots"]] == [("pending", False)] * 2


@pytest.mark.parametrize("side", ["main", "feature"])
def test_verdicts_that_cannot_be_read_are_told_and_set_nothing_free(film: Path, side: str) -> None:
    judged(film, "approve", "approve")
    git(film, "checkout", "--quiet", side)
    verdicts_of(film).write_text("<<<<<<< ours\n", "utf-8")
    commit(film, "broken")
    document, told = report(film), comment(film).out
    assert [shot["kind"] for shot in document["shots"]] == ["held" if side == "feature" else "pending"] * 2
    assert not document.get("redecided")
    assert "until it can be read no approval counts" in told


def verdicts_of(film: Path) -> Path:
    return film / ".ltxspec" / "sandbox" / "lockfiles" / "night.review.json"


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
    told = comment(film).out
    assert told.count("<sub>begins with the last frame of <code>alley</code></sub>") == 1
    assert told.index("night.alley") < told.index("night.street") < told.index("night.door")
    assert "| another take of its source |" in told
    assert "frame-1" not in told.partition("<details>")[0]


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


def test_takes_that_are_not_as_expected_are_told_once_for_all_and_outside_of_folds(film: Path) -> None:
    on_a_branch(film, PLAIN, EDITED)
    spec = film / "specs" / "night.yaml"
    spec.write_text(spec.read_text("utf-8").replace("shots:", "expect: {audio: true, fps: 25}\nshots:"), "utf-8")
    ltxspec("apply", "--auto-approve", cwd=film, check=3)
    ltxspec("approve", "night.*", cwd=film)
    ltxspec("apply", "--auto-approve", cwd=film, check=3)
    ltxspec("approve", "night.*", cwd=film)
    ltxspec("apply", "--auto-approve", cwd=film, check=3)
    commit(film, "rendered")
    for shot in report(film)["shots"]:
        assert shot["unmet"] == {"before": [], "after": [{"name": "audio", "words": "it has no audio"}]}
    told = comment(film).out.partition("<details")[0]
    assert "- audio: it has no audio: <code>night.door</code>\n" in told
    accepted = "it has no audio, accepted by an approval: <code>night.alley</code>, <code>night.street</code>\n"
    assert told.index("audio: it has no audio:") < told.index(accepted)
    assert told.count("it has no audio") == 2
    assert "not as expected: audio: it has no audio" in ltxspec("diff", "main", cwd=film).out


def test_the_page_shows_the_frames_where_one_shot_goes_on_from_another(film: Path) -> None:
    on_a_branch(film, PLAIN, EDITED)
    ltxspec("apply", "--auto-approve", cwd=film)
    ltxspec("review", "main", "--html", "page.html", cwd=film)
    page = (film / "page.html").read_text("utf-8")
    assert page.count('<div class="join">') == 4  # two shots, before and after
    assert page.count("Own first frame, at 0.00 s") == 4
    shutil.rmtree(film / ".ltxspec" / "archive")
    ltxspec("review", "main", "--html", "page.html", cwd=film)
    page = (film / "page.html").read_text("utf-8")
    assert page.count('<div class="join">') == 4
    assert page.count("Its video is not on this machine") == 8


def test_an_expectation_that_a_change_adds_is_held_against_the_takes_that_there_are(film: Path) -> None:
    on_a_branch(film, PLAIN, PLAIN)
    assert report(film)["diagnostics"] == []
    spec = film / "specs" / "night.yaml"
    spec.write_text(spec.read_text("utf-8").replace("shots:", "expect: {audio: true}\nshots:"), "utf-8")
    commit(film, "with sound")
    (found,) = report(film)["diagnostics"]
    assert (found["code"], "3 videos are not as expected (audio 3)" in found["message"]) == ("unmet", True)
    assert "not as expected" in comment(film).out
