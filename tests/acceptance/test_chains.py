"""Shots that begin where others end: priced before they exist, rendered in order, never bought for a new name."""

import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import ltxspec
from PIL import Image, ImageChops, ImageStat

SPEC = """\
apiVersion: ltxspec/v1
kind: RenderSpec
metadata: {name: film}
model: lightricks:2@0
defaults: {width: 1920, height: 1080, duration: 6}
shots:
  door:
    prompt: He stops at a red door.
    inputs: {frameImages: [{shot: street, frame: last}]}
  alley:
    prompt: A man walks through an alley.
  street:
    prompt: He turns into a street.
    inputs: {frameImages: [{image: {shot: alley, frame: last}, frame: first}]}
"""


def project(folder: Path, spec: str = SPEC) -> Path:
    (folder / "ltxspec.toml").write_text('[project]\nid = "chains"\n', "utf-8")
    (folder / "specs").mkdir(exist_ok=True)
    write(folder, spec)
    return folder


def write(folder: Path, spec: str) -> None:
    (folder / "specs" / "film.yaml").write_text(spec, "utf-8")


def plan(folder: Path, *options: str, check: int | None = 0) -> Any:
    return ltxspec("plan", "--provider", "sandbox", "--format", "json", *options, cwd=folder, check=check).json


def apply(folder: Path, *options: str, check: int | None = 0) -> str:
    arguments = ("--provider", "sandbox", "--auto-approve", *options)
    return ltxspec("apply", *arguments, cwd=folder, check=check).out


def actions(document: Any) -> dict[str, str]:
    return {shot["shot"]: shot["action"] for shot in document["shots"]}


def reasons(document: Any) -> dict[str, list[str]]:
    return {shot["shot"]: shot["reasons"] for shot in document["shots"] if shot["reasons"]}


def test_videos_of_a_chain_show_their_shots(tmp_path: Path) -> None:
    apply(project(tmp_path))
    with closing(sqlite3.connect(tmp_path / ".ltxspec" / "sandbox" / "state.sqlite")) as state:
        labels = {label for (label,) in state.execute("select label from tasks")}
    assert labels == {"film.alley", "film.street", "film.door"}


def test_a_chain_is_priced_before_anything_exists(tmp_path: Path) -> None:
    document = plan(project(tmp_path))
    assert document["estimate"] == {"usd": "1.08", "unknown": 0}
    shots = {shot["shot"]: shot for shot in document["shots"]}
    assert [shots["door"][key] for key in ("fingerprint", "taskUUID", "estimate", "after")] == [
        None, None, "0.36", ["film.street"],
    ]  # fmt: skip
    assert "after" not in shots["alley"]
    assert plan(tmp_path)["digest"] == document["digest"]
    write(tmp_path, SPEC.replace("frame: last}]", "frame: first}]"))
    assert plan(tmp_path)["digest"] != document["digest"]


def frame_of(folder: Path, shot: str, at: str) -> Image.Image:
    target = folder / f"{shot}-{at}.png"
    ltxspec("frame", f"film.{shot}", "--at", at, "-o", str(target), "--provider", "sandbox", cwd=folder)
    return Image.open(io.BytesIO(target.read_bytes())).convert("RGB")


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures where no captions are, from 0 to 255."""
    shown = [picture.crop((0, picture.height // 4, picture.width, picture.height // 3)) for picture in (one, other)]
    return sum(ImageStat.Stat(ImageChops.difference(*shown)).mean) / 3


def test_a_chain_is_rendered_continues_and_keeps_what_was_paid(tmp_path: Path) -> None:
    apply(project(tmp_path))
    assert set(actions(plan(tmp_path)).values()) == {"no-op"}
    for source, shot in (("alley", "street"), ("street", "door")):
        assert difference(frame_of(tmp_path, source, "last"), frame_of(tmp_path, shot, "first")) < 4

    write(tmp_path, SPEC.replace("alley", "lane").replace("an lane", "an alley"))  # another name
    assert actions(plan(tmp_path)) == {"door": "no-op", "lane": "move", "street": "update"}
    assert reasons(plan(tmp_path))["street"] == ["source-moved"]
    apply(tmp_path)
    write(tmp_path, SPEC)
    apply(tmp_path)

    retaken = plan(tmp_path, "--retake", "film.alley")
    assert actions(retaken) == {"door": "replace", "alley": "replace", "street": "replace"}
    assert reasons(retaken) == {
        "door": ["source-changed"], "alley": ["retake-requested"], "street": ["source-changed"],
    }  # fmt: skip
    assert retaken["estimate"]["usd"] == "1.08"
    apply(tmp_path, "--retake", "film.alley", "--exclude", "film.street", "--exclude", "film.door")
    assert actions(plan(tmp_path)) == {"door": "replace", "alley": "no-op", "street": "replace"}

    ltxspec("pick", "film.alley", "--take", "1", "--provider", "sandbox", cwd=tmp_path)
    assert set(actions(plan(tmp_path)).values()) == {"no-op"}
    picked = ltxspec("pick", "film.alley", "--take", "2", "--provider", "sandbox", cwd=tmp_path)
    assert picked.err.startswith("warning: the next apply will render 2 shots that follow from it anew, for $0.72\n")
    assert "--target film.alley+" in picked.err
    pinned = SPEC.replace("shot: alley, frame: last", "shot: alley, frame: last, take: 1")
    write(tmp_path, pinned)
    assert actions(plan(tmp_path)) == {"door": "no-op", "alley": "no-op", "street": "update"}


def test_a_gate_holds_what_follows_until_an_approval(tmp_path: Path) -> None:
    project(tmp_path, SPEC.replace("an alley.", "an alley.\n    gate: approval"))
    document = plan(tmp_path)
    assert actions(document) == {"door": "held", "alley": "create", "street": "held"}
    assert document["estimate"]["usd"] == "0.36"
    assert document["held"] == {"shots": 2, "estimate": {"usd": "0.72", "unknown": 0}}
    apply(tmp_path)
    assert actions(plan(tmp_path)) == {"door": "held", "alley": "no-op", "street": "held"}
    ltxspec("approve", "film.alley", "--provider", "sandbox", cwd=tmp_path)
    assert actions(plan(tmp_path)) == {"door": "create", "alley": "no-op", "street": "create"}
    ltxspec("reject", "film.alley", "--provider", "sandbox", cwd=tmp_path)
    assert actions(plan(tmp_path))["street"] == "held"


def test_no_approval_counts_while_a_file_of_verdicts_cannot_be_read(tmp_path: Path) -> None:
    """It may hold a later rejection: of a take that has moved here from another spec, or there from here."""
    project(tmp_path, SPEC.replace("an alley.", "an alley.\n    gate: approval"))
    apply(tmp_path)
    ltxspec("approve", "film.alley", "--provider", "sandbox", cwd=tmp_path)
    broken = tmp_path / ".ltxspec" / "sandbox" / "lockfiles" / "night.review.json"
    broken.write_text("<<<<<<< ours\n", "utf-8")
    assert actions(plan(tmp_path)) == {"door": "held", "alley": "no-op", "street": "held"}
    run = ltxspec("apply", "--provider", "sandbox", "--auto-approve", cwd=tmp_path)
    assert "until it can be read no approval counts" in run.err
    assert actions(plan(tmp_path))["street"] == "held"
    broken.unlink()
    assert actions(plan(tmp_path))["street"] == "create"


@pytest.mark.parametrize(
    ("before", "after", "message", "line"),
    [
        ("shot: alley,", "shot: aley,", "there is no shot `film.aley`", 14),
        ("shot: alley,", "shot: street,", "`film.street` refers to itself", 14),
        ("shot: alley,", "shot: door,", "these shots follow from each other: `film.door` → `film.street`", 9),
        ("shot: alley, frame: last", "shot: alley, frame: 6", "`film.alley` is 6 s long", 14),
        ("shot: alley, frame: last", "shot: alley", "it is not said which frame", 14),
        ("shot: alley,", "shot: films.alley,", "there is no spec `films`", 14),
    ],
)
def test_a_reference_that_cannot_be_is_an_error_with_its_place(
    tmp_path: Path, before: str, after: str, message: str, line: int
) -> None:
    project(tmp_path, SPEC.replace(before, after))
    document = ltxspec("validate", "--format", "json", cwd=tmp_path, check=1).json
    (problem,) = document["diagnostics"]
    assert problem["message"].startswith(message)
    assert problem["line"] == line
    assert problem["hint"]


def test_a_video_that_is_on_another_machine_is_fetched(tmp_path: Path) -> None:
    apply(project(tmp_path), "--target", "film.alley")
    for video in (tmp_path / ".ltxspec" / "archive").rglob("*.mp4"):
        video.unlink()
    apply(tmp_path, "--target", "film.street")
    assert actions(plan(tmp_path)) == {"door": "create", "alley": "no-op", "street": "no-op"}


def test_rules_see_the_verdicts_of_takes_and_of_sources(tmp_path: Path) -> None:
    project(tmp_path)
    apply(tmp_path, "--target", "film.alley")
    config = tmp_path / "ltxspec.toml"
    rule = "'rejected' not in shot.sources|map(attribute='verdict')"
    config.write_text(f'[project]\nid = "chains"\n[[policy]]\nassert = "{rule}"\n', "utf-8")
    assert plan(tmp_path)["diagnostics"] == []
    ltxspec("reject", "film.alley", "--provider", "sandbox", cwd=tmp_path)
    (found,) = [item for item in plan(tmp_path)["diagnostics"] if item["code"] == "policy"]
    assert found["message"] == f"`{rule}` is not true (`film.street`)"
    (review,) = (tmp_path / ".ltxspec").rglob("film.review.json")
    review.write_text("<<<<<<<", "utf-8")
    told = [item["message"] for item in plan(tmp_path)["diagnostics"] if item["code"] == "policy"]
    assert told
    assert all("cannot be evaluated" in item and "film.review.json` is not JSON" in item for item in told)


@pytest.mark.parametrize("code", ["timeoutProvider", "contentPolicyViolation"])
def test_a_retake_that_failed_is_asked_for_again_with_its_option(tmp_path: Path, code: str) -> None:
    """A plain apply keeps the take from before: it would say that all is up to date."""
    apply(project(tmp_path))
    failing = {"LTXSPEC_SANDBOX_SCENARIO": json.dumps({"faults": [{"fault": "fail", "times": 99, "code": code}]})}
    arguments = ("apply", "--provider", "sandbox", "--retake", "film.alley")
    told = ltxspec(*arguments, cwd=tmp_path, check=3, **failing).out
    assert "only `ltxspec apply --retake film.alley` asks for it again" in told
    assert "tries again" not in told
    assert "`ltxspec apply` again" not in told
    assert "--retry" not in told
    assert set(actions(plan(tmp_path)).values()) == {"no-op"}
    assert "3 rendered" in apply(tmp_path, "--retake", "film.alley")


@pytest.mark.parametrize("target", [(), ("--target", "film.door"), ("--target", "film.lane")])
def test_what_follows_from_a_shot_is_not_bought_while_its_retake_moves_with_it(
    tmp_path: Path, target: tuple[str, ...]
) -> None:
    """It would be rendered from the take before, and once more from the one that arrives."""
    apply(project(tmp_path), "--target", "film.street")
    retake = ("--detach", "--retake", "film.alley", "--target", "film.alley")
    scenario = json.dumps({"faults": [{"fault": "slow", "times": 99, "seconds": 5}]})
    ltxspec("apply", "--provider", "sandbox", *retake, cwd=tmp_path, LTXSPEC_SANDBOX_SCENARIO=scenario)
    write(tmp_path, SPEC.replace("  alley:", "  lane:\n    moved: alley").replace("shot: alley", "shot: lane"))
    warned = ltxspec("plan", "--provider", "sandbox", *target, cwd=tmp_path).err
    assert "an order for `film.alley` is in progress, and its takes would be moved to `film.lane`" in warned
    refused = ltxspec("apply", "--provider", "sandbox", *target, cwd=tmp_path, check=4)
    assert "error[moved-in-progress]" in refused.err
    ltxspec("collect", "--provider", "sandbox", cwd=tmp_path)
    document = plan(tmp_path)
    assert actions(document) == {"door": "create", "lane": "move", "street": "replace"}
    assert document["estimate"]["usd"] == "0.72"
    apply(tmp_path)
    (lane,) = ltxspec("show", "film.lane", "--provider", "sandbox", "--format", "json", cwd=tmp_path).json["shots"]
    assert [take["current"] for take in lane["takes"]] == [False, True]


def test_a_move_that_no_order_waits_for_is_made_while_others_are_in_progress(tmp_path: Path) -> None:
    apply(project(tmp_path), "--target", "film.alley")
    edited = SPEC.replace("an alley.", "a long alley.")
    write(tmp_path, edited)
    ltxspec("apply", "--provider", "sandbox", "--detach", "--target", "film.alley", cwd=tmp_path)
    write(tmp_path, SPEC.replace("  alley:", "  lane:\n    moved: alley").replace("shot: alley", "shot: lane"))
    assert "would be moved" not in ltxspec("plan", "--provider", "sandbox", cwd=tmp_path).err
    apply(tmp_path)
    document = plan(tmp_path)
    assert document["estimate"]["usd"] == "0.00"
    assert set(actions(document).values()) == {"no-op", "move"}  # the take that has arrived meanwhile moves as well


def test_a_pick_says_what_it_makes_wait_for_an_approval(tmp_path: Path) -> None:
    """What was approved was made from the other take: the shots after it are to be rendered anew as well."""
    project(tmp_path, SPEC.replace("into a street.", "into a street.\n    gate: approval"))
    apply(tmp_path)
    ltxspec("approve", "film.street", "--provider", "sandbox", cwd=tmp_path)
    apply(tmp_path)
    apply(tmp_path, "--retake", "film.alley", "--exclude", "film.street", "--exclude", "film.door")
    kept = ltxspec("pick", "film.alley", "--take", "1", "--provider", "sandbox", cwd=tmp_path)
    assert kept.err == ""
    picked = ltxspec("pick", "film.alley", "--take", "2", "--provider", "sandbox", cwd=tmp_path)
    assert picked.err.startswith(
        "warning: the next apply will render 1 shot that follows from it anew, for $0.36; "
        "1 more shot that follows from it waits to be rendered anew later, for $0.36\n"
    )
    document = plan(tmp_path)
    assert actions(document) == {"door": "held", "alley": "no-op", "street": "replace"}
    assert document["held"]["estimate"]["usd"] == "0.36"


def test_a_pick_beside_an_order_for_another_version_does_not_say_that_this_will_be_in_use(tmp_path: Path) -> None:
    apply(project(tmp_path), "--target", "film.street")
    apply(tmp_path, "--retake", "film.alley", "--target", "film.alley")
    ltxspec("apply", "--provider", "sandbox", "--detach", "--target", "film.street", cwd=tmp_path)
    ltxspec("pick", "film.alley", "--take", "1", "--provider", "sandbox", cwd=tmp_path)
    picked = ltxspec("pick", "film.street", "--take", "1", "--provider", "sandbox", cwd=tmp_path)
    assert "will be the one in use" not in picked.err
    assert "an order for another version of `film.street` is in progress" in picked.err
    ltxspec("collect", "--provider", "sandbox", cwd=tmp_path)
    (street,) = ltxspec("show", "film.street", "--provider", "sandbox", "--format", "json", cwd=tmp_path).json["shots"]
    assert [take["current"] for take in street["takes"]] == [True, False]
