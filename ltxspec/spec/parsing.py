"""Turns a document into a `Spec`, or reports every reason why that is impossible."""

from collections.abc import Callable, Mapping
from typing import Literal

from ltxspec.errors import Invalid, Problems
from ltxspec.spec.cuts import cut_texts, of_spec
from ltxspec.spec.document import Document, read_document
from ltxspec.spec.faults import Fault, Path
from ltxspec.spec.models import RESERVED_KEYS, SET_BY_LTXSPEC, Check, ForEach, Spec, SpecShot
from ltxspec.spec.names import own_name
from ltxspec.suggest import nearest
from ltxspec.values import Json

_NOT_PARAMETERS = RESERVED_KEYS | SET_BY_LTXSPEC.keys()

# Nothing else makes sense without these: a fault in one would cause a dozen others.
_VITAL = frozenset({"metadata", "model", "vars", "defaults", "shots"})
# A fault in one of these leaves a shot valid enough to be checked further.
_HARMLESS_IN_SHOT = frozenset({"title", "labels", "checks", "moved", "gate", "expect"}) | SET_BY_LTXSPEC.keys()


def parse_spec(
    text: str, file: str, problems: Problems, *, known_good: bool | Callable[[], bool] = False
) -> Spec | None:
    """Read the text of a spec.

    Args:
        text: the whole file.
        file: the path shown to users.
        problems: receives all problems of the structure.
        known_good: exactly these bytes were found valid before, so that the slow validation can be skipped; a function
            is called only if the document can be read.

    Returns:
        The spec without the shots that are too broken to continue with; None if the whole spec is. Either way
        `problems` has the reasons.
    """
    try:
        document = read_document(text, file)
    except Invalid as invalid:
        problems.extend(invalid.diagnostics)
        return None
    sound = known_good() if callable(known_good) else known_good
    faults = [] if sound else _judge(document, problems)
    if not sound:  # a spec with a warning is never remembered as good
        problems.extend(cut_texts(document, of_spec).values())
    if any(_is_fatal(fault) for fault in faults):
        return None
    return _spec(document, _spoiled_shots(faults))


def _judge(document: Document, problems: Problems) -> list[Fault]:
    """Find the faults of a document and report them in the order of the file."""
    from ltxspec.spec.rules import broken_rules
    from ltxspec.spec.wording import structural_faults

    faults = structural_faults(document.root)
    later = [fault for fault in faults if fault.path == ("apiVersion",) and fault.code == "unknown-version"]
    faults = later or [*faults, *broken_rules(document.root)]  # the rules of another version are unknown here
    placed = [(document.locate(fault.path, value=fault.at_value), fault) for fault in faults]
    for where, fault in sorted(placed, key=lambda pair: (pair[0].line, pair[0].column)):
        problems.error(fault.code, fault.message, where, fault.hint)
    return faults


def _is_fatal(fault: Fault) -> bool:
    """Whether the rest of the spec cannot be checked."""
    path = fault.path
    if len(path) > 1:
        return path == ("metadata", "name") and fault.code != "bad-name"
    if fault.code == "unknown-key":
        return nearest(str(path[0]), ("vars", "defaults", "model")) is not None
    return not path or path[0] in _VITAL or fault.code == "unknown-version"


def _spoiled_shots(faults: list[Fault]) -> set[str]:
    """Shots that cannot be checked further."""
    spoiled = set()
    for fault in faults:
        match fault.path:
            case ("shots", str() as name):
                spoiled.add(name)
            case ("shots", str() as name, part, *_) if part not in _HARMLESS_IN_SHOT and fault.code != "bad-name":
                spoiled.add(name)
    return spoiled


def _spec(document: Document, without: set[str]) -> Spec:
    root = document.root
    metadata = root["metadata"]
    return Spec(
        name=metadata["name"],
        document=document,
        model=root.get("model"),
        title=_text(metadata.get("title")),
        labels=_labels(metadata.get("labels")),
        vars=root.get("vars") or {},
        defaults=_parameters(root.get("defaults") or {}),
        checks=_checks(root.get("checks"), ("checks",)),
        expect=_expect(root.get("expect")),
        shots={
            name: _shot(name, shot, metadata["name"]) for name, shot in root["shots"].items() if name not in without
        },
    )


def _shot(name: str, shot: dict[str, Json], spec: str) -> SpecShot:
    prompt = shot.get("prompt")
    reserved = shot.keys() & _NOT_PARAMETERS
    parameters = shot.copy()
    for key in reserved:
        del parameters[key]
    if len(reserved) == 1 and isinstance(prompt, str):  # only a prompt, as in most shots of large specs
        return SpecShot(name, prompt, None, None, parameters=parameters)
    return SpecShot(
        name=name,
        prompt=prompt if isinstance(prompt, str) else None,
        prompt_file=prompt["file"] if isinstance(prompt, dict) else None,
        model=shot.get("model"),
        vars=shot.get("vars") or {},
        matrix=shot.get("matrix"),
        for_each=_for_each(shot.get("forEach")),
        moved=_text(own_name(spec, shot.get("moved"))),
        gate=shot.get("gate") is not None,
        title=_text(shot.get("title")),
        labels=_labels(shot.get("labels")),
        checks=_checks(shot.get("checks"), ("shots", name, "checks")),
        expect=_expect(shot.get("expect")),
        parameters=parameters,
    )


def _parameters(values: Mapping[str, Json]) -> dict[str, Json]:
    return {key: value for key, value in values.items() if key not in _NOT_PARAMETERS}


def _for_each(value: Json) -> ForEach | None:
    if value is None:
        return None
    if isinstance(value, list):
        return ForEach(items=value, file=None, key=None)
    return ForEach(
        items=value.get("items"),
        file=value.get("file"),
        key=value.get("key"),
        types=value.get("types") or {},
        delimiter="\t" if value.get("delimiter") == "tab" else value.get("delimiter"),
        encoding=value.get("encoding"),
    )


def _checks(value: Json, path: Path) -> tuple[Check, ...]:
    if not isinstance(value, list):
        return ()
    checks = (_check(check, (*path, number)) for number, check in enumerate(value))
    return tuple(check for check in checks if check is not None)


def _check(value: Json, path: Path) -> Check | None:
    """One check; None if it is invalid, which has been reported."""
    if not isinstance(value, dict) or not isinstance(value.get("assert"), str):
        return None
    severity: Literal["error", "warning"] = "warning" if value.get("severity") == "warning" else "error"
    return Check(value["assert"], _text(value.get("message")), severity, path)


def _expect(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _labels(value: Json) -> dict[str, str]:
    return {name: str(label) for name, label in value.items()} if isinstance(value, dict) else {}


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None
