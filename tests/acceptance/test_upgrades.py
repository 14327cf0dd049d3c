"""An upgrade buys nothing: projects bought by earlier versions, with the lockfiles these wrote, plan as up to date.

`whole-lines` was bought when Jinja's rule for line ends held (words glued after `{% endif %}`), when included files
lost their last line end, and cells of tables kept the spaces around them. Its lockfile is that version's.
"""

import json
import shutil
from pathlib import Path

import pytest
from acceptance.commands import REPOSITORY, ltxspec

EARLIER = REPOSITORY / "tests" / "golden" / "upgrades" / "whole-lines"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EARLIER, tmp_path / "street"))


def edit(project: Path, name: str, old: str, new: str) -> None:
    path = project / "specs" / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_takes_of_templates_that_render_otherwise_now_still_answer(project: Path) -> None:
    assert ltxspec("plan", cwd=project).out == "No changes. 9 shots up to date; $3.24 spent.\n"
    ltxspec("lock", "verify", cwd=project)


def test_the_prompts_are_those_of_the_present_rule(project: Path) -> None:
    bodies = ltxspec("render", "--format", "json", cwd=project).json
    prompts = [body["positivePrompt"] for body in bodies]
    assert prompts[0] == "A street in rain, wet\nwith a red car,a van,\nat night."
    assert "A red car, low sun." in prompts


def test_why_says_that_the_take_has_the_words_of_an_earlier_version(project: Path) -> None:
    assert "an earlier ltxspec gave" in ltxspec("why", "street.glued", cwd=project).out
    assert "earlier ltxspec" not in ltxspec("why", "street.same-in-both", cwd=project).out


def test_an_edit_is_a_new_render_and_only_its_own(project: Path) -> None:
    edit(project, "street.yaml", "A street, {{ mood }}", "A road, {{ mood }}")
    edit(project, "rows.csv", "low sun", "low moon")
    shots = ltxspec("plan", "--format", "json", cwd=project).json["shots"]
    changed = {shot["address"]: shot["action"] for shot in shots if shot["action"] != "no-op"}
    assert changed == {"street.by-variable": "replace", "street.table[A]": "replace"}


def test_a_renamed_shot_takes_its_take_along(project: Path) -> None:
    edit(project, "street.yaml", "  glued:", "  joined:")
    plan = ltxspec("plan", "--format", "json", cwd=project).json
    assert [shot["address"] for shot in plan["shots"] if shot["action"] == "move"] == ["street.joined"]
    assert plan["estimate"] == {"usd": "0.00", "unknown": 0}


LITERAL = """apiVersion: ltxspec/v1
kind: RenderSpec
metadata: {name: NAME}
model: lightricks:2@0
defaults: {width: 1920, height: 1080, duration: 6, fps: 25}
shots:
  glued:
    prompt: "A street in rain, wet\\nwith a red car,a van,\\nat night."
"""


@pytest.mark.parametrize("paths", [(), ("specs/copy.yaml",)])
def test_the_same_request_in_another_spec_is_owned_there_also_by_the_earlier_rule(
    project: Path, paths: tuple[str, ...]
) -> None:
    (project / "specs" / "copy.yaml").write_text(LITERAL.replace("NAME", "copy"), "utf-8")
    plan = ltxspec("plan", *paths, "--format", "json", cwd=project).json
    (shot,) = [shot for shot in plan["shots"] if shot["address"] == "copy.glued"]
    assert (shot["action"], shot["reasons"]) == ("create", ["new", "owned-elsewhere"])
    (warning,) = plan["diagnostics"]
    assert warning["code"] == "owned-elsewhere"
    assert "`street.glued` has the same render, with other line ends or spaces in its prompt" in warning["message"]
    assert "remove the shot there" not in warning["hint"]


def test_a_template_replaced_by_its_present_words_is_said_to_have_a_take_with_the_same_words(project: Path) -> None:
    take = ltxspec("show", "street.glued", "--format", "json", cwd=project).json["shots"][0]["takes"][0]
    path = project / "specs" / "street.yaml"
    path.write_text(LITERAL.replace("NAME", "street"), "utf-8")
    plan = ltxspec("plan", "--target", "street.glued", "--format", "json", cwd=project).json
    assert [shot["action"] for shot in plan["shots"]] == ["replace"]
    (warning,) = [item for item in plan["diagnostics"] if item["code"] == "same-words"]
    assert take["taskUUID"] in warning["message"]
    assert "ltxspec show street.glued --format json" in warning["hint"]
    recorded = json.dumps(take["request"]["positivePrompt"])
    present = json.dumps("A street in rain, wet\nwith a red car,a van,\nat night.")
    path.write_text(path.read_text("utf-8").replace(present, recorded), "utf-8")
    plan = ltxspec("plan", "--target", "street.glued", "--format", "json", cwd=project).json
    assert ([shot["action"] for shot in plan["shots"]], plan["diagnostics"]) == (["no-op"], [])


def test_a_variable_of_the_command_line_is_used_for_the_earlier_prompt_as_well(project: Path) -> None:
    shots = ltxspec("plan", "--format", "json", "--var", "rain=false", cwd=project).json["shots"]
    assert {shot["address"] for shot in shots if shot["action"] == "no-op"} == {
        "street.by-variable",
        "street.table[A]",
        "street.table[B]",
    }
