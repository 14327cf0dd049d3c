"""Every kind of invalid input and the code, file and line that is reported for it.

Folders of `invalid/projects/` are projects; `expected.txt` in each has the command, and one line for each problem:
`error[unknown-key] specs/night.yaml:6`, or `-` for one that is in no file. `invalid/*.yaml` are single specs, whose
whole answers `test_examples` compares.
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

OF_EACH_SUBJECT = ("yaml", "csv", "check-failed", "not-allowed", "media-kind", "reference")  # found in user files

# Codes of these subjects that no folder shows, and why.
NOT_SHOWN = {
    "too-large": "a file of many megabytes",
    "spec-limit": "minutes of work",
    "invalid": "the code of a document, in which each problem has its own",
    "fmt": "is no input that is known: formatting keeps every meaning",
    "not-a-number": "templates and files refuse such numbers before",
    "unread-spec": "needs limits over the whole project",
    "table-template": "a note of `init`, which goes on",
    "unused-image": "needs a model that begins without a picture",
    "unmet": "needs a finished video, as all that follow",
    "media": "",
    "not-archived": "",
    "unsaved": "",
    "no-video": "",
    "source-included": "",
    "take-renumbered": "",
    "followers": "",
    "label": "",
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
    assert done.code in (0, 1, 4, 64)


def test_there_are_many_kinds_and_no_two_are_alike() -> None:
    kinds = [*PROJECTS, *FOLDER.glob("*.yaml")]
    assert len(kinds) >= LEAST
    texts = [tuple(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()) for folder in PROJECTS]
    assert len(set(texts)) == len(texts)


def test_every_code_of_files_has_a_file() -> None:
    answers = "".join(path.read_text("utf-8") for path in FOLDER.rglob("*expected.txt"))
    shown = set(re.findall(r"^(?:error|warning)\[([a-z-]+)\]", answers, re.MULTILINE))
    groups = {explanations()[code].group for code in OF_EACH_SUBJECT}
    codes = {one.code for one in explanations().values() if one.group in groups}
    assert codes - shown == NOT_SHOWN.keys()
