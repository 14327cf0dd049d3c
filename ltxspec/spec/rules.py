"""Rules for a spec beyond its structure: reserved parameters, variable names, one way to expand, moves."""

from collections.abc import Iterator

from ltxspec.spec.faults import Fault, Path
from ltxspec.spec.models import RESERVED_KEYS, SET_BY_LTXSPEC
from ltxspec.spec.names import as_variable, is_variable, own_name
from ltxspec.suggest import nearest, shown
from ltxspec.values import Json

_NOT_A_DEFAULT = {
    "model": "write `model:` at the top of the spec",
    "vars": "write `vars:` at the top of the spec",
    "labels": "write `labels:` in a shot or below `metadata`",
    "title": "write `title:` in a shot or below `metadata`",
    "expect": "write `expect:` at the top of the spec",
    "checks": "write `checks:` at the top of the spec",
}
_MATRIX_WORDS = ("include", "exclude")


def broken_rules(root: Json) -> list[Fault]:
    """Check a document; parts with the wrong structure are skipped, because they are reported elsewhere."""
    spec = _mapping(root)
    faults = [*_defaults(spec), *_variables(("vars",), spec.get("vars"))]
    takeovers: dict[str, str] = {}
    spec_name = _mapping(spec.get("metadata")).get("name")
    names: dict[str, str] = {}
    for name, shot in _mapping(spec.get("shots")).items():
        other = names.setdefault(name.casefold(), name)
        if other != name:
            message = f"{shown(name)} and {shown(other)} differ only in letter case: they share a file name"
            faults.append(Fault(("shots", name), "duplicate-shot", message, "give each shot its own name"))
        if isinstance(shot, dict):
            faults += [*_shot(("shots", name), shot), *_move(name, own_name(spec_name, shot.get("moved")), takeovers)]
    return faults


def _mapping(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _defaults(spec: dict[str, Json]) -> Iterator[Fault]:
    for key in _mapping(spec.get("defaults")):
        path: Path = ("defaults", key)
        if key in SET_BY_LTXSPEC:
            yield _set_by_ltxspec(path)
        elif key in RESERVED_KEYS:
            hint = _NOT_A_DEFAULT.get(key, f"write `{key}:` in each shot")
            yield Fault(path, "not-a-default", f"`{key}` cannot be a default: only request parameters can", hint)


def _set_by_ltxspec(path: Path) -> Fault:
    key = str(path[-1])
    return Fault(path, "set-by-ltxspec", f"`{key}` is set by ltxspec", SET_BY_LTXSPEC[key])


def _shot(path: Path, shot: dict[str, Json]) -> Iterator[Fault]:
    for key in shot:
        if key in SET_BY_LTXSPEC:
            yield _set_by_ltxspec((*path, key))
    if "prompt" not in shot and (hint := _meant(shot)) is not None:
        yield Fault(path, "missing-prompt", f"{shown(path[-1])} has no prompt", hint)
    if isinstance(shot.get("prompt"), str) and not shot["prompt"].strip():
        message = f"the prompt of {shown(path[-1])} is empty"
        yield Fault((*path, "prompt"), "missing-prompt", message, "write what the video shows below `prompt:`")
    if shot.get("matrix") is not None and shot.get("forEach") is not None:
        hint = "move the axes into the rows, or the rows into axes"
        yield Fault((*path, "forEach"), "two-expansions", "`matrix` and `forEach` cannot be combined", hint)
    yield from _variables((*path, "vars"), shot.get("vars"))
    matrix = _mapping(shot.get("matrix"))
    yield from _variables((*path, "matrix"), {key: axis for key, axis in matrix.items() if key not in _MATRIX_WORDS})
    if isinstance(shot.get("matrix"), dict) and matrix.keys() <= {"exclude"}:
        hint = "write at least one axis, as in `sky: [rain, fog]`"
        yield Fault((*path, "matrix"), "empty", f"`matrix` of {shown(path[-1])} has no axis", hint)


def _meant(shot: dict[str, Json]) -> str | None:
    """What to write in a shot that surely lacks a prompt; None if its model may do without."""
    near = nearest("prompt", [key for key in shot if key not in RESERVED_KEYS])
    if near:
        return f"did you mean `prompt` instead of {shown(near)}?"
    return None if shot else "write what the video shows below `prompt:`"


def _variables(path: Path, variables: Json) -> Iterator[Fault]:
    for name in _mapping(variables):
        if not is_variable(name):
            hint = f"use letters, digits and `_`, and no word of the template language: {shown(as_variable(name))}"
            yield Fault((*path, name), "bad-name", f"{shown(name)} cannot be the name of a variable", hint)


def _move(name: str, moved: Json, takeovers: dict[str, str]) -> Iterator[Fault]:
    """Check that a shot does not take over its own takes, and that no two shots take over the same."""
    if not isinstance(moved, str):
        return
    path: Path = ("shots", name, "moved")
    if moved == name:
        yield Fault(
            path, "moved", f"{shown(name)} cannot take over from itself", "write its earlier name", at_value=True
        )
    elif moved in takeovers:
        message = f"{shown(takeovers[moved])} already takes over from {shown(moved)}"
        yield Fault(path, "moved", message, "remove one of the two `moved:`", at_value=True)
    takeovers.setdefault(moved, name)
