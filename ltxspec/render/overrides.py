"""Values for variables from the command line: each must be of the kind of the value it replaces.

The value of an option is text. For a variable that is text it is used as it is; for any other it is read as YAML, as
the spec itself is. Nothing is converted beyond that: a list stays a list, a text is never taken for one.
"""

from collections.abc import Mapping
from typing import Final

from ltxspec.errors import Diagnostic, Invalid, Location
from ltxspec.render.findings import Findings
from ltxspec.render.template_problem import suggestion
from ltxspec.spec.document import read_document
from ltxspec.spec.faults import found_value
from ltxspec.spec.models import Spec
from ltxspec.suggest import shown
from ltxspec.values import Json, control_in


class Overrides(dict[str, Json]):
    """Values of variables by name. Those with a place come from a file, perhaps with warnings; others are options."""

    def __init__(self, values: Mapping[str, Json] | None = None) -> None:
        super().__init__(values or {})
        self.places: dict[str, Location] = {}
        self.warnings: dict[str, list[Diagnostic]] = {}


_UNREADABLE: Final = object()
_KINDS: Mapping[type, str] = {
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "a mapping",
}
_EXAMPLES: Mapping[str, str] = {
    "text": '"8"',
    "true or false": "true",
    "a number": "8",
    "a list": "[red, blue]",
    "a mapping": "{name: Cup}",
}


def accepted(spec: Spec, overrides: Mapping[str, Json], findings: Findings) -> dict[str, Json]:
    """The values for variables of this spec; those of another kind, or of no variable, are reported."""
    places = overrides.places if isinstance(overrides, Overrides) else {}
    found: dict[str, Json] = {}
    for name, value in overrides.items():
        if name not in spec.vars:
            hint = suggestion(name, spec.vars, "the variables are") or "declare it under `vars:` first"
            message = f"spec `{spec.name}` has no variable `{name}` to override"
            findings.add("error", "unknown-variable", message, places.get(name), hint)
            continue
        read = value if name in places else _read(value, spec.vars[name])
        for warning in overrides.warnings.get(name, ()) if isinstance(overrides, Overrides) else ():
            findings.note(warning)
        problem = _problem(spec, name, value, read, places.get(name))
        if problem is None:
            found[name] = read
        else:
            findings.note(problem)
    return found


def _read(value: Json, replaced: Json) -> Json:
    """The value of an option as YAML, where the variable is not text; a number stays a fraction where it was one."""
    if not isinstance(value, str) or isinstance(replaced, str) or replaced is None:
        return value
    try:
        read = read_document(value, "").root
    except Invalid:
        return _UNREADABLE
    is_fraction = isinstance(replaced, float) and isinstance(read, int) and not isinstance(read, bool)
    return float(read) if is_fraction else read


def _problem(spec: Spec, name: str, given: Json, read: Json, place: Location | None) -> Diagnostic | None:
    """What is wrong with a value: its kind, or a control character in it. A variable that is null takes any kind."""
    option = f"`--var {name}`" if place is None else f"{shown(name)} in `{place.file}`"
    wanted = _KINDS.get(type(spec.vars[name]))
    if wanted is not None and wanted != _KINDS.get(type(read)):
        was = shown(given) if read is _UNREADABLE else "null" if read is None else found_value(read)
        message = f"{option} must be {wanted}, as `{name}` is in spec `{spec.name}`, not {was}"
        example = _EXAMPLES[wanted]
        hint = f"write `--var '{name}={example}'`" if place is None else f"write `{name}: {example}`"
        return Diagnostic("error", "wrong-variable", message, place, hint)
    if (control := control_in(read)) is not None:
        message = f"{option} holds the control character {control}"
        return Diagnostic("error", "control-character", message, place, "remove it")
    return None
