"""README and guides are true: their `sh` blocks run, line by line, and their specs are valid."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from acceptance.commands import REPOSITORY, ltxspec
from small_films import small_command

PAGES = sorted([REPOSITORY / "README.md", *(REPOSITORY / "docs").glob("*.md")])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"`ltxspec ([a-z]+)")


def blocks(page: Path, language: str) -> list[str]:
    return [text for found, text in BLOCK.findall(page.read_text("utf-8")) if found == language]


def names(page: Path) -> str:
    return page.name


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "sh")], ids=names)
def test_the_commands_of_a_page_run(page: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    script = "set -eux\n" + "\n".join(blocks(page, "sh"))
    folder = tmp_path_factory.mktemp("bin")
    path = os.pathsep.join([str(folder), str(Path(sys.executable).parent), os.environ["PATH"]])
    if page.name != "README.md":  # that one runs as it does for its readers; the others make small videos
        small_command(folder)
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PATH": path, "LTXSPEC_ROOT": str(REPOSITORY)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=names)
def test_the_python_of_a_page_runs(page: Path, tmp_path: Path) -> None:
    """One block after the other, in a project such as `ltxspec init` makes."""
    ltxspec("init", "--name", "night-scenes", cwd=tmp_path)
    script = "\n".join(blocks(page, "python"))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


WITH_SPECS = [page for page in PAGES if "apiVersion: ltxspec" in page.read_text("utf-8")]


@pytest.mark.parametrize("page", WITH_SPECS, ids=names)
def test_the_specs_of_a_page_are_valid(page: Path, tmp_path: Path) -> None:
    for number, text in enumerate(block for block in blocks(page, "yaml") if block.startswith("apiVersion:")):
        folder = tmp_path / str(number)
        (folder / "specs").mkdir(parents=True)
        (folder / "specs" / "page.yaml").write_text(text, encoding="utf-8")
        ltxspec("validate", cwd=folder)


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_every_command_a_page_names_exists(page: Path) -> None:
    from ltxspec.cli.main import COMMANDS

    assert set(COMMAND.findall(page.read_text("utf-8"))) <= COMMANDS.keys()


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_every_option_of_a_command_that_a_page_names_exists(page: Path) -> None:
    import click

    from ltxspec.cli.main import COMMANDS, cli

    written = re.findall(r"(?:`|^ {4}|&& |=any )ltxspec ([^`\n#;|>]+)", page.read_text("utf-8"), re.MULTILINE)
    for words in (text.split() for text in written):
        command = cli.get_command(click.Context(cli), words[0]) if words[0] in COMMANDS else None
        if isinstance(command, click.Group) and len(words) > 1:
            command = command.commands.get(words[1])
        if command is not None:
            known = {option for item in (*command.params, *cli.params) for option in item.opts} | {"--help"}
            assert {word.partition("=")[0] for word in words if word.startswith("--")} - {"--"} <= known, words


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_every_file_of_ours_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    named = set(re.findall(r"(?<![.\w/])(?:ltxspec|tests)/[\w/]+\.\w+", text))
    assert {name for name in named if not (REPOSITORY / name).exists()} == set()
    tests = set(re.findall(r"`(?:\w+/)*(test_\w+\.py)`", text))
    assert tests - {path.name for path in (REPOSITORY / "tests").rglob("test_*.py")} == set()


def test_the_files_and_folders_that_contributors_are_sent_to_are_there() -> None:
    text = (REPOSITORY / "docs" / "contributing.md").read_text("utf-8")
    named = set(re.findall(r"`((?:ltxspec|schemas|tests)/[\w/.]*)`", text))
    assert {name for name in named if not (REPOSITORY / name).exists()} == set()
    packages = {
        f"ltxspec/{path.name}/" for path in (REPOSITORY / "ltxspec").iterdir() if (path / "__init__.py").is_file()
    }
    assert packages <= named


def test_the_readme_lists_every_command() -> None:
    from ltxspec.cli.main import COMMANDS

    readme = (REPOSITORY / "README.md").read_text("utf-8")
    missing = [name for name in COMMANDS if f"`{name}`" not in readme and f"`{name} " not in readme]
    assert missing == []


def rows(page: Path, section: str = "") -> dict[str, list[str]]:
    """The tables of a page or a section: what the first cell names, in backticks -> the other cells."""
    text = page.read_text("utf-8")
    text = text.partition(f"## {section}\n")[2].partition("\n## ")[0] if section else text
    found = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| `"):
            found.update(dict.fromkeys(re.findall("`([^`]+)`", cells[0]), cells[1:]))
    return found


CONFIGURATION = REPOSITORY / "docs" / "configuration.md"


def test_the_reference_of_the_configuration_has_every_key_with_its_default_and_no_other() -> None:
    from ltxspec.storage.config import Config
    from ltxspec.storage.settings import settings

    shown = {}
    for table in re.findall(r"^## (\[\w+\])$", CONFIGURATION.read_text("utf-8"), re.MULTILINE):
        for key, (default, *_) in rows(CONFIGURATION, table).items():
            shown[f"{table.strip('[]')}.{key}"] = None if default == "none" else default.strip("`")
    assert shown == settings(Config(root=REPOSITORY))


def test_the_reference_of_the_configuration_has_every_key_of_a_policy() -> None:
    from ltxspec.errors import Problems
    from ltxspec.storage.config import parse_config

    problems = Problems()
    parse_config(b"[[policy]]\nassert = 'true'\nzzz = 1\n", REPOSITORY / "ltxspec.toml", "ltxspec.toml", problems)
    (unknown,) = problems.diagnostics
    assert set(rows(CONFIGURATION, "[[policy]]")) == set(re.findall("`([^`]+)`", unknown.hint or ""))


def test_the_reference_of_the_configuration_has_every_variable_of_ours_and_no_other() -> None:
    sources = [*(REPOSITORY / "ltxspec").rglob("*.py"), *(REPOSITORY / "ci").glob("*.sh")]
    name = re.compile(r"(?<![A-Z_])(?:LTXSPEC|RUNWARE)_[A-Z_]*[A-Z]\b")
    read = {found for path in sources for found in name.findall(path.read_text("utf-8"))}
    assert {found for found in rows(CONFIGURATION, "Environment") if name.fullmatch(found)} == read


def test_the_inputs_of_the_workflow_are_listed_with_their_defaults() -> None:
    import yaml

    workflow = (REPOSITORY / ".github" / "workflows" / "ltxspec.yml").read_text("utf-8")
    inputs = yaml.load(workflow, Loader=yaml.BaseLoader)["on"]["workflow_call"]["inputs"]  # text only
    shown = {name: cells[0] for name, cells in rows(REPOSITORY / "docs" / "ci.md").items() if name in inputs}
    assert shown.keys() == inputs.keys()
    for name, value in inputs.items():
        usual = value.get("default") or "none"
        assert shown[name].startswith(
            "required" if value.get("required") == "true" else usual if usual == "none" else f"`{usual}`"
        )


def test_the_plan_shown_in_the_readme_is_the_plan_one_gets(tmp_path: Path) -> None:
    from acceptance.commands import copy_of_repository

    (shown,) = [text for text in blocks(REPOSITORY / "README.md", "text") if text.startswith("$ ltxspec plan")]
    spec = copy_of_repository(tmp_path) / "specs" / "ltx-2-pro-showcase.yaml"
    spec.write_text(spec.read_text("utf-8").replace("magenta", "amber"), encoding="utf-8")
    command, _, expected = shown.partition("\n")
    assert ltxspec(*command.removeprefix("$ ltxspec ").split(), cwd=tmp_path).out == expected
