"""Which CI files a new project gets. What stands in them is held to the action by `acceptance/ci`."""

from pathlib import Path

import pytest

from ltxspec.project.scaffold_ci import SERVICES, ci_files, service_of


@pytest.mark.parametrize("service", SERVICES)
def test_every_file_says_what_it_needs(service: str) -> None:
    for text in ci_files(service).values():
        assert text.startswith("# ")
        assert "{" not in text.replace("${{ secrets.RUNWARE_API_KEY }}", "").replace("permissions: {}", "")


def test_a_new_folder_is_for_github(tmp_path: Path) -> None:
    assert service_of(tmp_path / "new") == "github"


@pytest.mark.parametrize("sign", [".gitlab-ci.yml", ".gitlab"])
def test_signs_of_gitlab_are_seen(tmp_path: Path, sign: str) -> None:
    (tmp_path / sign).touch()
    assert service_of(tmp_path) == "gitlab"


def test_a_project_inside_a_larger_repository_gets_none(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "films").mkdir()
    assert service_of(tmp_path) == "github"
    assert service_of(tmp_path / "films") == "none"
