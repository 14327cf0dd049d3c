"""Every code that ltxspec reports is explained, and no other is: the source is read for the places that take a code."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import orjson
import pytest

from ltxspec.plan.actions import Reason
from ltxspec.report.explanations.reading import explanations

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "ltxspec"
CODE = re.compile(r"[a-z]+(-[a-z]+)*")
PROVIDERS = PACKAGE / "providers"  # where `code` is a code of the service, in its own form
FILMS = PACKAGE / "media"  # where it is a time code
COLLECTORS = {"error": "problems", "warn": "problems", "add": "findings"}  # method -> what its owner's name ends with

# Codes of the service in a place of ours.
OF_THE_SERVICE = {"unauthorized"}

# Codes of warnings with which `apply` refuses.
REFUSED_LATER = {"moved-in-progress"}


@dataclass(frozen=True)
class Raised:
    """A code at one place of the source; the severity is None where it is decided elsewhere."""

    code: str
    severity: str | None
    place: str


@dataclass(frozen=True)
class Module:
    """What of a module matters here."""

    tree: ast.Module
    calls: tuple[ast.Call, ...]
    classes: tuple[ast.ClassDef, ...]

    @classmethod
    def of(cls, source: str) -> "Module":
        tree = ast.parse(source)
        nodes = list(ast.walk(tree))
        calls = tuple(node for node in nodes if isinstance(node, ast.Call))
        return cls(tree, calls, tuple(node for node in nodes if isinstance(node, ast.ClassDef)))


@cache
def modules() -> dict[Path, Module]:
    return {path: Module.of(path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}


def named(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def fields(kind: ast.ClassDef) -> list[str]:
    """What the constructor of a record takes, in order."""
    own = [part for part in kind.body if isinstance(part, ast.AnnAssign) and "ClassVar" not in ast.unparse(part)]
    return [part.target.id for part in own if isinstance(part.target, ast.Name)]


@cache
def takers() -> dict[str, int | None]:
    """Functions and classes with a parameter `code`, and its position; None if it is given by name only."""
    found: dict[str, int | None] = {}
    for path, module in modules().items():
        if {PROVIDERS, FILMS} & {*path.parents}:
            continue
        for kind in module.classes:
            if "code" in fields(kind):
                found[kind.name] = fields(kind).index("code")
            found.update({kind.name if name == "__init__" else name: at for name, at in parameters(kind)})
        for name, at in parameters(module.tree):
            found[f"{path.stem}.{name}" if name.startswith("_") else name] = at  # a private one is of its module only
    return found


def taker(call: ast.Call, path: Path, module: Module) -> str | None:
    """The name of a taker in `takers`; None if the call is of something else, also of a class of the same name."""
    name = named(call.func)
    if any(kind.name == name and "code" not in ast.unparse(kind) for kind in module.classes):
        return None
    return next((one for one in (name, f"{path.stem}.{name}") if one in takers()), None)


def parameters(node: ast.ClassDef | ast.Module) -> Iterator[tuple[str, int | None]]:
    for part in node.body:
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            own = {one.arg: one for one in (*part.args.args, *part.args.kwonlyargs) if one.arg != "self"}
            if "code" in own and "str" in ast.unparse(own["code"]):  # an exit code is a number
                at = list(own).index("code")
                yield part.name, None if own["code"] in part.args.kwonlyargs else at


def constants(tree: ast.Module) -> dict[str, str]:
    return {
        target.id: part.value.value
        for part in tree.body
        if isinstance(part, ast.Assign) and isinstance(part.value, ast.Constant) and isinstance(part.value.value, str)
        for target in part.targets
        if isinstance(target, ast.Name)
    }


@cache
def imported_constants() -> dict[str, str]:
    return {name: value for one in modules().values() for name, value in constants(one.tree).items() if name[0] != "_"}


def values(given: ast.expr, own: dict[str, str]) -> Iterator[str | None]:
    """The codes that an argument may be; nothing if it is passed on, None if the source does not show it."""
    match given:
        case ast.Constant(str(value)):
            yield value
        case ast.IfExp(_, one, other):
            yield from values(one, own)
            yield from values(other, own)
        case ast.Name(name) if name in own or name in imported_constants():
            yield own.get(name) or imported_constants()[name]
        case ast.Attribute(ast.Attribute(ast.Name("Reason"), member), "value"):
            yield Reason[member].value
        case ast.Attribute(_, "code" | "provider_code") | ast.Name("code") | ast.Constant(None):
            return
        case ast.BoolOp(_, parts) | ast.Call(ast.Attribute(_, "get"), [_, *parts]):  # `error.code or "unknown"`
            for part in parts:
                yield from values(part, own)
        case _:
            yield None


def argument(call: ast.Call, position: int | None) -> ast.expr | None:
    by_name = next((one.value for one in call.keywords if one.arg == "code"), None)
    return by_name or (call.args[position] if position is not None and len(call.args) > position else None)


def is_collector(call: ast.Call) -> bool:
    """Whether a call of `error`, `warn` or `add` is one that collects problems, and no other of that name."""
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    return owner is not None and ast.unparse(owner).endswith(COLLECTORS[named(call.func)])


def severity_of(call: ast.Call) -> str | None:
    match named(call.func), call.args:
        case (("Diagnostic" | "add"), [ast.Constant(str(severity)), *_]):
            return severity
        case "warn", _:
            return "warning"
        case (("error" | "Refused"), _):
            return "error"
    return None


def in_calls(path: Path, module: Module) -> Iterator[Raised]:
    own = constants(module.tree)
    for node in module.calls:
        if (name := taker(node, path, module)) is None:
            continue
        given = argument(node, takers()[name])
        if given is None or (name in COLLECTORS and not is_collector(node)):
            continue
        place = f"{path.relative_to(ROOT)}:{node.lineno}"
        for code in values(given, own):
            assert code is not None, f"{place}: the source does not show the code: `{ast.unparse(given)}`"
            yield Raised(code, severity_of(node), place)


def in_classes(path: Path, module: Module, used: set[str]) -> Iterator[Raised]:
    """The codes of errors that are raised somewhere; a class that only others derive from reports none."""
    for kind in module.classes:
        for part in kind.body if kind.name in used else ():
            match part:
                case ast.Assign([ast.Name("code")], ast.Constant(str(code))):
                    yield Raised(code, "error", f"{path.relative_to(ROOT)}:{part.lineno}")


def in_templates(path: Path, module: Module) -> Iterator[Raised]:
    """What functions return that turn an error of the template language into a meaning: the code comes first."""
    for function in module.tree.body:
        if isinstance(function, ast.FunctionDef) and ast.unparse(function.returns or ast.Constant(None)) == "Meaning":
            for node in ast.walk(function):
                if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
                    for code in values(node.value.elts[0], {}):
                        yield Raised(str(code), "error", f"{path.relative_to(ROOT)}:{node.lineno}")


def in_models() -> Iterator[Raised]:
    """The codes that model files give to their own rules."""
    for path in sorted((ROOT / "schemas" / "models").glob("*.json")):
        nodes = [orjson.loads(path.read_bytes())]
        while nodes:
            node = nodes.pop()
            if isinstance(node, dict) and "x-problem" in node and "code" in node["x-problem"]:
                yield Raised(node["x-problem"]["code"], "error", path.name)
            nodes += node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()


@cache
def raised() -> tuple[Raised, ...]:
    used = {named(call.func) for module in modules().values() for call in module.calls}
    found = [*in_models()]
    for path, module in modules().items():
        found += in_classes(path, module, used)
        if PROVIDERS not in path.parents:
            found += [*in_calls(path, module), *in_templates(path, module)]
    return tuple(one for one in found if one.code not in OF_THE_SERVICE)


def test_every_code_that_is_reported_is_explained() -> None:
    assert [one for one in raised() if one.code not in explanations()] == []


def test_every_explained_code_is_reported() -> None:
    assert explanations().keys() - {one.code for one in raised()} == set()


def test_codes_have_one_form() -> None:
    assert [code for code in explanations() if not CODE.fullmatch(code)] == []


def test_what_is_explained_as_a_warning_is_one() -> None:
    warnings = {one.code for one in explanations().values() if one.severity == "warning"}
    assert [one for one in raised() if one.code in warnings and one.severity == "error"] == []
    severities = {code: {one.severity for one in raised() if one.code == code} for code in explanations()}
    assert {code for code, found in severities.items() if found == {"warning"}} - REFUSED_LATER <= warnings


def test_no_error_is_raised_without_a_code_of_its_kind() -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path, module in modules().items()
        for call in module.calls
        if named(call.func) == "LtxspecError"
    ]
    assert bare == []


@pytest.mark.parametrize(
    "source",
    [
        'problems.error("no-such-code", "wrong")',
        'self.findings.add("warning", "no-such-code", "odd")',
        'Diagnostic("warning", "no-such-code", "odd")',
        'raise Refused("no-such-code", "no")',
        'MINE = "no-such-code"\nraise Refused(MINE, "no")',
        'abandon(run, "why", code="no-such-code")',
        'Refused("unknown" if a else "no-such-code", "no")',
    ],
)
def test_a_code_in_any_of_these_places_would_be_noticed(source: str) -> None:
    found = {one.code for one in in_calls(PACKAGE / "new.py", Module.of(source))}
    assert "no-such-code" in found


def test_a_code_that_is_computed_would_be_noticed() -> None:
    with pytest.raises(AssertionError, match="does not show the code"):
        list(in_calls(PACKAGE / "new.py", Module.of('Refused(f"no-{kind}", "no")')))
