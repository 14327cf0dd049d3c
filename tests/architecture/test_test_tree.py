"""One test module for each source module, at the same path: `ltxspec/lock/codec.py` has `unit/lock/test_codec.py`."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "tests" / "unit"

# Source modules that have no unit test module. The list may only get shorter; each line says where they are tested.
TESTED_ELSEWHERE: dict[str, str] = {}

# Test modules that test data instead of a source module, and which.
TESTS_OF_DATA = {
    "catalog/test_model_files.py": "schemas/models",
    "catalog/test_wire_schemas.py": "schemas/wire",
}


def has_behaviour(path: Path) -> bool:
    """Whether a module does anything: a file of constants, protocols and plain records has nothing to test."""
    tree = ast.parse(path.read_text("utf-8"))
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not is_declaration(node) for node in ast.walk(tree)
    )


def is_declaration(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function's body is only `...` and a docstring, as in a protocol."""
    return all(isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant) for part in function.body)


def expected_tests() -> dict[str, str]:
    """Source module (path inside the package) -> its test module (path inside `tests/unit`)."""
    sources = sorted((ROOT / "ltxspec").rglob("*.py"))
    inside = [path.relative_to(ROOT / "ltxspec") for path in sources if has_behaviour(path)]
    return {path.as_posix(): path.with_name(f"test_{path.name}").as_posix() for path in inside}


def test_every_source_module_has_its_test_module() -> None:
    missing = {source for source, test in expected_tests().items() if not (UNIT / test).is_file()}
    assert missing - TESTED_ELSEWHERE.keys() == set()


def test_the_list_of_exceptions_is_not_longer_than_it_must_be() -> None:
    missing = {source for source, test in expected_tests().items() if not (UNIT / test).is_file()}
    assert TESTED_ELSEWHERE.keys() - missing == set()


def test_every_unit_test_module_mirrors_a_source_module() -> None:
    sources = {path.relative_to(ROOT / "ltxspec") for path in (ROOT / "ltxspec").rglob("*.py")}
    tests = [path.relative_to(UNIT) for path in sorted(UNIT.rglob("test_*.py"))]
    strays = {test.as_posix() for test in tests if test.with_name(test.name.removeprefix("test_")) not in sources}
    assert strays == TESTS_OF_DATA.keys()


def test_tested_data_is_there() -> None:
    assert [folder for folder in TESTS_OF_DATA.values() if not any((ROOT / folder).rglob("*.json"))] == []


def test_tests_are_no_package() -> None:
    assert sorted((ROOT / "tests").rglob("__init__.py")) == []
