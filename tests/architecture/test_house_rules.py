"""Rules of the house that no linter knows: names, sizes, and a reason beside every exception."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "ltxspec"
SOURCES = sorted(PACKAGE.rglob("*.py"))
SCRIPTS = sorted((ROOT / "benchmarks").glob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))

# Where money is decided: none of it may know which service or model it is for.
CORE = ("apply", "canonical", "catalog", "errors", "fingerprint", "lock", "plan", "render", "spec", "values")
PRODUCT_NAMES = re.compile(r"runware|lightricks|ltx[-_ ]?(2|video|fast|pro)", re.IGNORECASE)

EXCEPTION = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma:)")
EXPLAINED = re.compile(r"#\s*(?:noqa:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|type:\s*ignore\[[\w\-, ]+\])\s+(?:[#-]\s*)?[^\s#-]")

MAX_MODULE_LINES = 300
MAX_FUNCTION_LINES = 50


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lines_matching(pattern: re.Pattern[str], path: Path) -> list[str]:
    lines = path.read_text("utf-8").splitlines()
    return [f"{name_of(path)}:{number}: {line.strip()}" for number, line in enumerate(lines, 1) if pattern.search(line)]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def in_core(path: Path) -> bool:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py") in CORE


@pytest.mark.parametrize("path", [path for path in SOURCES if in_core(path)], ids=name_of)
def test_the_core_names_no_service_and_no_model(path: Path) -> None:
    assert lines_matching(PRODUCT_NAMES, path) == []


@pytest.mark.parametrize("path", [*SOURCES, *SCRIPTS], ids=name_of)
def test_modules_and_functions_stay_small(path: Path) -> None:
    length = len(path.read_text("utf-8").splitlines())
    assert length <= MAX_MODULE_LINES
    too_long = [f.name for f in functions(path) if (f.end_lineno or 0) - f.lineno + 1 > MAX_FUNCTION_LINES]
    assert too_long == []


@pytest.mark.parametrize("path", [*SOURCES, *SCRIPTS, *TESTS], ids=name_of)
def test_every_exception_from_a_rule_says_why(path: Path) -> None:
    exceptions = [] if path == Path(__file__) else lines_matching(EXCEPTION, path)
    assert [line for line in exceptions if not EXPLAINED.search(line)] == []


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_every_module_says_what_it_owns(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert not tree.body or ast.get_docstring(tree)


def test_every_core_name_is_a_module() -> None:
    assert [name for name in CORE if not (PACKAGE / name).is_dir() and not (PACKAGE / f"{name}.py").is_file()] == []
