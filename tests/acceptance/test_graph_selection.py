"""Selecting shots that follow from others: sources come along, dependents wait or are selected, nothing else moves."""

import json
from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import ltxspec, write_spec
from acceptance.test_chains import actions, apply, plan, project, reasons

HEAD = "model: lightricks:2@0\ndefaults: {width: 1920, height: 1080, duration: 6}\n"
NIGHT = """\
shots:
  alley: {prompt: A man walks through an alley.}
  rain: {prompt: Rain.}
"""
DAY = """\
shots:
  street:
    prompt: He turns into a street.
    inputs: {frameImages: [{image: {shot: night.alley, frame: last}, frame: first}]}
  sun: {prompt: Sun.}
"""


def warnings(document: Any, code: str = "source-included") -> list[str]:
    return [found["message"] for found in document["diagnostics"] if found["code"] == code]


def test_a_target_takes_its_unbought_sources_along(tmp_path: Path) -> None:
    document = plan(project(tmp_path), "--target", "film.street")
    assert actions(document) == {"alley": "create", "street": "create"}
    assert document["estimate"]["usd"] == "0.72"
    assert warnings(document) == ["`film.alley` is ordered as well: `film.street` uses its last frame ($0.36)"]
    assert actions(plan(tmp_path, "--target", "film.door")) == {"door": "create", "alley": "create", "street": "create"}
    apply(tmp_path, "--target", "film.street")
    document = plan(tmp_path, "--target", "film.door")
    assert actions(document) == {"door": "create"}
    assert warnings(document) == []


def test_a_label_takes_sources_along_and_many_are_one_message(tmp_path: Path) -> None:
    shots = ["  s0: {prompt: Rain}"] + [
        f"  s{n}: {{prompt: Rain {n}, inputs: {{frameImages: [{{shot: s{n - 1}, frame: first}}]}}"
        + (", labels: {act: last}}" if n == 5 else "}")
        for n in range(1, 6)
    ]
    project(tmp_path)
    (tmp_path / "specs" / "film.yaml").unlink()
    write_spec(tmp_path, HEAD + "shots:\n" + "\n".join(shots) + "\n", "film")
    document = plan(tmp_path, "--label", "act=last")
    assert len(document["shots"]) == 6
    (message,) = warnings(document)
    assert message.startswith("5 shots are ordered as well, because selected shots follow from them: `film.s0`, ")
    assert message.endswith("`film.s2` and 2 more ($1.80)")
    limited = plan(tmp_path, "--label", "act=last", "--limit", "2")
    assert set(actions(limited)) == {"s0", "s1"}
    assert limited["later"]["shots"] == 4
    assert len(warnings(limited)) == 2


def test_a_source_that_needs_nothing_paid_is_not_touched(tmp_path: Path) -> None:
    apply(project(tmp_path), "--target", "film.alley")
    spec = (tmp_path / "specs" / "film.yaml").read_text("utf-8")
    (tmp_path / "specs" / "film.yaml").write_text(
        spec.replace("alley", "lane").replace("through an lane", "through an alley"), "utf-8"
    )
    assert actions(plan(tmp_path))["lane"] == "move"
    assert actions(plan(tmp_path, "--target", "film.street")) == {"street": "create"}
    apply(tmp_path, "--target", "film.street")
    assert actions(plan(tmp_path)) == {"door": "create", "lane": "move", "street": "no-op"}


def test_a_plus_selects_what_follows(tmp_path: Path) -> None:
    project(tmp_path)
    assert set(actions(plan(tmp_path, "--target", "film.alley+"))) == {"door", "alley", "street"}
    assert set(actions(plan(tmp_path, "--target", "film.al*+", "--exclude", "film.door"))) == {"alley", "street"}
    apply(tmp_path)
    document = plan(tmp_path, "--target", "film.street+", "--retake", "film.street")
    assert actions(document) == {"door": "replace", "street": "replace"}
    document = plan(tmp_path, "--retake", "film.alley", "--exclude", "film.street+")
    assert actions(document) == {"alley": "replace"}
    assert "`film.aley`" in ltxspec("plan", "--target", "film.aley+", cwd=tmp_path, check=1).err
    assert "+" in ltxspec("plan", "--help", cwd=tmp_path).out


def test_what_needs_an_excluded_source_is_held_with_its_name(tmp_path: Path) -> None:
    document = plan(project(tmp_path), "--exclude", "film.alley")
    assert actions(document) == {"door": "held", "street": "held"}
    assert all("source-left-out" in found for found in reasons(document).values())
    notes = {shot["shot"]: shot["note"] for shot in document["shots"]}
    assert notes == {
        "street": "`film.alley` is left out by `--exclude`",
        "door": "`film.street` follows from `film.alley`, which is left out by `--exclude`",
    }
    assert document["estimate"] == {"usd": "0.00", "unknown": 0}
    assert document["held"]["shots"] == 2
    assert actions(plan(tmp_path, "--target", "film.door", "--exclude", "film.alley")) == {"door": "held"}
    ltxspec("plan", "--exclude", "film.alley", cwd=tmp_path)
    ltxspec("plan", "--exclude", "film.alley", "--format", "markdown", cwd=tmp_path)
    apply(tmp_path, "--exclude", "film.alley")
    assert set(actions(plan(tmp_path)).values()) == {"create"}
    apply(tmp_path)
    changed = (tmp_path / "specs" / "film.yaml").read_text("utf-8").replace("a street", "a wide street")
    (tmp_path / "specs" / "film.yaml").write_text(changed, "utf-8")
    assert actions(plan(tmp_path, "--exclude", "film.alley")) == {"door": "replace", "street": "replace"}


@pytest.mark.parametrize("limit", [("--limit", "1"), ("--limit", "budget", "--max-cost", "0.40")])
def test_a_limit_counts_sources_before_what_follows(limit: tuple[str, ...], tmp_path: Path) -> None:
    document = plan_or_apply(project(tmp_path), *limit)
    assert actions(document) == {"alley": "create"}
    assert document["later"]["shots"] == 2


def plan_or_apply(folder: Path, *options: str) -> Any:
    """The plan with these options; `--max-cost` is an option of `apply`, so the budget is in the configuration."""
    if "--max-cost" not in options:
        return plan(folder, *options)
    config = folder / "ltxspec.toml"
    config.write_text(config.read_text("utf-8") + '[budget]\nper_apply = "0.40"\n', "utf-8")
    return plan(folder, "--limit", "budget")


def test_limited_runs_end_with_everything(tmp_path: Path) -> None:
    project(tmp_path)
    for bought in ({"alley"}, {"alley", "street"}, {"alley", "street", "door"}):
        apply(tmp_path, "--limit", "1")
        now = actions(plan(tmp_path))
        assert {shot for shot, action in now.items() if action == "no-op"} == bought


def test_a_retake_of_the_target_leaves_what_follows(tmp_path: Path) -> None:
    apply(project(tmp_path))
    options = ("--retake", "film.alley", "--target", "film.alley")
    assert actions(plan(tmp_path, *options)) == {"alley": "replace"}
    apply(tmp_path, *options)
    assert actions(plan(tmp_path)) == {"door": "replace", "alley": "no-op", "street": "replace"}
    document = plan(tmp_path, "--retake", "film.alley", "--target", "film.street")
    assert actions(document) == {"alley": "replace", "street": "replace"}
    assert warnings(document, "outside-target") == []
    document = plan(tmp_path, "--retake", "film.door", "--target", "film.street")
    assert len(warnings(document, "outside-target")) == 1


@pytest.mark.parametrize(
    "options",
    [
        ("--target", "film.street"),
        ("--target", "film.alley+", "--limit", "2"),
        ("--exclude", "film.door"),
        ("--exclude", "film.street"),
    ],
)
def test_a_saved_plan_does_what_it_said(options: tuple[str, ...], tmp_path: Path) -> None:
    project(tmp_path)
    ltxspec("plan", "-o", "saved.json", *options, "--provider", "sandbox", cwd=tmp_path)
    said = {s["shot"] for s in json.loads((tmp_path / "saved.json").read_text())["shots"] if s["action"] == "create"}
    ltxspec("apply", "saved.json", "--provider", "sandbox", cwd=tmp_path)
    assert {shot for shot, action in actions(plan(tmp_path)).items() if action == "no-op"} == said


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """Two specs; the second one begins where the first ends."""
    (tmp_path / "ltxspec.toml").write_text('[project]\nid = "chains"\n', "utf-8")
    write_spec(tmp_path, HEAD + NIGHT, "night")
    write_spec(tmp_path, HEAD + DAY, "day")
    return tmp_path


def test_a_plan_of_one_spec_reads_those_that_it_refers_to(two: Path) -> None:
    document = plan(two, "specs/day.yaml")
    assert actions(document) == {"alley": "create", "street": "create", "sun": "create"}
    assert warnings(document) == ["`night.alley` is ordered as well: `day.street` uses its last frame ($0.36)"]
    apply(two, "specs/day.yaml")
    assert actions(plan(two)) == {"alley": "no-op", "rain": "create", "street": "no-op", "sun": "no-op"}
    assert set(actions(plan(two, "specs/day.yaml"))) == {"street", "sun"}


def test_nothing_else_of_such_a_spec_is_touched_or_said(two: Path) -> None:
    apply(two)
    lockfile = two / ".ltxspec" / "sandbox" / "lockfiles" / "night.lock.json"
    before = lockfile.read_bytes()
    night = NIGHT.replace("  rain: {prompt: Rain.}", "  fog: {prompt: Fog., moved: no-such, width: 5}")
    write_spec(two, HEAD + night, "night")
    write_spec(two, HEAD + DAY.replace("Sun.", "The sun."), "day")
    document = plan(two, "specs/day.yaml")
    assert actions(document) == {"street": "no-op", "sun": "replace"}
    assert document["diagnostics"] == []
    apply(two, "specs/day.yaml")
    assert lockfile.read_bytes() == before
    assert ltxspec("validate", "specs/day.yaml", cwd=two).out.startswith("1 spec, 2 shots: valid")
    assert "night" not in ltxspec("status", "specs/day.yaml", "--provider", "sandbox", cwd=two).out


def test_such_a_source_can_be_excluded_but_is_no_target(two: Path) -> None:
    document = plan(two, "specs/day.yaml", "--exclude", "night.alley")
    assert actions(document) == {"street": "held", "sun": "create"}
    ltxspec("plan", "specs/day.yaml", "--target", "night.alley", cwd=two, check=1)


def test_a_saved_plan_of_one_spec_is_applied_with_its_sources(two: Path) -> None:
    ltxspec("plan", "specs/day.yaml", "--target", "day.street", "-o", "p.json", "--provider", "sandbox", cwd=two)
    ltxspec("apply", "p.json", "--provider", "sandbox", cwd=two)
    assert actions(plan(two)) == {"alley": "no-op", "rain": "create", "street": "no-op", "sun": "create"}


@pytest.mark.parametrize(
    ("night", "message"),
    [
        ("", "there is no spec `night`"),
        (HEAD + "shots: [", "specs/night.yaml"),
        (HEAD + NIGHT.replace("alley:", "aley:"), "there is no shot `night.alley`"),
        (HEAD.replace("1080", "7") + NIGHT, "specs/night.yaml"),
    ],
)
def test_a_source_that_cannot_be_read_is_an_error(night: str, message: str, two: Path) -> None:
    if night:
        write_spec(two, night, "night")
    else:
        (two / "specs" / "night.yaml").unlink()
    assert message in ltxspec("plan", "specs/day.yaml", cwd=two, check=1).err


def test_what_waits_is_shown_and_explained(tmp_path: Path) -> None:
    spec = project(tmp_path) / "specs" / "film.yaml"
    spec.write_text(spec.read_text("utf-8").replace("an alley.", "an alley.\n    gate: approval"), "utf-8")
    for before in range(2):
        told = ltxspec("why", "film.street", "--provider", "sandbox", cwd=tmp_path).out
        assert "`film.alley`" in told
        assert "approv" in told
        answer = ltxspec("why", "film.street", "--format", "json", "--provider", "sandbox", cwd=tmp_path)
        (shot,) = answer.json["shots"]
        assert shot["planned"]["action"] == "held"
        assert "2 held" in ltxspec("status", "--provider", "sandbox", cwd=tmp_path).out
        ltxspec("status", "--format", "json", "--provider", "sandbox", cwd=tmp_path)
        if not before:
            apply(tmp_path)
            ltxspec("show", "film.alley", "--provider", "sandbox", cwd=tmp_path)
    assert "`film.street`" in ltxspec("show", "film.street", "--provider", "sandbox", cwd=tmp_path, check=1).err


def test_a_shot_whose_source_is_not_rendered_is_explained(tmp_path: Path) -> None:
    told = ltxspec("why", "film.door", "--provider", "sandbox", cwd=project(tmp_path)).out
    assert "follows from: film.street\n" in told
    assert "known once" in told
    assert "film.alley" not in told


def test_a_source_that_is_in_progress_is_collected_first(two: Path) -> None:
    apply(two, "--target", "night.alley", "--detach")
    for options in (("--target", "day.street"), ("specs/day.yaml", "--target", "day.street")):
        document = plan(two, *options)
        assert actions(document) == {"alley": "resume", "street": "create"}
        (message,) = warnings(document)
        assert message.startswith("`night.alley` is collected as well: `day.street` uses its last frame")
    apply(two, "specs/day.yaml", "--target", "day.street")
    assert actions(plan(two)) == {"alley": "no-op", "rain": "create", "street": "no-op", "sun": "create"}


def test_what_is_in_progress_in_a_spec_that_is_only_referred_to_stays_so(two: Path) -> None:
    apply(two, "--target", "night.alley")
    apply(two, "--target", "night.rain", "--detach")
    apply(two, "specs/day.yaml")
    assert actions(plan(two)) == {"alley": "no-op", "rain": "resume", "street": "no-op", "sun": "no-op"}


def test_collecting_one_spec_knows_the_sources_of_its_shots(two: Path) -> None:
    apply(two, "--target", "night.alley")
    apply(two, "--target", "day.street", "--detach")
    told = ltxspec("collect", "specs/day.yaml", "--provider", "sandbox", cwd=two)
    assert told.out.startswith("Collected: 1")
    assert actions(plan(two)) == {"alley": "no-op", "rain": "create", "street": "no-op", "sun": "create"}
