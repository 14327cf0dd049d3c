"""Which mutants of a module its tests notice.

The tests are collected once, and a copy of that process runs them with one function's code replaced: about ten mutants
a second. What is no function's body, and whatever survived, is tried again in a process that imports the mutant from
the start, so a mutant that is called a survivor is one.
"""

import importlib.abc
import importlib.util
import json
import os
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, NoReturn

import pytest
from mutation.mutants import Mutant
from mutation.pool import Pool, confine, end_after

_REWRITTEN = "ignore::pytest.PytestAssertRewriteWarning"  # what is imported beforehand keeps its plain assertions
_OPTIONS = ("-x", "-q", "-s", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", _REWRITTEN)
_PASSED = 0
_FIRST_LIMIT = 600.0  # seconds of work for any test of the code as it is
_START = 60.0  # seconds of work until the first test begins


@dataclass(frozen=True, slots=True)
class Bench:
    """Where and how the trials of one module run."""

    tests: Sequence[str]
    scratch: Path
    places: int
    patience: float  # seconds of work a test may take beyond three times what it took
    took: Mapping[str, float] = field(default_factory=dict)  # seconds of work of each test of the code as it is

    @property
    def arguments(self) -> list[str]:
        """What pytest is asked for."""
        return [*_OPTIONS, *self.tests]


class Broken(Exception):
    """The tests do not pass on the code as it is."""


def survivors(
    mutants: Sequence[Mutant], tests: Sequence[str], scratch: Path, places: int, *, patience: float = 1.0
) -> list[Mutant]:
    """The mutants that no test notices. One that hangs is noticed, `patience` seconds after what a test may take.

    Raises:
        Broken: the tests fail without any mutation.
    """
    took = _try_unchanged(Bench(tests, scratch, 1, _FIRST_LIMIT))
    bench = Bench(tests, scratch, places, patience, took)
    own = replace(bench, tests=tests[:1])
    quick = [number for number, mutant in enumerate(mutants) if _in_function(mutant)]
    unnoticed = _try_quickly(mutants, quick, bench)
    slow = _try_from_the_start(mutants, sorted({*range(len(mutants))} - {*quick} | unnoticed), own)
    return [mutants[number] for number in (_try_from_the_start(mutants, slow, bench) if len(tests) > 1 else slow)]


def _in_function(mutant: Mutant) -> bool:
    return bool(mutant.within) and not mutant.before.startswith(("def ", "async def ", "class "))


def _try_unchanged(bench: Bench) -> dict[str, float]:
    """How many seconds each test works; all of them must pass."""
    pool, output, report = Pool(1), bench.scratch / "output", bench.scratch / "took"
    if pool.fork(0):
        confine(_START, bench.scratch, output)
        _run_and_leave(bench, Measured(report))
    ((_, code),) = pool.rest()
    if code != _PASSED:
        raise Broken(output.read_text("utf-8", "replace"))
    took: dict[str, float] = json.loads(report.read_text("utf-8"))
    return took


def _run_and_leave(bench: Bench, *plugins: object) -> NoReturn:
    """Run the tests in this process, which ends with pytest's exit code, whatever happens."""
    code: int = pytest.ExitCode.INTERNAL_ERROR
    try:
        code = pytest.main(bench.arguments, plugins=[Settings(bench), *plugins])
    except BaseException:  # noqa: BLE001  # the process ends here, and says why
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _try_from_the_start(mutants: Sequence[Mutant], numbers: Sequence[int], bench: Bench) -> list[int]:
    """Import the mutant in place of its module, then the tests, and run them."""
    pool, results = Pool(bench.places), list[tuple[int, int]]()
    for number in numbers:
        results += pool.ended()
        if pool.fork(number):
            confine(_START, bench.scratch)
            sys.meta_path.insert(0, Substitute(mutants[number].module, mutants[number].code))
            _run_and_leave(bench)
    results += pool.rest()
    return sorted(number for number, code in results if code == _PASSED)


def _try_quickly(mutants: Sequence[Mutant], numbers: Sequence[int], bench: Bench) -> set[int]:
    """Collect the tests once, and run them in a copy of that process for each mutant."""
    pool, report = Pool(1), bench.scratch / "unnoticed"
    if pool.fork(0):
        confine(86400, bench.scratch)
        _run_and_leave(bench, Copies(mutants, numbers, bench, report))
    list(pool.rest())
    return set(json.loads(report.read_text("utf-8")))


class Settings:
    """The same examples in every trial, no time for making a failing one smaller, and a limit for each test."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self) -> None:
        import hypothesis

        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile(
            "trial", hypothesis.settings.get_profile("ci"), phases=phases, max_examples=50
        )
        hypothesis.settings.load_profile("trial")

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        end_after(self._bench.patience + 3 * self._bench.took.get(nodeid, 0))

    def pytest_sessionfinish(self) -> None:
        end_after(_START)


class Measured:
    """Notes how long each test works."""

    def __init__(self, report: Path) -> None:
        self._report, self._began, self._took = report, 0.0, dict[str, float]()

    def pytest_runtest_logstart(self) -> None:
        self._began = time.process_time()

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self._took[nodeid] = time.process_time() - self._began

    def pytest_sessionfinish(self) -> None:
        self._report.write_text(json.dumps(self._took), "utf-8")


class Copies:
    """Instead of running the collected tests: a copy of the process for each mutant, which runs them."""

    def __init__(self, mutants: Sequence[Mutant], numbers: Sequence[int], bench: Bench, report: Path) -> None:
        self._mutants, self._numbers, self._bench, self._report = mutants, numbers, bench, report
        self._unnoticed: set[int] = set()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> bool | None:
        pool = Pool(self._bench.places)
        for number in self._numbers:
            self._learn(pool.ended())
            if pool.fork(number):
                confine(_START, self._bench.scratch)
                if replace_function(self._mutants[number]):
                    return None  # pytest goes on and runs the tests
                os._exit(_PASSED)  # not noticed here, so tried from the start
        self._learn(pool.rest())
        self._report.write_text(json.dumps(sorted(self._unnoticed)), "utf-8")
        return True

    def _learn(self, results: Any) -> None:
        self._unnoticed |= {number for number, code in results if code == _PASSED}


def replace_function(mutant: Mutant) -> bool:
    """Give the outermost function around the change its mutated code; false where that cannot be done."""
    module = sys.modules[mutant.module]
    changed = ModuleType(mutant.module)
    changed.__file__ = module.__file__
    exec(mutant.code, changed.__dict__)
    old, new = (_function(owner, mutant.within.split(".")) for owner in (module, changed))
    if old is None or new is None or old.__code__.co_freevars != new.__code__.co_freevars:
        return False
    old.__code__ = new.__code__
    return True


def _function(owner: Any, names: Sequence[str]) -> FunctionType | None:
    """The first function on a path such as `Facts.end`, without what decorators put around it."""
    for name in names:
        owner = vars(owner).get(name)
        owner = getattr(owner, "fget", None) or getattr(owner, "__wrapped__", None) or owner
        owner = getattr(owner, "__func__", owner)
        if isinstance(owner, FunctionType):
            return owner
        if not isinstance(owner, type):
            return None
    return None


class Substitute(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports a mutant where its module is asked for."""

    def __init__(self, name: str, code: CodeType) -> None:
        self._name, self._code = name, code

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        del path, target
        if fullname != self._name:
            return None
        return importlib.util.spec_from_file_location(fullname, self._code.co_filename, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code, module.__dict__)
