"""Rules of the house that no linter knows: names, sizes, and a reason beside every exception."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ltxspec.services import SERVICES

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "ltxspec"
SOURCES = sorted(PACKAGE.rglob("*.py"))
SCRIPTS = sorted((ROOT / "benchmarks").glob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))

# Where money is decided: none of it may know which service or model it is for.
CORE = ("apply", "canonical", "catalog", "errors", "fingerprint", "lock", "plan", "render", "spec", "values")
PRODUCT_NAMES = re.compile(r"runware|lightricks|ltx[-_ ]?(2|video|fast|pro)", re.IGNORECASE)

# Who may hold a provider's name as such, or import a description by its name: everything else is handed facts.
NAMES_PROVIDERS = {
    "ltxspec/services.py": "describes them",
    "ltxspec/providers": "are them",
    "ltxspec/storage/config.py": "reads the table `[sandbox]`, which no other provider has",
    "ltxspec/cli/main.py": "lists the command `ltxspec sandbox`",
    "ltxspec/cli/commands/sandbox.py": "is the command `ltxspec sandbox`",
    "ltxspec/project/sandbox.py": "is what that command does",
}

EXCEPTION = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma:)")
EXPLAINED = re.compile(r"#\s*(?:noqa:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|type:\s*ignore\[[\w\-, ]+\])\s+(?:[#-]\s*)?[^\s#-]")

# What starts another program. One module does, and it says what git may and may not do (`storage/git.py`).
STARTS = re.compile(
    r"\b(?:import|from)\s+(?:subprocess|pty|multiprocessing)\b"
    r"|\bcreate_subprocess_\w+|\bos\.(?:system|popen|fork\w*|posix_spawn\w*|(?:exec|spawn)[lv]\w*)\b"
)

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


def test_the_core_names_no_service_and_no_model() -> None:
    assert [line for path in SOURCES if in_core(path) for line in lines_matching(PRODUCT_NAMES, path)] == []


def provider_names(source: str) -> Iterator[str]:
    """Where a module's code says a provider's name, or imports the description of a certain one."""
    one_of_them = {name.upper() for name in SERVICES}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in SERVICES:
            yield f"{node.lineno}: {node.value}"
        if isinstance(node, ast.ImportFrom) and node.module == "ltxspec.services":
            yield from (f"{node.lineno}: {alias.name}" for alias in node.names if alias.name in one_of_them)


def test_only_the_description_knows_a_provider_by_its_name() -> None:
    named = {
        name_of(path): found
        for path in SOURCES
        if not name_of(path).startswith(tuple(NAMES_PROVIDERS))
        and (found := list(provider_names(path.read_text("utf-8"))))
    }
    assert named == {}


@pytest.mark.parametrize(
    "line",
    [
        'if provider == "sandbox": pass',
        'PAID = "runware"',
        'folder = local / "sandbox"',
        'match provider:\n    case "runware": pass',
        "from ltxspec.services import SANDBOX",
    ],
)
def test_a_provider_s_name_would_be_noticed(line: str) -> None:
    assert list(provider_names(line))


def test_only_two_modules_start_programs_git_and_the_workers_that_check_videos() -> None:
    starting = {"ltxspec/storage/git.py", "ltxspec/media/checking.py"}
    assert {name_of(path) for path in SOURCES if lines_matching(STARTS, path)} == starting


@pytest.mark.parametrize(
    "line",
    [
        "import subprocess",
        "    from subprocess import run",
        "await asyncio.create_subprocess_exec('git')",
        "os.system('git')",
        "os.execvp('git', [])",
        "os.posix_spawn('git', [], {})",
    ],
)
def test_every_way_to_start_a_program_would_be_noticed(line: str) -> None:
    assert STARTS.search(line)


def test_every_core_name_is_a_module() -> None:
    assert [name for name in CORE if not (PACKAGE / name).is_dir() and not (PACKAGE / f"{name}.py").is_file()] == []


def test_modules_stay_small() -> None:
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in [*SOURCES, *SCRIPTS]}
    assert {name: length for name, length in lengths.items() if length > MAX_MODULE_LINES} == {}


def test_functions_stay_small() -> None:
    lengths = {
        f"{name_of(path)}:{function.lineno} {function.name}": (function.end_lineno or 0) - function.lineno + 1
        for path in [*SOURCES, *SCRIPTS]
        for function in functions(path)
    }
    assert {name: length for name, length in lengths.items() if length > MAX_FUNCTION_LINES} == {}


def test_every_exception_from_a_rule_says_why() -> None:
    others = [path for path in [*SOURCES, *SCRIPTS, *TESTS] if path != Path(__file__)]
    exceptions = [line for path in others for line in lines_matching(EXCEPTION, path)]
    assert [line for line in exceptions if not EXPLAINED.search(line)] == []


def test_every_module_says_what_it_owns() -> None:
    trees = {name_of(path): ast.parse(path.read_text("utf-8")) for path in SOURCES}
    assert [name for name, tree in trees.items() if tree.body and not ast.get_docstring(tree)] == []
