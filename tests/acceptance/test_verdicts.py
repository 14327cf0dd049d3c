"""`approve` and `reject`: what people decide about takes is recorded beside the lockfile, shown, and merged by git."""

import json
from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import ltxspec
from acceptance.repositories import branch, commit, git, repository, write_lockfile
from builders import lockfile, record, take, task

BOUGHT = lockfile(alley=record(take(), take("b", number=2), current=2), fog=record(take("c", number=3)))


@pytest.fixture
def bought(tmp_path: Path) -> Path:
    repository(tmp_path)
    write_lockfile(tmp_path, BOUGHT)
    commit(tmp_path, "bought")
    return tmp_path


def verdicts(folder: Path) -> dict[str, list[dict[str, Any]]]:
    document = json.loads((folder / "lockfiles" / "night.review.json").read_text("utf-8"))
    assert (document["reviewVersion"], document["provider"], document["spec"]) == (1, "runware", "night")
    found: dict[str, list[dict[str, Any]]] = document["verdicts"]
    return found


def test_a_verdict_is_of_one_take_and_says_who_and_why(bought: Path) -> None:
    git(bought, "config", "user.name", "Ann")
    lock = (bought / "lockfiles" / "night.lock.json").read_bytes()
    said = ltxspec("approve", "night.alley", cwd=bought).out
    assert said == "night.alley take 2: approved by Ann\n"
    said = ltxspec(
        "reject",
        "night.alley",
        "--take",
        "1",
        "--note",
        "the umbrella is black",
        "--at",
        "2.5",
        "--by",
        "Bo",
        cwd=bought,
    ).out
    assert said == "night.alley take 1: rejected by Bo at 2.5 s: the umbrella is black\n"
    ltxspec("reject", "night.fog", "--needs-work", cwd=bought)
    found = verdicts(bought)
    assert {name: items[-1]["verdict"] for name, items in found.items()} == {
        task(1): "rejected",
        task(2): "approved",
        task(3): "needs-work",
    }
    assert (bought / "lockfiles" / "night.lock.json").read_bytes() == lock


def test_show_has_the_verdict_that_counts(bought: Path) -> None:
    ltxspec("approve", "night.alley", "--by", "Ann", cwd=bought)
    ltxspec("reject", "night.alley", "--by", "Bo", "--note", "no", cwd=bought)
    assert "      rejected by Bo: no\n" in ltxspec("show", "night.alley", cwd=bought).out
    (shot,) = ltxspec("show", "night.alley", "--format", "json", cwd=bought).json["shots"]
    assert [item["verdict"] and item["verdict"]["verdict"] for item in shot["takes"]] == [None, "rejected"]
    assert len(verdicts(bought)[task(2)]) == 2


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("approve", "night.aley"), 1, "did you mean `night.alley`?"),
        (("approve", "night.alley", "--take", "9"), 64, "no take 9"),
        (("reject", "night.alley", "--at", "-1"), 64, "--at"),
        (("reject", "night.alley", "--note", "x" * 10_001), 64, "10,001 characters"),
        (("approve",), 64, "ADDRESS"),
    ],
)
def test_what_cannot_be_decided_writes_nothing(arguments: tuple[str, ...], code: int, words: str, bought: Path) -> None:
    assert words in ltxspec(*arguments, cwd=bought, check=code).err
    assert not (bought / "lockfiles" / "night.review.json").exists()


def test_a_damaged_file_is_an_error_and_stays(bought: Path) -> None:
    path = bought / "lockfiles" / "night.review.json"
    path.write_text('{"reviewVersion": 1', "utf-8")
    for command in (("approve", "night.alley"), ("show", "night.alley")):
        assert "is not JSON" in ltxspec(*command, cwd=bought, check=1).err
    assert path.read_text("utf-8") == '{"reviewVersion": 1'


@pytest.mark.parametrize("driver", [True, False])
def test_two_branches_that_decide_are_merged(driver: bool, bought: Path) -> None:
    if not driver:
        git(bought, "config", "--remove-section", "merge.ltxspec")
    ltxspec("approve", "night.fog", "--by", "Ann", cwd=bought)
    commit(bought, "base")
    for name, number in (("ann", "1"), ("bo", "2")):
        branch(bought, name)
        ltxspec("reject", "night.alley", "--take", number, "--by", name, cwd=bought)
        ltxspec("approve", "night.fog", "--by", name, cwd=bought)
        commit(bought, name)
    done = git(bought, "merge", "--quiet", "--no-edit", "ann", check=False)
    if not driver:
        assert done.returncode != 0
        merged = ltxspec("lock", "merge", cwd=bought).out
        assert "lockfiles/night.review.json: 3 tasks (verdicts of both sides)" in merged
    found = verdicts(bought)
    assert {name: [item["by"] for item in items] for name, items in found.items()} == {
        task(1): ["ann"],
        task(2): ["bo"],
        task(3): ["Ann", "ann", "bo"],
    }


def test_the_sandbox_has_verdicts_of_its_own(rendered: Path) -> None:
    ltxspec("approve", "night.alley", cwd=rendered)
    assert (rendered / ".ltxspec" / "sandbox" / "lockfiles" / "night.review.json").exists()
    assert not (rendered / "lockfiles").exists()
