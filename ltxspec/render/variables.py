"""The variables of a spec and its shots: literal overrides, and texts rendered in the order written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ltxspec.render.findings import Findings
from ltxspec.render.template_problem import suggestion
from ltxspec.render.texts import FAILED, Scope, Texts
from ltxspec.spec.models import Instance, Spec
from ltxspec.values import Json

_WHOLE = re.compile(r"[-+]?[0-9]{1,15}")
_NUMBER = re.compile(r"[-+]?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Variables:
    """Variables by name; `broken` are those that could not be rendered."""

    values: Mapping[str, Json]
    broken: frozenset[str] = frozenset()


def spec_variables(spec: Spec, overrides: Mapping[str, Json], texts: Texts, findings: Findings) -> Variables:
    """The variables of a spec; a text with tags may use those before it.

    Args:
        spec: the spec.
        overrides: from the command line, used literally; a text is read as the type of the value it replaces.
        texts: renders the texts.
        findings: receives problems with the overrides.
    """
    given = _overrides(spec, overrides, findings)
    variables: dict[str, Json] = {}
    broken: frozenset[str] = frozenset()
    for name, value in spec.vars.items():
        result = given[name] if name in given else texts.value(value, Scope(variables, None, broken), ("vars", name))
        if result is FAILED:
            broken |= {name}
        else:
            variables[name] = result
    return Variables(variables, broken)


def instance_variables(instance: Instance, inherited: Variables, texts: Texts) -> Variables:
    """The variables of an instance.

    Its own (matrix values, a row) take precedence over the shot's, which take precedence over the spec's. A text of the
    shot may use all of them except later ones of the shot. Rows are data: tags in them are not rendered.
    """
    shot = instance.shot
    variables = {**inherited.values, **instance.variables}
    broken = inherited.broken - instance.variables.keys() - shot.vars.keys()
    for name, value in shot.vars.items():
        if name in instance.variables:
            continue
        result = texts.value(value, Scope(variables, instance.key, broken), ("shots", shot.name, "vars", name))
        if result is FAILED:
            variables.pop(name, None)
            broken |= {name}
        else:
            variables[name] = result
    return Variables(variables, broken)


def _overrides(spec: Spec, overrides: Mapping[str, Json], findings: Findings) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for name, value in overrides.items():
        if name not in spec.vars:
            hint = suggestion(name, spec.vars, "the variables are") or "declare it under `vars:` first"
            findings.add(
                "error", "unknown-variable", f"spec `{spec.name}` has no variable `{name}` to override", None, hint
            )
            continue
        read = _read(value, spec.vars[name]) if isinstance(value, str) else value
        if read is None and value is not None:
            message = f"`{name}` must be {_KINDS[type(spec.vars[name])]} as in spec `{spec.name}`, not `{value}`"
            findings.add("error", "wrong-variable", message, None)
        else:
            found[name] = read
    return found


_KINDS = {bool: "`true` or `false`", int: "a whole number", float: "a number"}


def _read(text: str, replaced: Json) -> Json:
    """A text from the command line as the type of the value it replaces; None if it cannot be read so."""
    if isinstance(replaced, bool):
        return _BOOLEANS.get(text.strip().lower())
    if isinstance(replaced, int):
        return int(text) if _WHOLE.fullmatch(text.strip()) else None
    if isinstance(replaced, float):
        return float(text) if _NUMBER.fullmatch(text.strip()) else None
    return text
