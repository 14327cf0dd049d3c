"""The specs that shots of a run refer to."""

from pathlib import Path

import pytest
from acceptance.commands import write_spec
from unit.project.projects import project

from ltxspec.errors import Problems
from ltxspec.project.load import render_specs
from ltxspec.project.project import ProjectContext
from ltxspec.render.models import RenderedSpec

HEAD = "model: lightricks:2@0\ndefaults: {width: 1920, height: 1080, duration: 6}\n"


def after(source: str) -> str:
    return (
        f"{HEAD}shots: {{street: {{prompt: A street, inputs: {{frameImages: [{{shot: {source}, frame: last}}]}}}}, "
        "sun: {prompt: Sun}}\n"
    )


@pytest.fixture
def opened(tmp_path: Path) -> ProjectContext:
    write_spec(tmp_path, HEAD + "shots: {alley: {prompt: Rain}}\n", "one")
    write_spec(tmp_path, after("one.alley"), "two")
    write_spec(tmp_path, after("two.street"), "three")
    write_spec(tmp_path, HEAD + "shots: {alley: {prompt: '{{ nothing }}'}}\n", "unrelated")
    return project(tmp_path)


def read(opened: ProjectContext, name: str, *, with_context: bool = True) -> tuple[list[RenderedSpec], list[str]]:
    problems = Problems()
    found = render_specs(opened, [f"specs/{name}.yaml"], problems=problems, with_context=with_context)
    return found, [item.message for item in problems.diagnostics]


def test_specs_are_found_over_several_links_and_marked(opened: ProjectContext) -> None:
    found, messages = read(opened, "three")
    assert [(spec.name, spec.is_context) for spec in found] == [("three", False), ("two", True), ("one", True)]
    assert messages == []
    assert [spec.name for spec in read(opened, "three", with_context=False)[0]] == ["three"]
    assert [spec.name for spec in read(opened, "one")[0]] == ["one"]


def test_a_shot_with_errors_matters_only_to_what_follows_from_it(opened: ProjectContext, tmp_path: Path) -> None:
    write_spec(tmp_path, HEAD + "shots: {alley: {prompt: Rain}, bad: {prompt: '{{ nothing }}'}}\n", "one")
    assert read(opened, "two")[1] == []
    write_spec(tmp_path, after("one.bad"), "two")
    assert read(opened, "two")[1] == ["`one.bad` has errors"]


def test_a_name_that_is_unknown_or_that_two_specs_have_is_an_error(opened: ProjectContext, tmp_path: Path) -> None:
    write_spec(tmp_path, after("none.alley"), "two")
    assert read(opened, "two")[1] == ["there is no spec `none`"]
    write_spec(tmp_path, after("one.alley"), "two")
    text = (tmp_path / "specs" / "one.yaml").read_text("utf-8")
    (tmp_path / "specs" / "again.yaml").write_text(text, "utf-8")
    assert any("is the name of two specs" in message for message in read(opened, "two")[1])


def test_a_file_that_cannot_be_read_may_be_the_one(opened: ProjectContext, tmp_path: Path) -> None:
    write_spec(tmp_path, "shots: [", "one")
    (message,) = read(opened, "two")[1]
    assert "there is no spec" not in message
