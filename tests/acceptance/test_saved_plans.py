"""Saved plans that do not fit any more: each is refused as out of date, and says what is different."""

from pathlib import Path

import pytest
from acceptance.commands import Result, ltxspec, write_spec

HEAD = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720, duration: 6, fps: 24}\n"
SANDBOX = {"LTXSPEC_PROVIDER": "sandbox"}


def shots(**prompts: str) -> str:
    return HEAD + "shots:\n" + "".join(f"  {name}: {{prompt: {prompt}}}\n" for name, prompt in prompts.items())


def run(folder: Path, *arguments: str, check: int = 0) -> Result:
    return ltxspec(*arguments, cwd=folder, check=check, **SANDBOX)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    write_spec(tmp_path, shots(tower="a tower", gate="a gate"))
    return tmp_path


def saved(film: Path, *options: str) -> None:
    run(film, "plan", "-o", "plan.json", *options)


@pytest.mark.parametrize("option", ["--target", "--retake", "--retry"])
def test_an_address_of_the_plan_that_is_gone_is_a_difference(film: Path, option: str) -> None:
    saved(film, option, "night.gate")
    write_spec(film, shots(tower="a tower"))
    refused = run(film, "apply", "plan.json", check=4).err
    assert "error[stale-plan]" in refused
    assert "night.gate: planned create of v1:sha256:" in refused


def test_a_label_of_the_plan_that_is_gone_is_a_difference(film: Path) -> None:
    write_spec(film, shots(tower="a tower") + "  gate: {prompt: a gate, labels: {act: one}}\n")
    saved(film, "--label", "act=one")
    write_spec(film, shots(tower="a tower"))
    assert "night.gate: planned create" in run(film, "apply", "plan.json", check=4).err


def test_an_excluded_shot_that_has_another_name_now_is_a_difference(film: Path) -> None:
    saved(film, "--exclude", "night.gate")
    write_spec(film, shots(tower="a tower", door="a gate"))
    refused = run(film, "apply", "plan.json", check=4).err
    assert "night.door: planned no change, now create of" in refused
    assert "night.tower" not in refused


def test_an_excluded_shot_that_is_gone_changes_nothing_that_was_planned(film: Path) -> None:
    saved(film, "--exclude", "night.gate")
    write_spec(film, shots(tower="a tower"))
    run(film, "apply", "plan.json")


def test_a_spec_of_the_plan_that_is_gone_is_a_difference(film: Path) -> None:
    saved(film, "specs/night.yaml")
    (film / "specs" / "night.yaml").rename(film / "specs" / "dusk.yaml")
    refused = run(film, "apply", "plan.json", check=4).err
    assert "error[stale-plan]" in refused
    assert "specs/night.yaml: there is no such file or folder" in refused


def test_a_variable_of_the_plan_that_is_gone_is_a_difference(film: Path) -> None:
    write_spec(film, "vars: {light: dim}\n" + shots(tower="a tower"))
    saved(film, "--var", "light=bright")
    write_spec(film, shots(tower="a tower"))
    refused = run(film, "apply", "plan.json", check=4).err
    assert "error[stale-plan]" in refused
    assert "variable `light`" in refused


@pytest.mark.parametrize("options", [(), ("--retake", "night.*")])
def test_a_plan_that_was_applied_says_so_in_a_few_lines(film: Path, options: tuple[str, ...]) -> None:
    if options:
        run(film, "apply")
    saved(film, *options)
    run(film, "apply", "plan.json")
    refused = run(film, "apply", "plan.json", check=4).err
    assert "the saved plan has been applied already: 2 shots are as it says, and nothing is left to do" in refused
    assert "night." not in refused


def test_of_a_plan_that_was_applied_only_what_changed_since_is_listed(film: Path) -> None:
    saved(film)
    run(film, "apply", "plan.json")
    write_spec(film, shots(tower="a taller tower", gate="a gate"))
    refused = run(film, "apply", "plan.json", check=4).err
    assert "night.tower: planned create of" in refused
    assert "1 shot is as planned: that part has been applied already" in refused
    assert "night.gate" not in refused


@pytest.mark.parametrize("options", [(), ("--retake", "night.*")])
def test_of_a_plan_that_was_applied_in_part_the_rest_is_said_with_its_price(
    film: Path, options: tuple[str, ...]
) -> None:
    if options:
        run(film, "apply")
    saved(film, *options)
    run(film, "apply", *(("--retake",) if options else ("--target",)), "night.tower")
    refused = run(film, "apply", "plan.json", check=4).err
    assert "nothing is left" not in refused
    assert "the saved plan has been applied in part: 1 shot is as it says, and 1 shot is left, for $0.54" in refused
    assert "night.gate: left, " in refused
    assert "night.tower" not in refused


CHAIN = (
    HEAD + "shots:\n  alley: {prompt: an alley}\n"
    "  street: {prompt: a street, inputs: {frameImages: [{shot: alley, frame: last}]}}\n"
    "  door: {prompt: a door, inputs: {frameImages: [{shot: street, frame: last}]}}\n"
)


@pytest.mark.parametrize("options", [(), ("--retake", "night.alley")])
def test_of_a_chain_what_is_done_and_what_is_left_is_said(film: Path, options: tuple[str, ...]) -> None:
    write_spec(film, CHAIN)
    if options:
        run(film, "apply")
    saved(film, *options)
    run(
        film,
        "apply",
        *(options or ("--target", "night.alley")),
        *(("--exclude", "night.street", "--exclude", "night.door") if options else ()),
    )
    refused = run(film, "apply", "plan.json", check=4).err
    assert "the saved plan has been applied in part: 1 shot is as it says, and 2 shots are left, for $1.08" in refused
    assert "night.door: left, " in refused
    run(film, "apply")
    refused = run(film, "apply", "plan.json", check=4).err
    assert "the saved plan has been applied already: 3 shots are as it says, and nothing is left to do" in refused
    assert "night." not in refused


def test_a_chain_that_is_up_to_date_again_without_its_plan_is_not_called_applied(film: Path) -> None:
    write_spec(film, CHAIN)
    run(film, "apply")
    write_spec(film, CHAIN.replace("an alley", "a lane"))
    saved(film)
    write_spec(film, CHAIN)
    refused = run(film, "apply", "plan.json", check=4).err
    assert "out of date" in refused
    assert "already" not in refused


def test_of_a_chain_that_was_edited_only_the_edit_is_listed(film: Path) -> None:
    write_spec(film, CHAIN)
    saved(film)
    run(film, "apply", "--target", "night.alley")
    write_spec(film, CHAIN.replace("a door", "a gate"))
    refused = run(film, "apply", "plan.json", check=4).err
    assert "night.door: planned create of" in refused
    assert "night.street" not in refused
    assert "1 shot is as planned: that part has been applied already" in refused


def test_an_order_in_progress_is_said_to_be_so(film: Path) -> None:
    write_spec(film, CHAIN)
    saved(film)
    run(film, "apply", "plan.json", "--detach", check=3)
    refused = run(film, "apply", "plan.json", check=4).err
    assert "the saved plan has been applied in part: 1 shot is in progress, and 2 shots are left, for $1.08" in refused
    assert "night.alley" not in refused
