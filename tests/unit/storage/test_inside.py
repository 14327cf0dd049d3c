from pathlib import Path

import pytest

from ltxspec.errors import StorageError
from ltxspec.storage.inside import refuse_links_outside, refuse_outside


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    (tmp_path / "project" / "inner").mkdir(parents=True)
    return tmp_path / "project"


def test_places_in_the_project_may_be_missing_or_links_within_it(project: Path) -> None:
    (project / "link").symlink_to("inner")
    refuse_outside(project, project, project / "link" / "x", project / "missing" / "deep")
    refuse_links_outside(project, project, project / "missing")


@pytest.mark.parametrize("target", ["../outside", "../outside/not-yet", "..", "inner/../../outside"])
def test_a_link_that_leads_out_is_named_with_where_it_leads(project: Path, target: str) -> None:
    (project / "link").symlink_to(target)
    with pytest.raises(StorageError, match="`link` leads out of the project, to") as caught:
        refuse_outside(project, project / "link" / "deep")
    assert "remove the link" in str(caught.value.hint)
    with pytest.raises(StorageError, match="`link` leads out"):
        refuse_links_outside(project, project)


def test_a_folder_whose_name_begins_alike_is_outside(project: Path) -> None:
    (project.parent / "project-2").mkdir()
    (project / "link").symlink_to("../project-2")
    with pytest.raises(StorageError, match="leads out"):
        refuse_outside(project, project / "link")


def test_a_project_reached_through_a_link_is_the_project(project: Path) -> None:
    (project.parent / "alias").symlink_to("project")
    refuse_outside(project.parent / "alias", project.parent / "alias" / "inner")


def test_a_link_that_leads_to_itself_is_an_error_or_inside(project: Path) -> None:
    (project / "loop").symlink_to("loop")
    refuse_outside(project, project / "loop")


def test_links_deeper_down_are_not_looked_at(project: Path) -> None:
    (project / "inner" / "link").symlink_to("../../outside")
    refuse_links_outside(project, project)
    with pytest.raises(StorageError, match="`inner/link` leads out"):
        refuse_links_outside(project, project, project / "inner")
