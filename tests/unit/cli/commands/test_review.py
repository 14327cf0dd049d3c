"""The command itself, on a repository with real takes of the sandbox."""

import json
import re
import shutil
from pathlib import Path

import pytest
from acceptance.commands import ltxspec, write_spec
from acceptance.repositories import branch, commit, git

SPEC = """\
model: lightricks:2@0
defaults: {{width: 1920, height: 1080, duration: 6, fps: 25}}
shots:
  alley: {{prompt: {alley}}}
  temple: {{prompt: A temple.}}
  market: {{prompt: {market}}}
"""


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two branches: on `main` two shots were rendered; on `change` one of them is new, and one is still to be."""
    folder = tmp_path_factory.mktemp("project")
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "ltxspec.toml").write_text('[project]\nid = "x"\n[provider]\nname = "sandbox"\n[sandbox]\nspeed = 1000\n')
    (folder / ".gitignore").write_text(
        "renders/\n.ltxspec/*\n!.ltxspec/sandbox/\n.ltxspec/sandbox/*\n!.ltxspec/sandbox/lockfiles/\n"
    )
    write_spec(folder, SPEC.format(alley="Rain.", market="A market."))
    ltxspec("apply", "--auto-approve", "--target", "night.alley", "--target", "night.temple", cwd=folder)
    commit(folder, "rendered")
    branch(folder, "change")
    write_spec(folder, SPEC.format(alley="Snow.", market="A night market."))
    ltxspec("apply", "--auto-approve", "--target", "night.alley", cwd=folder)
    return folder


@pytest.fixture
def project(rendered: Path, tmp_path: Path) -> Path:
    return shutil.copytree(rendered, tmp_path / "project", symlinks=True)


def test_without_a_wish_the_page_is_written_where_git_does_not_look(project: Path) -> None:
    result = ltxspec("review", cwd=project)
    assert result.out == ".ltxspec/review/index.html\n"
    assert "1 shot rendered for $0.36, 1 to render for $0.36, 1 unchanged" in result.err
    page = (project / ".ltxspec" / "review" / "index.html").read_text("utf-8")
    assert len(set(re.findall(r'"href":"\.\./archive/[^"]+', page))) == 2
    assert ">Not yet rendered<" in page
    assert "<del>Rain</del><ins>Snow</ins>" in page
    assert str(project) not in page
    assert git(project, "status", "--porcelain", "--untracked-files").stdout.split() == [
        *("M", ".ltxspec/sandbox/lockfiles/night.lock.json"),
        *("M", "specs/night.yaml"),
    ]


def test_an_embedded_page_needs_no_archive(project: Path) -> None:
    ltxspec("review", "main", "--embed", "--html", "out/a.html", cwd=project)
    page = (project / "out" / "a.html").read_text("utf-8")
    assert "archive/" not in page
    assert page.count('<script type="text/plain" id="film-') == 2


def test_pictures_are_written_instead_of_the_page_and_named_in_an_index(project: Path) -> None:
    result = ltxspec("review", "--png", "all.png", "--png-dir", "shots", cwd=project)
    files = result.out.split()
    assert files[0] == "all.png"
    assert files[-1] == "shots/index.json"
    index = json.loads((project / "shots" / "index.json").read_text("utf-8"))
    assert list(index) == ["night.alley"]
    assert [f"shots/{name}" for name in index.values()] == files[1:-1]
    assert {(project / name).read_bytes()[:4] for name in files[:-1]} == {b"\x89PNG"}
    assert not (project / ".ltxspec" / "review").exists()


def test_a_machine_without_the_videos_says_so_and_links_to_the_provider(project: Path) -> None:
    shutil.rmtree(project / ".ltxspec" / "archive")
    result = ltxspec("review", cwd=project)
    assert "2 videos are not on this machine; `ltxspec archive pull`" in result.err
    page = (project / ".ltxspec" / "review" / "index.html").read_text("utf-8")
    assert page.count("Not on this machine") == 2


def test_what_keeps_shots_from_being_compared_is_said_with_its_place(project: Path) -> None:
    write_spec(project, SPEC.format(alley="'{{ nothing }}'", market="A night market."))
    said = ltxspec("review", cwd=project).err
    assert "error[undefined-variable]: `nothing` is not defined" in said
    assert "--> specs/night.yaml:" in said


def test_an_unknown_revision_is_an_error_in_words(project: Path) -> None:
    result = ltxspec("review", "nowhere", cwd=project, check=1)
    assert "nowhere" in result.err
    assert result.out == ""
