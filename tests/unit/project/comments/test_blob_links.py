import subprocess
from pathlib import Path

import pytest
from replacing import replace
from storyboards import review

from ltxspec.project.ci import CiChange
from ltxspec.project.comments.blob_links import blob_base, head_base
from ltxspec.project.comments.forge_access import Target
from ltxspec.project.project import open_project
from ltxspec.review.models import WORKING_TREE

HEAD = "a" * 40


def target(forge: str = "", repository: str = "", api: str = "", server: str = "", folder: str = "") -> Target:
    return Target(CiChange(forge=forge, server=server), forge, api, repository, None, "ltxspec", folder)


def with_remote(folder: Path, url: str) -> Path:
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    subprocess.run(["git", "-C", str(folder), "remote", "add", "origin", url], check=True)
    return folder


@pytest.mark.parametrize(
    ("where", "base"),
    [
        (target("github", server="https://forge.test/o/films"), f"https://forge.test/o/films/blob/{HEAD}/"),
        (target("gitlab", server="https://forge.test/g/films"), f"https://forge.test/g/films/-/blob/{HEAD}/"),
        (target("github", "o/films", folder="a b/"), f"https://github.com/o/films/blob/{HEAD}/a%20b/"),
        (target("github", "o/films", "https://api.github.com"), f"https://github.com/o/films/blob/{HEAD}/"),
        (target("github", "o/films", "https://ghe.test/api/v3"), f"https://ghe.test/o/films/blob/{HEAD}/"),
        (target("gitlab", "g/sub/films", "https://lab.test/api/v4"), f"https://lab.test/g/sub/films/-/blob/{HEAD}/"),
        (target("github", "o/films", "http://127.0.0.1:1/"), ""),
        (target(), ""),
    ],
)
def test_what_ci_or_the_user_says_is_the_address(tmp_path: Path, where: Target, base: str) -> None:
    assert blob_base(tmp_path, where, HEAD) == base


@pytest.mark.parametrize(
    ("remote", "base"),
    [
        ("git@github.com:studio/films.git", f"https://github.com/studio/films/blob/{HEAD}/"),
        ("https://x:secret@github.com/studio/films", f"https://github.com/studio/films/blob/{HEAD}/"),
        ("ssh://git@gitlab.com:2222/g/films.git/", f"https://gitlab.com/g/films/-/blob/{HEAD}/"),
        ("git@code.studio.example:films.git", ""),  # which forge that is, nobody says
        ("/srv/git/films.git", ""),
        ("../films", ""),
        ("file:///srv/films.git", ""),
        ("https://[::1", ""),
    ],
)
def test_the_remote_is_the_address_where_nobody_says_one(tmp_path: Path, remote: str, base: str) -> None:
    assert blob_base(with_remote(tmp_path, remote), target(), HEAD) == base


def test_the_kind_of_an_unknown_host_may_be_named(tmp_path: Path) -> None:
    folder = with_remote(tmp_path, "git@code.studio.example:films/night.git")
    assert blob_base(folder, target("gitlab"), HEAD) == f"https://code.studio.example/films/night/-/blob/{HEAD}/"


def test_the_head_of_a_review_has_an_address_if_it_is_a_commit(tmp_path: Path) -> None:
    project = open_project(with_remote(tmp_path, "git@github.com:o/films.git"), environ={})
    at_commit = replace(review(), head=HEAD, head_commit=HEAD)
    assert head_base(project, at_commit) == f"https://github.com/o/films/blob/{HEAD}/"
    assert head_base(project, replace(at_commit, head=WORKING_TREE)) == ""
    broken = open_project(tmp_path, environ={"GITHUB_ACTIONS": "true", "GITHUB_EVENT_PATH": "/nowhere"})
    assert head_base(broken, at_commit) == "", "what is wrong there matters elsewhere"
