"""Where a comment goes: what is typed wins over what CI tells, and what is missing is asked for by name."""

import re
from pathlib import Path

import pytest
from fake_forges import HEAD, OLD_HEAD, TOKEN, FakeGitHub, FakeGitLab, serving

from ltxspec.errors import WrongUsage
from ltxspec.forges.port import Denied
from ltxspec.project.ci import CiChange
from ltxspec.project.comments.forge_access import CLEARTEXT, Place, Target, opened, target_of


@pytest.fixture
def in_ci(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name, value in {
        "GITLAB_CI": "true",
        "CI_API_V4_URL": "https://gitlab.test/api/v4",
        "CI_MERGE_REQUEST_IID": "12",
        "CI_MERGE_REQUEST_PROJECT_PATH": "group/films",
        "CI_PROJECT_DIR": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def target(api: str = "", *, forge: str = "github", number: int | None = 7, head: str = "", branch: str = "") -> Target:
    repository = "owner/films" if forge == "github" else "group/films"
    return Target(CiChange(forge=forge, head=head, branch=branch), forge, api, repository, number, "ltxspec", "")


def test_ci_tells_everything(in_ci: Path) -> None:
    found = target_of(in_ci, Place())
    assert (found.forge, found.api, found.repository) == ("gitlab", "https://gitlab.test/api/v4", "group/films")
    assert (found.number, found.key, found.folder) == (12, "ltxspec", "")


def test_what_is_typed_wins(in_ci: Path) -> None:
    found = target_of(in_ci, Place(3, "other/films", "gitlab", "https://mirror.test/api/v4", "autumn"))
    assert (found.api, found.repository) == ("https://mirror.test/api/v4", "other/films")
    assert (found.number, found.key) == (3, "autumn")


def test_another_forge_takes_nothing_over(in_ci: Path) -> None:
    found = target_of(in_ci, Place(forge="github"))
    assert (found.forge, found.api, found.repository, found.number) == ("github", "", "", None)
    assert found.change == CiChange()


@pytest.mark.parametrize(("folder", "key"), [("films/a", "films/a"), ("./films", "films"), ("ä b/..", "b.97b40d00")])
def test_a_project_inside_a_repository_has_its_own_comment(in_ci: Path, folder: str, key: str) -> None:
    project = in_ci / "films" / "a"
    project.mkdir(parents=True)
    found = target_of(project, Place(key=folder))
    assert (found.key, found.folder) == (key, "films/a/")
    assert target_of(project, Place()).key == "films/a"


def keys(root: Path, *folders: str) -> list[str]:
    found = []
    for folder in folders:
        (root / folder).mkdir(parents=True, exist_ok=True)
        found.append(target_of(root / folder, Place()).key)
    return found


def test_no_two_projects_of_a_repository_share_a_comment(in_ci: Path) -> None:
    folders = ["", "ltxspec", "фильм", "кино", "電影", "a b", "a_b", "a--b", "films/night", "films", "x" * 90, "x" * 91]
    found = keys(in_ci, *folders)
    assert len(set(found)) == len(folders)
    assert found[0] == "ltxspec"
    assert found[8:10] == ["films/night", "films"]  # names that need no digest stay as they are
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,79}", key) for key in found)


def test_no_folder_has_the_key_that_another_one_gets(in_ci: Path) -> None:
    """`ltxspec.a810bf84` is the key of `猫`."""
    named = ["猫", "a b", "ltxspec"]
    found = keys(in_ci, *named)
    assert len({*found, *keys(in_ci, *found)}) == 2 * len(named)


def test_a_folder_has_the_same_key_on_every_system(in_ci: Path) -> None:
    composed, apart = keys(in_ci, "f\u00e4hre"), keys(in_ci, "fa\u0308hre")
    assert composed == apart


def test_git_knows_the_folder_where_ci_does_not(tmp_path: Path) -> None:
    import subprocess

    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    (tmp_path / "films").mkdir()
    assert target_of(tmp_path / "films", Place()).folder == "films/"
    assert target_of(tmp_path, Place()).folder == ""


@pytest.mark.parametrize(
    ("where", "hint"),
    [
        (Target(CiChange(), "", "", "owner/films", 7, "k", ""), "--forge"),
        (Target(CiChange(), "github", "", "", 7, "k", ""), "--repo"),
        (Target(CiChange(), "github", "", "owner/films", None, "k", ""), "--pr"),
        (Target(CiChange(head=HEAD), "gitlab", "", "group/films", None, "k", ""), "--pr"),
    ],
)
def test_what_is_missing_is_asked_for(monkeypatch: pytest.MonkeyPatch, where: Target, hint: str) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("GITLAB_TOKEN", TOKEN)
    with pytest.raises(WrongUsage) as caught, opened(where, HEAD):
        pass
    assert hint in str(caught.value.hint)


@pytest.mark.parametrize(("forge", "variable"), [("github", "GITHUB_TOKEN"), ("gitlab", "GITLAB_TOKEN")])
def test_a_missing_token_is_named_before_anything_is_sent(forge: str, variable: str) -> None:
    with pytest.raises(Denied) as caught, opened(target(forge=forge), HEAD):
        pass
    assert variable in str(caught.value.hint)


def test_the_forge_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI_JOB_TOKEN", TOKEN)
    far = FakeGitLab()
    with serving(far) as api, opened(target(api, forge="gitlab"), HEAD) as forge:
        assert forge is not None
        assert forge.pull_request().head == HEAD
    assert far.asked[0].headers["job-token"] == TOKEN


def test_a_pull_request_is_found_by_its_head(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH_TOKEN", TOKEN)
    far = FakeGitHub()
    with serving(far) as api:
        where = target(api, number=None, head=HEAD, branch="owner:night")
        with opened(where, HEAD) as forge:
            assert forge is not None
        with opened(where, "e" * 40) as forge:
            assert forge is None
        with opened(target(api, number=None, head=OLD_HEAD), OLD_HEAD) as forge:
            assert forge is not None
    assert far.asked[0].query["head"] == "owner:night"


def test_the_token_is_not_sent_in_clear_beyond_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    with (
        pytest.raises(Denied, match=r"not sent to `forge\.test` over plain http") as caught,
        opened(target("http://forge.test"), HEAD),
    ):
        pass
    assert f"{CLEARTEXT}=1" in (caught.value.hint or "")
    monkeypatch.setenv(CLEARTEXT, "1")
    with opened(target("http://forge.test"), HEAD) as forge:
        assert forge is not None
