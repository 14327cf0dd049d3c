"""Every kind of invalid input and the code, file and line that is reported for it.

Folders of `invalid/projects/` are projects; `expected.txt` in each has the command, and one line for each problem:
`error[unknown-key] specs/night.yaml:6`, or `-` for one that is in no file. `invalid/*.yaml` are single specs, whose whole
answers are in `test_examples`. A project without specs gets none, so that nothing else can be wrong with it.
"""

import re
import shutil
from pathlib import Path

import pytest
from acceptance.commands import ltxspec

from ltxspec.report.explanations.reading import explanations

FOLDER = Path(__file__).parent / "invalid"
PROJECTS = sorted(path for path in (FOLDER / "projects").iterdir() if path.is_dir())
PROBLEM = re.compile(r"^((?:error|warning)\[[a-z-]+\]): .*(?:\n +--> (.+):(\d+):\d+$)?", re.MULTILINE)
LEAST = 80  # kinds of invalid input, each with a file or folder

# What `validate` may report of the files of a project, and no folder shows, with the reason.
NOT_SHOWN = {
    "cut-text": "",
}


def reported(text: str) -> list[str]:
    """Severity, code and place of each problem in an answer, in its order."""
    return [f"{what} {f'{file}:{line}' if file else '-'}" for what, file, line in PROBLEM.findall(text)]


@pytest.mark.parametrize("folder", PROJECTS, ids=lambda folder: folder.name)
def test_an_invalid_project_is_reported_with_code_file_and_line(folder: Path, tmp_path: Path) -> None:
    command, *expected = (folder / "expected.txt").read_text("utf-8").splitlines()
    project = shutil.copytree(folder, tmp_path / "project", ignore=shutil.ignore_patterns("expected.txt"))
    done = ltxspec(*command.removeprefix("$ ltxspec ").split(), cwd=project, check=None)
    assert reported((done.out + done.err).replace(f"{project}/", "")) == expected
    assert expected
    assert done.code in (0, 1, 64)


def test_there_are_many_kinds_and_no_two_are_alike() -> None:
    kinds = [*PROJECTS, *FOLDER.glob("*.yaml")]
    assert len(kinds) >= LEAST
    texts = [tuple(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()) for folder in PROJECTS]
    assert len(set(texts)) == len(texts)


def test_every_code_of_files_has_a_file() -> None:
    answers = "".join(path.read_text("utf-8") for path in FOLDER.rglob("*expected.txt"))
    shown = set(re.findall(r"^(?:error|warning)\[([a-z-]+)\]", answers, re.MULTILINE))
    groups = {explanations()[code].group for code in ("yaml", "csv", "check-failed", "not-allowed", "media-kind")}
    codes = {one.code for one in explanations().values() if one.group in groups}
    assert codes - shown == NOT_SHOWN.keys()
