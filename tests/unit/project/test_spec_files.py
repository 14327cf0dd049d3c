from dataclasses import replace
from pathlib import Path

import pytest
from acceptance.commands import write_spec
from unit.project.projects import project

from ltxspec.errors import WrongUsage
from ltxspec.project.project import ProjectContext
from ltxspec.project.spec_files import NoSpecs, spec_files


@pytest.fixture
def opened(tmp_path: Path) -> ProjectContext:
    write_spec(tmp_path, "shots: {}\n", "one")
    write_spec(tmp_path, "shots: {}\n", "two")
    return project(tmp_path)


def test_paths_are_relative_to_where_the_command_was_started(opened: ProjectContext, tmp_path: Path) -> None:
    below = replace(opened, folder=tmp_path / "specs")
    assert spec_files(below, ("one.yaml",)) == [tmp_path / "specs" / "one.yaml"]
    assert spec_files(below, ("../specs/./one.yaml",)) == [tmp_path / "specs" / "one.yaml"]
    assert len(spec_files(below, ())) == 2
    with pytest.raises(WrongUsage, match=r"`specs/one\.yaml` does not exist"):
        spec_files(below, ("specs/one.yaml",))


def test_a_project_without_specs_is_told_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(NoSpecs) as caught:
        spec_files(project(tmp_path), ())
    assert "`ltxspec init`" in str(caught.value.hint)
