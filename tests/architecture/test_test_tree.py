"""One test module for each source module, at the same path: `ltxspec/lock/codec.py` has `unit/lock/test_codec.py`."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "tests" / "unit"

# Source modules that have no unit test module, and where they are tested instead: a command is one call after another,
# so it is run as users run it. The list may only get shorter.
TESTED_ELSEWHERE: dict[str, str] = {
    "__main__.py": "acceptance/test_command_line.py",  # streams, exit codes: only a process shows them
    "cli/commands/animatic.py": "acceptance/test_command_animatic.py",
    "cli/commands/apply.py": "acceptance/test_command_apply.py",
    "cli/commands/archive.py": "acceptance/test_command_archive.py",
    "cli/commands/collect.py": "acceptance/test_command_collect.py",
    "cli/commands/completion.py": "acceptance/test_command_completion.py",
    "cli/commands/cost.py": "acceptance/test_command_cost.py",
    "cli/commands/doctor.py": "acceptance/test_command_doctor.py",
    "cli/commands/explain.py": "acceptance/test_command_explain.py",
    "cli/commands/export.py": "acceptance/test_openjd.py",
    "cli/commands/fmt.py": "acceptance/test_command_fmt.py",
    "cli/commands/approve.py": "acceptance/test_verdicts.py",
    "cli/commands/frame.py": "acceptance/test_command_frame.py",
    "cli/commands/graph.py": "acceptance/test_command_graph.py",
    "cli/commands/import_.py": "acceptance/test_command_import.py",
    "cli/commands/init.py": "acceptance/test_command_init.py",
    "cli/commands/label.py": "acceptance/test_command_label.py",
    "cli/commands/listen.py": "acceptance/test_listen.py",
    "cli/commands/models.py": "acceptance/test_command_models.py",
    "cli/commands/output.py": "acceptance/test_command_output.py",
    "cli/commands/pick.py": "acceptance/test_command_pick.py",
    "cli/commands/plan.py": "acceptance/test_command_plan.py",
    "cli/commands/previews.py": "acceptance/test_offline.py",
    "cli/commands/reject.py": "acceptance/test_verdicts.py",
    "cli/deciding.py": "acceptance/test_verdicts.py",
    "cli/commands/render.py": "acceptance/test_command_render.py",
    "cli/commands/sandbox.py": "acceptance/test_command_sandbox.py",
    "cli/commands/schema.py": "acceptance/test_command_schema.py",
    "cli/commands/show.py": "acceptance/test_command_show.py",
    "cli/commands/status.py": "acceptance/test_command_status.py",
    "cli/commands/validate.py": "acceptance/test_command_validate.py",
    "cli/commands/watch.py": "acceptance/test_command_watch.py",
    "cli/commands/whence.py": "acceptance/test_command_whence.py",
    "cli/commands/why.py": "acceptance/test_command_why.py",
    "project/animatic.py": "acceptance/test_command_animatic.py",
    "project/frame.py": "acceptance/test_command_frame.py",
    "project/migrating/migrate.py": "acceptance/test_init_from.py",  # the six are one command
    "project/migrating/fetch.py": "acceptance/test_init_from.py",
    "project/migrating/notes.py": "acceptance/test_init_from.py",
    "project/migrating/orders.py": "acceptance/test_init_from.py",
    "project/migrating/start.py": "acceptance/test_init_from.py",
    "project/migrating/videos.py": "acceptance/test_init_from.py",
    "project/watching/previews.py": "acceptance/test_command_watch.py",
    "project/graph.py": "acceptance/test_command_graph.py",
    "project/loopback.py": "acceptance/test_review_serve.py",  # the four are one server
    "project/storyboard/app.py": "acceptance/test_review_serve.py",
    "project/provenance.py": "acceptance/test_command_whence.py",
    "project/storyboard/desk.py": "acceptance/test_review_serve.py",
    "project/storyboard/serve.py": "acceptance/test_review_serve.py",
    "project/storyboard/importing.py": "acceptance/test_review_import.py",
    "project/take_video.py": "acceptance/test_command_frame.py",
    "project/verdicts.py": "acceptance/test_verdicts.py",
}

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


def test_what_is_tested_elsewhere_is_tested_there() -> None:
    places = {place: (ROOT / "tests" / place) for place in TESTED_ELSEWHERE.values()}
    assert [place for place, path in places.items() if not path.is_file()] == []
    unnamed = [
        source
        for source, place in TESTED_ELSEWHERE.items()
        if source.startswith("cli/commands/") and f'"{name_of(source)}"' not in places[place].read_text("utf-8")
    ]
    assert unnamed == []


def name_of(source: str) -> str:
    """`cli/commands/import_.py` -> `import`."""
    return Path(source).stem.rstrip("_")


def test_every_unit_test_module_mirrors_a_source_module() -> None:
    sources = {path.relative_to(ROOT / "ltxspec") for path in (ROOT / "ltxspec").rglob("*.py")}
    tests = [path.relative_to(UNIT) for path in sorted(UNIT.rglob("test_*.py"))]
    strays = {test.as_posix() for test in tests if test.with_name(test.name.removeprefix("test_")) not in sources}
    assert strays == TESTS_OF_DATA.keys()


def test_tested_data_is_there() -> None:
    assert [folder for folder in TESTS_OF_DATA.values() if not any((ROOT / folder).rglob("*.json"))] == []


def test_tests_are_no_package() -> None:
    assert sorted((ROOT / "tests").rglob("__init__.py")) == []
