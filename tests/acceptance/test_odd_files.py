"""Links, pipes and folders where files are expected: nothing outside is read or written, and nothing waits."""

import os
import shutil
import socket
import stat
from itertools import product
from pathlib import Path

import pytest
from acceptance.commands import ltxspec, write_spec
from acceptance.test_new_model import new_model

CANARY = "canary-of-this-machine"
SPEC = """\
model: maker-nine
defaults: {width: 640, height: 360, duration: 2}
shots:
  gate: {prompt: a gate}
"""
CONFIG = '[provider]\nname = "sandbox"\n[sandbox]\nspeed = 1000\n[budget]\nper_apply = "1.00"\n'
COMMANDS = (
    ("validate",),
    ("plan", "--provider", "runware"),
    ("apply",),
    ("cost", "--provider", "runware"),
    ("archive", "pull"),
    ("fmt",),
    ("init",),
)
PLACES = (
    "specs",
    "specs/night.yaml",
    "specs/below/more.yaml",
    "schemas",
    "schemas/models",
    "schemas/models/maker-nine.json",
    "lockfiles",
    "lockfiles/night.lock.json",
    ".ltxspec",
    ".ltxspec/journal",
    ".ltxspec/cache",
    ".ltxspec/sandbox",
    ".ltxspec/sandbox/lockfiles",
    ".ltxspec/sandbox/videos",
    ".ltxspec/sandbox/state.sqlite",
    ".ltxspec/archive",
    ".ltxspec/archive/partial",
    "renders",
    "renders/sandbox",
    "renders/sandbox/night",
    "ltxspec.toml",
    ".gitignore",
    ".gitattributes",
    ".github",
)
DANGLING = (
    "specs",
    "schemas",
    "schemas/models",
    "lockfiles",
    "lockfiles/night.lock.json",
    "ltxspec.toml",
    ".gitignore",
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    new_model(folder)
    write_spec(folder, SPEC)
    (folder / "ltxspec.toml").write_text(CONFIG)
    return folder


def moved_out(project: Path, place: str) -> Path:
    """Something of the project (or something new) that is outside of it now, with a link in its place."""
    outside, link = project.parent / "outside", project / place
    link.parent.mkdir(parents=True, exist_ok=True)
    if link.exists():
        link.rename(outside)
    elif link.suffix or (link.name.startswith(".git") and link.name != ".github"):
        outside.write_text(CANARY)
    else:
        outside.mkdir()
    link.symlink_to(outside)
    return outside


def contents(place: Path) -> dict[str, object]:
    files = [place, *place.rglob("*")] if place.is_dir() else [place]
    return {str(path): path.read_bytes() if path.is_file() else stat.S_IFMT(path.lstat().st_mode) for path in files}


@pytest.mark.parametrize("place", PLACES)
def test_nothing_outside_of_the_project_is_read_or_written_through_a_link(project: Path, place: str) -> None:
    outside = moved_out(project, place)
    before = contents(outside)
    done = [ltxspec(*command, cwd=project, check=None) for command in COMMANDS]
    assert contents(outside) == before
    told = [result for result in done if "leads out of the project" in result.out + result.err]
    assert [result.code for result in told] == [1] * len(told)
    assert told, [(result.code, result.err) for result in done]
    assert CANARY not in "".join(result.out + result.err for result in done)
    assert 70 not in [result.code for result in done]


@pytest.mark.parametrize("place", DANGLING)
def test_a_link_that_leads_nowhere_is_never_taken_for_nothing(project: Path, place: str) -> None:
    link = project / place
    shutil.rmtree(link) if link.is_dir() else link.unlink(missing_ok=True)
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to("not-mounted")
    command = ("init",) if place == ".gitignore" else ("plan", "--provider", "runware")
    result = ltxspec(*command, cwd=project, check=None)
    assert result.code in (1, 64)
    assert place in result.err
    assert not (project / "not-mounted").exists()


FILES = (
    "specs/night.yaml",
    "specs/below/more.yaml",  # a folder there is one to look into, whatever its name
    "schemas/models/maker-nine.json",
    "lockfiles/night.lock.json",
    ".ltxspec/journal/night.jsonl",
    "ltxspec.toml",
    ".gitignore",
)
KINDS = ("a pipe", "a socket", "a folder")


@pytest.mark.parametrize(
    ("place", "kind"), [pair for pair in product(FILES, KINDS) if pair[1] != "a folder" or "specs/" not in pair[0]]
)
def test_what_is_no_file_ends_in_an_error_at_once(project: Path, place: str, kind: str) -> None:
    file = project / place
    file.unlink(missing_ok=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    if kind == "a pipe":
        os.mkfifo(file)
    elif kind == "a folder":
        file.mkdir()
    else:
        bind(file)
    command = ("init",) if place == ".gitignore" else ("plan", "--provider", "runware")
    result = ltxspec(*command, cwd=project, check=1)  # a process of its own: it may not wait for ever
    assert place in result.out + result.err


def bind(file: Path) -> None:
    """A socket in the place of a file; its path may be too long to be bound by."""
    here = Path.cwd()
    os.chdir(file.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(file.name)
    finally:
        os.chdir(here)


def test_somebody_elses_configuration_above_is_not_used(project: Path) -> None:
    (project.parent / "ltxspec.toml").write_text('[delivery]\nwebhookURL = "https://collector.example/x"\n')
    (project.parent / "ltxspec.toml").chmod(0o666)
    (project / "ltxspec.toml").unlink()
    result = ltxspec("render", "--format", "json", cwd=project)
    assert "collector.example" not in result.out
    assert (
        f"warning: `{(project.parent / 'ltxspec.toml').resolve()}` is not used: other users can write to it"
        in result.err
    )
    (project.parent / "ltxspec.toml").chmod(0o644)
    (project / ".git").mkdir()
    result = ltxspec("render", "--format", "json", cwd=project)
    assert ("collector.example" in result.out, result.err) == (False, "")


def test_more_than_64_tasks_at_once_are_refused(project: Path) -> None:
    (project / "ltxspec.toml").write_text("[provider]\nparallelism = 65\n")
    assert "`parallelism` in [provider] must be an integer from 1 to 64" in ltxspec("plan", cwd=project, check=1).err


NAMED = [
    ("apply", "odd"),
    ("comment", "--report", "odd", "--dry-run"),
    ("comment", "--pictures", "odd", "--dry-run"),
    ("plan", "--var-file", "odd"),
    ("import", "night.alley", "--request", "odd", "--response", "odd"),
    ("lock", "textconv", "odd"),
    ("sandbox", "serve", "--port", "0", "--scenario", "odd"),
]


@pytest.mark.parametrize("command", NAMED, ids=" ".join)
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_pipe_or_a_device_that_the_user_names_is_an_error_at_once(
    project: Path, command: tuple[str, ...], kind: str
) -> None:
    if kind == "pipe":
        os.mkfifo(project / "odd")
    else:
        (project / "odd").symlink_to("/dev/zero")
    result = ltxspec(*command, cwd=project, check=64, GITHUB_REPOSITORY="o/r", GITHUB_TOKEN="t")
    assert f"odd` cannot be read: it is a {kind}, not a file" in result.err


@pytest.mark.parametrize("command", [("plan", "-o", "odd"), ("plan", "--var-file", "odd", "-o", "plan.json")])
def test_a_pipe_is_not_written_and_not_replaced(project: Path, command: tuple[str, ...]) -> None:
    os.mkfifo(project / "odd")
    result = ltxspec(*command, cwd=project, check=None)
    assert result.code in (1, 64)
    assert ", not a file" in result.err
    assert stat.S_ISFIFO((project / "odd").lstat().st_mode)
