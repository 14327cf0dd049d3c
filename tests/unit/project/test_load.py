from pathlib import Path

import pytest
from acceptance.commands import write_spec
from unit.project.projects import project

from ltxspec.errors import Invalid, Problems
from ltxspec.project.load import render_specs
from ltxspec.project.project import ProjectContext
from ltxspec.render.concern import NO_SHOT

HEAD = "model: lightricks:2@0\ndefaults: {width: 1920, height: 1080}\n"


@pytest.fixture
def opened(tmp_path: Path) -> ProjectContext:
    write_spec(tmp_path, HEAD + "vars: {city: Rome}\nshots: {a: {prompt: 'Rain over {{ city }}'}}\n", "one")
    write_spec(tmp_path, HEAD + "vars: {mood: calm}\nshots: {a: {prompt: 'A {{ mood }} sea'}}\n", "two")
    return project(tmp_path)


def prompts(opened: ProjectContext, variables: dict[str, str], *paths: str) -> list[str]:
    return [str(r.body["positivePrompt"]) for spec in render_specs(opened, paths, variables) for r in spec.requests]


def told(opened: ProjectContext, variables: dict[str, str] | None = None, *paths: str) -> list[tuple[str, str | None]]:
    problems = Problems()
    render_specs(opened, paths, variables, problems)
    return [(found.message, str(found.where) if found.where else None) for found in problems.diagnostics]


def test_each_spec_gets_the_variables_it_declares(opened: ProjectContext) -> None:
    assert prompts(opened, {"city": "Oslo", "mood": "wild"}) == ["Rain over Oslo", "A wild sea"]
    assert prompts(opened, {"city": "Oslo"}, "specs/one.yaml") == ["Rain over Oslo"]


def test_a_variable_of_no_spec_of_the_run_is_one_problem(opened: ProjectContext) -> None:
    assert told(opened, {"zebra": "x"}) == [("no spec of this run has a variable `zebra` to override", None)]
    assert told(opened, {"city": "Oslo"}, "specs/two.yaml") == [
        ("no spec of this run has a variable `city` to override", None)
    ]


def test_a_variable_may_belong_to_a_spec_that_cannot_be_read(opened: ProjectContext, tmp_path: Path) -> None:
    write_spec(tmp_path, "shots: [", "two")
    assert not any("variable" in message for message, _ in told(opened, {"mood": "wild"}))


def test_problems_are_told_in_reading_order_file_after_file(opened: ProjectContext, tmp_path: Path) -> None:
    (tmp_path / "specs" / "broken.j2").write_text("{{ nobody }}\n")
    shots = (
        "shots:\n  a: {prompt: {file: broken.j2}}\n  b: {prompt: Fog., fps: 7}\n  c: {prompt: Fog., matrix: {x: 1}}\n"
    )
    write_spec(tmp_path, HEAD + shots, "one")
    write_spec(tmp_path, HEAD + "shots: {a: {prompt: Fog., fps: 8}}\n", "two")
    assert [where.rpartition(":")[0] for _, where in told(opened) if where] == [
        "specs/one.yaml:8",
        "specs/one.yaml:9",
        "specs/broken.j2:1",
        "specs/two.yaml:6",
    ]


def test_errors_of_all_files_are_raised_together(opened: ProjectContext, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_spec(tmp_path, HEAD + "shots: {a: {prompt: Fog., fps: 7}}\n", name)
    with pytest.raises(Invalid) as caught:
        render_specs(opened, ())
    assert len(caught.value.diagnostics) == 2


def test_the_second_spec_of_a_name_is_refused_at_its_name(opened: ProjectContext, tmp_path: Path) -> None:
    path = write_spec(tmp_path, HEAD + "shots: {a: {prompt: Fog.}}\n", "two")
    path.write_text(path.read_text().replace("name: two", "name: one"))
    ((message, where),) = told(opened)
    assert message == "`one` is the name of two specs, this one and `specs/one.yaml`"
    assert where == "specs/two.yaml:3:18"


def test_a_sound_spec_is_sound_the_next_time_too(opened: ProjectContext) -> None:
    assert prompts(opened, {}) == prompts(opened, {})
    assert (opened.local / "cache" / "verdicts").stat().st_size > 0


def test_a_file_that_is_no_text_is_a_problem_of_that_file(opened: ProjectContext, tmp_path: Path) -> None:
    (tmp_path / "specs" / "one.yaml").write_bytes(b"\xff")
    ((message, where),) = told(opened)
    assert "is not UTF-8" in message
    assert where == "specs/one.yaml:1:1"


@pytest.mark.usefixtures("opened")
def test_a_spec_of_another_project_is_refused(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    ((message, _),) = told(project(elsewhere), {}, str(tmp_path / "specs" / "one.yaml"))
    assert message == f"`{tmp_path}/specs/one.yaml` is outside the project"


def follows(name: str, source: str) -> str:
    return f"  {name}: {{prompt: Rain., inputs: {{frameImages: [{{shot: {source}, frame: last}}]}}}}\n"


def test_references_are_checked_in_the_same_run_as_everything_else(opened: ProjectContext, tmp_path: Path) -> None:
    """Also those of broken shots, in a spec with errors; a reference to a broken shot is no second error."""
    sources = {"b": "a", "c": "nope", "d": "e", "e": "d", "f": "two.nope", "g": "two.a"}
    shots = "shots:\n  a: {prompt: Fog., fps: 7}\n" + "".join(follows(*link) for link in sources.items())
    write_spec(tmp_path, HEAD + shots, "one")
    write_spec(tmp_path, HEAD + "shots:\n  a: {prompt: Fog., fps: 8}\n" + follows("b", "one.nope"), "two")
    found = [message for message, _ in told(opened)]
    assert [message.partition(" must ")[0] for message in found] == [
        "`fps`",
        "`fps`",
        "there is no shot `one.nope`",
        "there is no shot `two.nope`",
        "there is no shot `one.nope`",
        "these shots follow from each other: `one.d` → `one.e` → `one.d`",
    ]


def test_what_a_broken_spec_refers_to_is_read(opened: ProjectContext, tmp_path: Path) -> None:
    write_spec(tmp_path, HEAD + "shots:\n  a: {prompt: Fog., fps: 7}\n" + follows("b", "two.a"), "one")
    assert len(told(opened, None, "specs/one.yaml")) == 1


def test_the_references_of_a_shot_with_other_errors_are_checked(opened: ProjectContext, tmp_path: Path) -> None:
    broken = follows("a", "nope") + follows("b", "two.b")
    write_spec(tmp_path, HEAD.replace("{width", "{fps: 7, width") + "shots:\n" + broken, "one")
    write_spec(tmp_path, HEAD + "shots:\n" + follows("b", "one.b").replace("Rain.", "'{{ x }}'"), "two")
    assert [message.partition(" must ")[0].partition(" (in")[0] for message, _ in told(opened)] == [
        "`fps`",
        "`x` is not defined",
        "there is no shot `one.nope`",
        "these shots follow from each other: `one.b` → `two.b` → `one.b`",
    ]


def test_a_cycle_is_named_whichever_of_its_files_the_run_is_about(opened: ProjectContext, tmp_path: Path) -> None:
    write_spec(tmp_path, HEAD + "shots:\n" + follows("a", "two.a"), "one")
    write_spec(tmp_path, HEAD + "shots:\n" + follows("a", "one.a"), "two")
    assert [message for message, _ in told(opened, None, "specs/two.yaml")] == [
        "these shots follow from each other: `two.a` → `one.a` → `two.a`"
    ]


EACH = (
    "  beat: {{forEach: {{key: id, items: [{{id: x, w: 7}}, {{id: y, w: {}}}]}}, prompt: Rain., fps: '{{{{ w }}}}'}}\n"
)


@pytest.mark.parametrize("second", [8, 25], ids=["all broken", "one broken"])
def test_a_reference_to_a_shot_with_broken_instances_is_no_second_error(
    second: int, opened: ProjectContext, tmp_path: Path
) -> None:
    write_spec(
        tmp_path,
        HEAD + "shots:\n" + EACH.format(second) + "  bear: {prompt: A bear.}\n" + follows("end", "beat"),
        "one",
    )
    assert all("`fps`" in message for message, _ in told(opened))


def test_a_shot_that_is_left_out_is_so_also_where_another_spec_has_the_name(
    opened: ProjectContext, tmp_path: Path
) -> None:
    shots = follows("a", "b") + "  b: {prompt: Fog., fps: 7}\n  c: {prompt: Fog.}\n"
    write_spec(tmp_path, HEAD + "shots:\n" + shots, "one")
    (tmp_path / "specs" / "other.yaml").write_text((tmp_path / "specs" / "one.yaml").read_text())
    problems = Problems()
    render_specs(opened, (), {}, problems, NO_SHOT)
    assert "`one.b` has errors; `one.a` is left out of this run" in [found.message for found in problems.diagnostics]


def test_a_wrong_reference_of_many_instances_is_said_once(opened: ProjectContext, tmp_path: Path) -> None:
    many = follows("a", "nope").replace("{prompt", "{matrix: {n: [1, 2, 3]}, prompt")
    write_spec(tmp_path, HEAD + "shots:\n  b: {prompt: Fog., fps: 7}\n" + many, "one")
    assert [message.partition(" must ")[0] for message, _ in told(opened)] == ["`fps`", "there is no shot `one.nope`"]
