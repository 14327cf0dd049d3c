"""The whole way on a project of two files, in a process of its own: trials fork, and this one may have threads."""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

MODULE = """
    from dataclasses import dataclass

    LIMIT = 3
    NAME = "unread"

    def room(spent):
        return spent < LIMIT

    def wait(tries):
        while tries:
            tries -= 1
        return None

    @dataclass(frozen=True, slots=True)
    class Book:
        spent: int = 0

        @property
        def is_empty(self):
            return self.spent == 0
"""
TESTS = """
    import os, signal
    from money import LIMIT, Book, room, wait

    def test_room():
        assert room(2)
        assert LIMIT == 3

    def test_book():
        wait(3)
        assert Book().is_empty
        assert not Book(1).is_empty
"""
RUN = """
import json, sys
from pathlib import Path
from mutation.mutants import mutants
from mutation.trials import Broken, survivors

if __name__ == "__main__":
    found = list(mutants(Path("money.py").read_text(), "money", "money.py"))
    try:
        left = survivors(found, ["test_money.py"], Path("scratch"), 2)
        print(json.dumps([len(found), [[mutant.line, mutant.within, mutant.after] for mutant in left]]))
    except Broken as error:
        sys.exit(str(error))
"""


def project(folder: Path, tests: str = TESTS) -> Path:
    (folder / "scratch").mkdir()
    (folder / "money.py").write_text(dedent(MODULE), "utf-8")
    (folder / "test_money.py").write_text(dedent(tests), "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\npythonpath = .\n", "utf-8")
    (folder / "run.py").write_text(RUN, "utf-8")
    return folder


def run(folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    return subprocess.run(
        [sys.executable, "run.py"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_what_no_test_notices_is_told_and_nothing_else(tmp_path: Path) -> None:
    done = run(project(tmp_path))
    assert done.returncode == 0, done.stderr
    tried, left = json.loads(done.stdout)
    assert tried == 9
    assert left == [
        [8, "room", "return spent <= LIMIT"],
        [11, "wait", "while False:"],
    ]


def test_tests_that_fail_as_it_is_prove_nothing(tmp_path: Path) -> None:
    done = run(project(tmp_path, "def test_wrong():\n    assert 'as it is' == 'wrong'\n"))
    assert done.returncode == 1
    assert "test_wrong" in done.stderr
