"""User files, valid and invalid, and exactly what the tool answers: `UPDATE_GOLDEN=1` writes the answers anew."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from acceptance.commands import ltxspec

from ltxspec.cli.main import run

FOLDER = Path(__file__).parent
UPDATING = bool(os.environ.get("UPDATE_GOLDEN"))


def examples(kind: str) -> list[str]:
    return sorted(path.name for path in (FOLDER / kind).glob("*.yaml"))


@pytest.fixture(scope="module")
def invalid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("examples") / "invalid"
    return Path(shutil.copytree(FOLDER / "invalid", folder, ignore=shutil.ignore_patterns("projects")))


@pytest.fixture(scope="module")
def valid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(FOLDER / "valid", tmp_path_factory.mktemp("examples") / "valid"))


def check_answer(text: str, kind: str, name: str) -> None:
    file = FOLDER / kind / f"{name.removesuffix('.yaml')}.expected.txt"
    if UPDATING:
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text("utf-8")


@pytest.mark.parametrize("name", examples("invalid"))
def test_an_invalid_spec_gets_this_answer(name: str, invalid: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(invalid), "--no-color", "validate", name]) == 1
    told = capsys.readouterr()
    assert told.err == ""
    check_answer(told.out, "invalid", name)


@pytest.mark.parametrize("name", examples("valid"))
def test_a_valid_spec_renders_to_these_requests(name: str, valid: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(valid), "--no-color", "validate", name]) == 0
    assert ": valid" in capsys.readouterr().out.splitlines()[-1]
    assert run(["-C", str(valid), "--no-color", "render", name, "--format", "yaml"]) == 0
    check_answer(capsys.readouterr().out, "valid", name)


def test_no_answer_is_left_of_an_example_that_is_gone() -> None:
    for kind in ("valid", "invalid"):
        answers = {path.name.replace(".expected.txt", ".yaml") for path in (FOLDER / kind).glob("*.expected.txt")}
        assert answers == set(examples(kind))


def test_every_problem_says_what_and_where() -> None:
    for path in (FOLDER / "invalid").glob("*.expected.txt"):
        *blocks, counts = path.read_text("utf-8").strip().split("\n\n")
        assert re.fullmatch(r"\d+ errors?(, \d+ warnings?)?", counts)
        for block in blocks:
            what, where, *rest = block.split("\n")
            assert re.fullmatch(r"(error|warning)\[[a-z0-9-]+\]: .*[^.]", what), (path.name, what)
            assert re.fullmatch(r" +--> [^ :]+:\d+:\d+", where), (path.name, where)
            if len(rest) > 1:
                assert re.fullmatch(r" +\| +\^+", rest[2]), (path.name, rest)


def test_all_files_of_a_folder_are_judged_in_one_run(invalid: Path) -> None:
    result = ltxspec("validate", ".", "--format", "json", cwd=invalid, check=1)
    document = result.json
    assert (document["formatVersion"], document["valid"]) == ("1.0", False)
    assert {item["file"] for item in document["diagnostics"]} >= set(examples("invalid")) - {
        "template-syntax-in-a-file.yaml",  # is right itself; the file it includes is not
    }
    severities = [item["severity"] for item in document["diagnostics"]]
    answers = "".join(path.read_text("utf-8") for path in (FOLDER / "invalid").glob("*.expected.txt"))
    assert document["errors"] == severities.count("error") == answers.count("error[")
    assert document["warnings"] == severities.count("warning") == answers.count("warning[")


def test_valid_files_together_are_valid_as_well(valid: Path) -> None:
    shots = sum(
        len(re.findall(r"^\S.*:$", path.read_text("utf-8"), re.MULTILINE)) for path in FOLDER.glob("valid/*.txt")
    )
    result = ltxspec("validate", ".", cwd=valid)
    assert result.out.endswith(f"\n{len(examples('valid'))} specs, {shots} shots: valid with 2 warnings.\n")
    document = json.loads(ltxspec("validate", ".", "--format", "json", cwd=valid).out)
    assert (document["valid"], document["errors"], document["warnings"]) == (True, 0, 2)
