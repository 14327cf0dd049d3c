"""`ltxspec explain`: what a code means, for people and programs; and that what is explained happens."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import click
import pytest
from acceptance.commands import REPOSITORY, ltxspec

from ltxspec.cli.main import COMMANDS, cli
from ltxspec.report.explanations.reading import Explanation, explanations, kinds_of_the_service

INVALID = REPOSITORY / "tests" / "acceptance" / "invalid"
HEAD: Mapping[str, str] = {
    "apiVersion": "apiVersion: ltxspec/v1",
    "kind": "kind: RenderSpec",
    "metadata": "metadata: {name: night}",
    "model": "model: lightricks:2@0",
    "defaults": "defaults: {width: 1920, height: 1080}",
}
SHOTS = "shots: {alley: {prompt: Rain.}}"

# Examples of specs that `validate` accepts, because something else finds what is wrong.
NOT_OF_ONE_SPEC = {
    "stray-file": "needs a model that leaves parts open",
    "same-render-twice": "is a warning of plans",
}
SPECS = [one for one in explanations().values() if one.language == "yaml" and one.code not in NOT_OF_ONE_SPEC]


def whole(example: str) -> str:
    """A spec with everything that the example leaves out."""
    given = set(re.findall(r"^(\w+):", example, re.MULTILINE))
    if "apiVersion" in given:
        return "\n".join([example, SHOTS if "shots" not in given else ""])
    head = [line for key, line in HEAD.items() if key not in given]
    return "\n".join([*head, example, SHOTS if "shots" not in given else "", ""])


def test_a_code_is_explained(tmp_path: Path) -> None:
    done = ltxspec("explain", "unknown-key", cwd=tmp_path)
    assert done.out.startswith("error[unknown-key]: a key that is not known at this place\n\n  The key is misspelt")
    assert ltxspec("explain", "error[unknown-key]", cwd=tmp_path).out == done.out


def test_without_a_code_all_are_listed(tmp_path: Path) -> None:
    listed = ltxspec("explain", cwd=tmp_path).out
    assert [line.split()[0] for line in listed.splitlines() if line.startswith("  ")] == list(explanations())
    document = ltxspec("explain", "--format", "json", cwd=tmp_path).json
    assert [one["code"] for one in document["codes"]] == list(explanations())


def test_an_unknown_code_is_wrong_usage_and_gets_the_nearest(tmp_path: Path) -> None:
    refused = ltxspec("explain", "unknwon-key", cwd=tmp_path, check=64).err
    assert refused == "error[unknown-code]: no error has the code `unknwon-key`\nhint: did you mean `unknown-key`?\n"


def test_a_code_of_the_provider_is_explained_by_its_kind(tmp_path: Path) -> None:
    answer = ltxspec("explain", "insufficientCredits", cwd=tmp_path).out
    assert answer.startswith("error[insufficientCredits]: the account cannot pay\n\n  The balance")
    assert "Example" not in answer


@pytest.mark.parametrize("one", SPECS, ids=lambda one: one.code)
def test_the_example_of_a_spec_has_the_problem_that_it_explains(one: Explanation, tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "data").mkdir()
    (tmp_path / "specs" / "data" / "shots.csv").write_text("sku,name\nA1,lamp\n", "utf-8")
    shutil.copy(INVALID / "rows" / "rows.xlsx", tmp_path / "specs" / "data" / "shots.xlsx")
    shutil.copytree(INVALID / "assets", tmp_path / "specs" / "assets")
    (tmp_path / "specs" / "night.yaml").write_text(whole(one.example), "utf-8")
    document = ltxspec("validate", "--format", "json", cwd=tmp_path, check=None).json
    found = {(problem["code"], problem["severity"]) for problem in document["diagnostics"]}
    assert (one.code, one.severity) in found, document


@pytest.mark.parametrize("code", ["config", "policy", "foreign-service"])
def test_the_example_of_a_configuration_is_one(code: str, tmp_path: Path) -> None:
    (tmp_path / "ltxspec.toml").write_text(explanations()[code].example, "utf-8")
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "night.yaml").write_text(whole(SHOTS), "utf-8")
    done = ltxspec("validate", "--format", "json", cwd=tmp_path, check=None).json
    assert {one["code"] for one in done["diagnostics"]} == ({"config"} if code == "config" else set())


def commands_in(one: Explanation) -> list[list[str]]:
    """Every command line that an explanation shows, without placeholders' meaning."""
    lines = re.findall(r"^\$ (?:\w+=\S+ )?ltxspec ([^#<\n]*)", one.example, re.MULTILINE)
    return [text.split() for text in [*lines, *re.findall(r"`ltxspec ([^`]*)`", f"{one.cause} {one.cure}")]]


EVERY = [*explanations().values(), *kinds_of_the_service().values()]


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.code)
def test_commands_and_options_of_an_explanation_exist(one: Explanation) -> None:
    for words in commands_in(one):
        if not words or words[0] == "COMMAND":
            continue
        assert words[0] in COMMANDS, words
        command = cli.get_command(click.Context(cli), words[0])
        if isinstance(command, click.Group) and len(words) > 1 and words[1] in command.commands:
            command = command.commands[words[1]]
        assert command is not None
        known = {option for item in (*command.params, *cli.params) for option in item.opts} | {"--help"}
        wrong = {"--fromat"}  # the example of a wrong command line
        options = {word.partition("=")[0] for word in words if re.fullmatch("--[a-z-]+(=.*)?|-[a-zA-Z]", word)}
        assert options - known - wrong == set(), words
