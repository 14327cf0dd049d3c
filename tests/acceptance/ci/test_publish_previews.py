"""The branch of previews: real pushes to a bare repository, by one job, by several at once, and after merges."""

import io
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from acceptance.ci.repos import Remote, git, run, start
from fake_forges import TOKEN, Answer, FakeGitHub, FakeGitLab, serving
from PIL import Image

HEAD = "ab" * 20
BRANCH = "ltxspec-previews"
RAW = "https://forge.test/owner/films/raw"


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    return Remote.make(tmp_path)


def pictures(folder: Path, *names: str, colour: str = "red", sheet: bool = True) -> Path:
    """A folder as `review --png-dir` leaves it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        Image.new("RGB", (64, 36), colour).save(folder / f"{name}.png")
    if sheet:
        Image.new("RGB", (64, 36), "white").save(folder / "sheet.png")
    (folder / "index.json").write_text(json.dumps({f"night.{name}": f"{name}.png" for name in names}), "utf-8")
    return folder


def variables(number: str = "7", head: str = HEAD, **more: str) -> dict[str, str]:
    return {
        "LTXSPEC_NUMBER": number, "LTXSPEC_HEAD": head, "LTXSPEC_RUN": "100", "GITHUB_REPOSITORY": "owner/films",
        "GITHUB_SERVER_URL": "https://forge.test",
    } | more  # fmt: skip


def publish(clone: Path, *names: str, check: int = 0, colour: str = "red", **more: Any) -> Path:
    """Publish pictures from a clone; the folder of their addresses."""
    number = len(list(clone.parent.glob("out-*")))
    folder, out = pictures(clone.parent / f"made-{number}", *names, colour=colour), clone.parent / f"out-{number}"
    run("publish-previews.sh", str(folder), str(out), cwd=clone, check=check, variables=variables(**more))
    return out


def shown(remote: Remote, address: str) -> tuple[int, int]:
    """The size of the picture at an address, as the forge would send it."""
    found = re.fullmatch(rf"{RAW}/([0-9a-f]{{40}})/([\w.-]+)", address)
    assert found is not None, address
    commit, name = found.groups()
    assert git(remote.folder, "branch", "--contains", commit).split() == [BRANCH]  # it stays
    data = subprocess.run(
        ["git", "show", f"{commit}:{name}"], cwd=remote.folder, capture_output=True, check=True
    ).stdout
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == "JPEG"
        return image.size


def addresses(out: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((out / "pictures.json").read_text("utf-8"))
    return found


def commits(remote: Remote) -> int:
    return int(git(remote.folder, "rev-list", "--count", BRANCH))


def test_every_picture_has_an_address_of_the_forge_itself(remote: Remote) -> None:
    clone = remote.clone("job")
    before = git(clone, "status", "--porcelain", "--branch"), git(clone, "rev-parse", "HEAD")
    out = publish(clone, "alley", "tower")
    assert addresses(out).keys() == {"night.alley", "night.tower"}
    assert {shown(remote, address) for address in addresses(out).values()} == {(64, 36)}
    assert shown(remote, (out / "sheet").read_text("utf-8").strip()) == (64, 36)
    assert (git(clone, "status", "--porcelain", "--branch"), git(clone, "rev-parse", "HEAD")) == before
    assert git(remote.folder, "ls-tree", "--name-only", BRANCH) == "README.md"
    assert commits(remote) == 2


def test_a_new_head_takes_the_place_of_the_old_one_and_others_stay(remote: Remote) -> None:
    clone = remote.clone("job")
    first, other = publish(clone, "alley"), publish(clone, "alley", number="8")
    again = publish(clone, "alley", colour="blue", head="cd" * 20)
    assert commits(remote) == 3
    assert shown(remote, addresses(again)["night.alley"])
    assert shown(remote, addresses(other)["night.alley"])
    gone = addresses(first)["night.alley"].split("/")[-2]
    assert git(remote.folder, "branch", "--contains", gone) == ""


def test_two_projects_of_a_repository_keep_their_own(remote: Remote) -> None:
    clone = remote.clone("job")
    one, two = publish(clone, "alley", LTXSPEC_KEY="films/a"), publish(clone, "alley", LTXSPEC_KEY="films/b")
    assert shown(remote, addresses(one)["night.alley"])
    assert shown(remote, addresses(two)["night.alley"])


def test_a_run_that_was_overtaken_leaves_the_later_pictures(remote: Remote) -> None:
    clone = remote.clone("job")
    later = publish(clone, "alley", LTXSPEC_RUN="200")
    overtaken = publish(clone, "alley", LTXSPEC_RUN="100", colour="blue")
    assert not overtaken.exists()
    assert shown(remote, addresses(later)["night.alley"])


def test_jobs_at_once_lose_nothing_of_each_other(remote: Remote) -> None:
    started = []
    for number in range(1, 6):
        clone = remote.clone(f"job-{number}")
        folder, out = pictures(clone.parent / f"p-{number}", "alley"), clone.parent / f"o-{number}"
        given = variables(str(number), LTXSPEC_PUSH_TRIES="60")
        started.append((start("publish-previews.sh", str(folder), str(out), cwd=clone, variables=given), out))
    said = [process.communicate(timeout=200)[0] for process, _ in started]
    assert [process.returncode for process, _ in started] == [0] * 5, said
    assert commits(remote) == 6
    for _, out in started:
        assert shown(remote, addresses(out)["night.alley"])


def test_what_was_merged_goes_with_the_next_push(remote: Remote) -> None:
    clone = remote.clone("job")
    merged = publish(clone, "alley")
    with serving(FakeGitHub(state="closed")) as api:
        forge: dict[str, Any] = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": api, "GITHUB_ACTIONS": "true"}
        after = publish(clone, "tower", number="8", **forge)
    assert commits(remote) == 2
    assert shown(remote, addresses(after)["night.tower"])
    gone = addresses(merged)["night.alley"].split("/")[-2]
    assert git(remote.folder, "branch", "--contains", gone) == ""


def test_what_was_merged_goes_with_the_next_apply_and_the_rest_stays(remote: Remote) -> None:
    clone = remote.clone("job")
    run("publish-previews.sh", "--tidy", cwd=clone)
    assert BRANCH not in remote.branches()
    merged, other = publish(clone, "alley"), publish(clone, "tower", number="8")
    with serving(FakeGitHub()) as api:
        forge: dict[str, Any] = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": api, "GITHUB_REPOSITORY": "owner/films"}
        before = git(remote.folder, "rev-parse", BRANCH)
        run("publish-previews.sh", "--tidy", cwd=clone, variables=forge)
        assert git(remote.folder, "rev-parse", BRANCH) == before
    with serving(FakeGitHub(state="closed")) as api:
        run("publish-previews.sh", "--tidy", cwd=clone, variables=forge | {"GITHUB_API_URL": api})
    assert commits(remote) == 2
    assert shown(remote, addresses(other)["night.tower"])
    gone = addresses(merged)["night.alley"].split("/")[-2]
    assert git(remote.folder, "branch", "--contains", gone) == ""
    assert shown(remote, addresses(publish(clone, "pier", number="9"))["night.pier"])


@pytest.mark.parametrize("fault", [None, Answer(404, {"message": "Not Found"}), Answer(401, {"message": "no"})])
def test_what_the_forge_does_not_tell_about_stays(remote: Remote, fault: Answer | None) -> None:
    clone = remote.clone("job")
    one = publish(clone, "alley")
    forge = FakeGitHub()
    forge.faults = [fault] * 9
    with serving(forge) as api:
        more: dict[str, Any] = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": api, "GITHUB_ACTIONS": "true"}
        publish(clone, "tower", number="8", **more)
    assert shown(remote, addresses(one)["night.alley"])


def test_a_branch_that_holds_something_else_is_left_alone(remote: Remote) -> None:
    clone = remote.clone("job")
    git(clone, "push", "--quiet", "origin", f"main:{BRANCH}")
    before = git(remote.folder, "rev-parse", BRANCH)
    assert not publish(clone, "alley", check=1).exists()
    assert git(remote.folder, "rev-parse", BRANCH) == before


def test_the_configuration_says_where_and_how_many(remote: Remote) -> None:
    clone = remote.clone("job")
    (clone / "ltxspec.toml").write_text("[previews]\nbranch = 'pictures/of-films'\nmost = 1\n", "utf-8")
    assert addresses(publish(clone, "alley", "tower")).keys() == {"night.alley"}
    assert "pictures/of-films" in remote.branches()
    (clone / "ltxspec.toml").write_text("[previews]\nstore = 'none'\n", "utf-8")
    assert not publish(clone, "alley").exists()
    assert BRANCH not in remote.branches()


def test_pictures_go_to_gitlabs_uploads_where_the_configuration_says_so(remote: Remote) -> None:
    clone = remote.clone("job")
    (clone / "ltxspec.toml").write_text("[previews]\nstore = 'uploads'\n", "utf-8")
    far = FakeGitLab()
    with serving(far) as api:
        gitlab: dict[str, Any] = {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": api,
            "CI_PROJECT_PATH": "group/films",
            "GITLAB_TOKEN": TOKEN,
        }
        out = publish(clone, "alley", CI_PROJECT_URL="https://gitlab.test/group/films", **gitlab)
        far.faults = [Answer(403, {"message": "403 Forbidden"})]
        assert not publish(clone, "alley", check=1, **gitlab).exists()
    assert far.uploads.keys() == {addresses(out)["night.alley"], (out / "sheet").read_text("utf-8").strip()}
    assert BRANCH not in remote.branches()


def test_gitlab_names_its_addresses_in_its_way(remote: Remote) -> None:
    clone = remote.clone("job")
    out = publish(clone, "alley", CI_PROJECT_URL="https://gitlab.test/group/films")
    assert addresses(out)["night.alley"].startswith("https://gitlab.test/group/films/-/raw/")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"LTXSPEC_NUMBER": "7; ls"}, "number"), ({"LTXSPEC_HEAD": ""}, "commit"),
        ({"LTXSPEC_HEAD": "$(ls)"}, "commit"), ({"GITHUB_REPOSITORY": ""}, "address"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_said(remote: Remote, tmp_path: Path, more: dict[str, str], said: str) -> None:
    given = variables() | more
    folder = pictures(tmp_path / "p", "alley")
    told = run(
        "publish-previews.sh", str(folder), str(tmp_path / "o"), cwd=remote.clone("job"), check=1, variables=given
    )
    assert f"publish-previews: the {said}" in told
    assert BRANCH not in remote.branches()


@pytest.mark.parametrize("name", ["../x.png", "/etc/passwd", "x.svg", ".png", ""])
def test_an_index_names_nothing_outside_its_folder(remote: Remote, tmp_path: Path, name: str) -> None:
    folder = pictures(tmp_path / "p", "alley")
    (folder / "index.json").write_text(json.dumps({"night.alley": name}), "utf-8")
    run(
        "publish-previews.sh",
        str(folder),
        str(tmp_path / "o"),
        cwd=remote.clone("job"),
        check=64,
        variables=variables(),
    )
    assert BRANCH not in remote.branches()
