"""The variables of a spec and its shots: literal overrides, and texts rendered in the order written."""

from collections.abc import Mapping
from dataclasses import dataclass

from ltxspec.render.findings import Findings
from ltxspec.render.overrides import accepted
from ltxspec.render.texts import FAILED, Scope, Texts
from ltxspec.spec.models import Instance, Spec
from ltxspec.values import Json


@dataclass(frozen=True, slots=True)
class Variables:
    """Variables by name; `broken` are those that could not be rendered."""

    values: Mapping[str, Json]
    broken: frozenset[str] = frozenset()


def spec_variables(spec: Spec, overrides: Mapping[str, Json], texts: Texts, findings: Findings) -> Variables:
    """The variables of a spec; a text with tags may use those before it.

    Args:
        spec: the spec.
        overrides: from the command line, each of the kind of the value it replaces.
        texts: renders the texts.
        findings: receives problems with the overrides.
    """
    given = accepted(spec, overrides, findings)
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
