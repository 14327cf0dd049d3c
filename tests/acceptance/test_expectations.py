"""`expect:`: what finished videos must be like, and what becomes of those that are not."""

import json
from pathlib import Path

from acceptance.commands import ltxspec, write_spec

TOWER = "tower: {prompt: A tower, width: 1280, height: 720"


def spec(expect: str, shot: str = "") -> str:
    return f"model: lightricks:ltx@2.5-fast\nexpect: {expect}\nshots: {{{TOWER}{shot}}}}}\n"


def output_of(project: Path) -> dict[str, object]:
    path = next((project / ".ltxspec" / "sandbox" / "lockfiles").glob("*.lock.json"))
    found = json.loads(path.read_text())["shots"]["tower"]["takes"][-1]["outputs"][0]
    assert isinstance(found, dict)
    return found


def test_a_video_as_expected_is_recorded_with_its_facts(project: Path) -> None:
    write_spec(project, spec("{fps: 25, maxBlackSeconds: 1}"))
    ltxspec("apply", cwd=project)
    output = output_of(project)
    assert "unmet" not in output
    facts = output["facts"]
    assert isinstance(facts, dict)
    assert (facts["fps"], facts["blackSeconds"]) == (25.0, 0.0)


def test_one_that_is_not_is_kept_marked_and_not_bought_again(project: Path) -> None:
    write_spec(project, spec("{fps: 60, size: 7x7}"))
    told = ltxspec("apply", cwd=project, check=3)
    assert "not as expected" in told.out
    assert "it has 25 frames per second instead of 60" in told.out
    assert "1 rendered" in told.out
    output = output_of(project)
    assert output["unmet"] == ["fps", "size"]
    assert output["sha256"] is not None
    again = ltxspec("apply", cwd=project)
    assert "nothing to do" in again.out.lower() or "up to date" in (again.out + again.err).lower()


def test_show_has_the_facts_and_what_is_unmet(project: Path) -> None:
    write_spec(project, spec("{fps: 60, audio: false}"))
    ltxspec("apply", cwd=project, check=3)
    told = ltxspec("show", "night.tower", cwd=project).out
    assert " fps, " in told
    assert "not as expected: fps" in told
    (video,) = ltxspec("show", "night.tower", "--format", "json", cwd=project).json["shots"][0]["takes"][0]["outputs"]
    assert video["unmet"] == ["fps"]
    assert video["facts"] == output_of(project)["facts"]


def test_the_events_name_what_is_unmet(project: Path) -> None:
    write_spec(project, spec("{fps: 60}"))
    lines = ltxspec("apply", "--format", "json", cwd=project, check=3).out.splitlines()
    events = [json.loads(line) for line in lines]
    assert [event["type"] for event in events].count("shot-unmet") == 1
    assert events[-1]["summary"]["shots"][0]["unmet"] == ["fps"]
    assert events[-1]["summary"]["incomplete"] is True


def test_expectations_change_nothing_that_was_bought(project: Path) -> None:
    write_spec(project, spec("{fps: 25}"))
    ltxspec("apply", cwd=project)
    write_spec(project, spec("{fps: 25, audio: false}"))
    (shot,) = ltxspec("plan", "--format", "json", cwd=project).json["shots"]
    assert shot["action"] == "no-op"


def test_a_plan_says_of_what_it_keeps_that_it_is_not_as_expected(project: Path) -> None:
    write_spec(project, spec("{fps: 25}"))
    ltxspec("apply", cwd=project)
    write_spec(project, spec("{fps: 50}"))
    (found,) = ltxspec("plan", "--format", "json", cwd=project).json["diagnostics"]
    assert (found["code"], found["severity"]) == ("unmet", "warning")
    ltxspec("approve", "night.tower", cwd=project)
    assert ltxspec("plan", "--format", "json", cwd=project).json["diagnostics"] == []


def chain(expect: str) -> str:
    street = "street: {prompt: A street, width: 1280, height: 720, inputs: {frameImages: [{shot: tower, frame: last}]}}"
    return f"model: lightricks:ltx@2.5-fast\nexpect: {expect}\nshots: {{{TOWER}}}, {street}}}\n"


def test_nothing_follows_from_a_video_that_is_not_as_expected_until_it_is_approved(project: Path) -> None:
    write_spec(project, chain("{fps: 60}"))
    told = ltxspec("apply", cwd=project, check=3)
    assert "is not as expected: it has 25 frames per second instead of 60" in told.err + told.out
    shots = ltxspec("plan", "--format", "json", cwd=project).json["shots"]
    assert [shot["action"] for shot in shots] == ["no-op", "held"]
    ltxspec("approve", "night.tower", cwd=project)
    shots = ltxspec("plan", "--format", "json", cwd=project).json["shots"]
    assert [shot["action"] for shot in shots] == ["no-op", "create"]


def test_an_order_outside_the_target_is_judged_when_it_arrives(project: Path) -> None:
    roof = "}, roof: {prompt: A roof, width: 1280, height: 720, expect: {fps: 25}"
    write_spec(project, spec("{fps: 60}", roof))
    ltxspec("apply", "--detach", "--target", "night.tower", cwd=project)
    refused = ltxspec("apply", "--target", "night.roof", "--max-cost", "0.10", cwd=project, check=4)
    assert " for what is in progress, which is over the limit of $0.10" in refused.err
    told = ltxspec("apply", "--target", "night.roof", cwd=project, check=3)
    assert "it has 25 frames per second instead of 60" in told.out + told.err
    assert output_of(project)["unmet"] == ["fps"]
