"""Which CI files a new project gets. What stands in them is held to the action by `acceptance/ci`."""

from pathlib import Path

import pytest
from acceptance.repositories import git

from ltxspec.project.scaffold.ci import SERVICES, branch_of, ci_files, ci_place, service_of


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


def test_the_files_of_a_project_inside_a_larger_repository_belong_to_its_root(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=trunk")
    (tmp_path / "films" / "autumn").mkdir(parents=True)
    (tmp_path / ".gitlab").mkdir()
    place = ci_place(tmp_path / "films" / "autumn")
    assert (place.root, place.folder, place.service, place.branch) == (tmp_path, "films/autumn", "gitlab", "trunk")
    (text,) = place.files().values()
    assert "      working-directory: films/autumn\n" in text
    whole = ci_place(tmp_path)
    assert (whole.root, whole.folder) == (tmp_path, "")
    assert "working-directory" not in "".join(whole.files().values())


def test_a_folder_with_an_odd_name_is_quoted() -> None:
    for service in ("github", "gitlab"):
        text = "".join(ci_files(service, folder="autumn: {films}").values())
        assert '      working-directory: "autumn: {films}"\n' in text


def test_a_root_that_is_no_repository_gets_none_and_that_is_said(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "films").mkdir()
    place = ci_place(tmp_path / "films", "github")
    assert place.files() == {}
    assert "no CI files: git does not work in" in place.left(())[0]


def test_what_is_left_to_do_is_listed(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "films").mkdir()
    place = ci_place(tmp_path / "films", "gitlab")
    assert [note.partition(" ")[0] for note in place.left(())] == ["set"]
    (tmp_path / ".gitlab-ci.yml").write_text("stages: [build]\n")
    others, *_ = place.left([".gitlab-ci.yml"])
    assert "add this project to it, with `working-directory: films`" in others
    (tmp_path / ".gitlab-ci.yml").write_text(place.files()[".gitlab-ci.yml"])
    assert len(place.left([".gitlab-ci.yml"])) == 1
    assert ci_place(tmp_path / "films", "none").left(()) == []


def test_a_branch_that_the_files_cannot_name_is_said(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/x{y}")
    assert "`x{y}` has characters that they cannot hold" in ci_place(tmp_path).left(())[0]


@pytest.mark.parametrize(
    ("remote", "service"),
    [
        ("https://gitlab.com/films/autumn.git", "gitlab"),
        ("git@gitlab.studio.example:films/autumn.git", "gitlab"),
        ("ssh://git@GitLab.example:2222/films/autumn.git", "gitlab"),
        ("https://github.com/films/gitlab.git", "github"),
        ("https://[broken/x", "github"),
        ("/srv/gitlab/films.git", "github"),
    ],
)
def test_the_remote_tells_the_service(tmp_path: Path, remote: str, service: str) -> None:
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "config", "remote.origin.url", remote)
    assert service_of(tmp_path) == service


def test_the_branch_is_the_remotes_default_else_the_usual_one_else_what_is_checked_out(tmp_path: Path) -> None:
    assert branch_of(tmp_path) == "main"
    git(tmp_path, "init", "--quiet", "--initial-branch=trunk")
    assert branch_of(tmp_path) == "trunk"
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message=First")
    git(tmp_path, "branch", "master")
    assert branch_of(tmp_path) == "master"
    git(tmp_path, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/release/next")
    assert branch_of(tmp_path) == "release/next"
    git(tmp_path, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/x{y},z")
    assert branch_of(tmp_path) == "main", "a name that YAML would read as something else is not written"


def test_a_clone_of_a_project_without_ci_files_gets_none_unless_they_are_asked_for(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "ltxspec.toml").touch()
    assert ci_place(tmp_path).service == "github"
    git(tmp_path, "add", "ltxspec.toml")
    place = ci_place(tmp_path)
    assert (place.service, place.files()) == ("none", {})
    assert place.left(()) == ["no CI files: the project is committed without them; `--ci github` writes them"]
    assert ci_place(tmp_path, "gitlab").service == "gitlab"
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    (tmp_path / ".github" / "workflows" / "ltxspec.yml").touch()
    assert ci_place(tmp_path).service == "github"


@pytest.mark.parametrize("service", ["github", "gitlab"])
def test_the_branch_stands_in_the_files(service: str) -> None:
    texts = "".join(ci_files(service, "release/next").values())
    assert "apply-branch: release/next\n" in texts
    assert "main" not in texts
