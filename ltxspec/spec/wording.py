"""Turns pydantic's errors about a spec's structure into our own messages."""

import re

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from ltxspec.spec import expecting, structure
from ltxspec.spec.document import SPEC_NEEDS
from ltxspec.spec.encodings import ENCODINGS
from ltxspec.spec.faults import Fault, Path, found_value, spoken
from ltxspec.spec.names import SHOT_NAME_RULE, SPEC_NAME_RULE
from ltxspec.spec.readings import TYPES
from ltxspec.suggest import did_you_mean, shown
from ltxspec.values import Json

_LATER_VERSION = re.compile(r"ltxspec/v([2-9]|[1-9][0-9]+)")
_PROMPT = ("shots", "*", "prompt")
_REQUIRED = frozenset({("apiVersion",), ("kind",), ("metadata",), ("metadata", "name"), ("shots",), _PROMPT})
_EXPECT = "write `expect: {fps: 25, audio: true}`"
_LOUDNESS = "write `loudness: {min: -30, max: -9}`"
_CHECK = "write `- assert: duration <= 8`"

# What is expected at a path, if the type alone does not say it. `*` is any name or number.
_EXPECTED: dict[Path, str] = {
    ("shots",): "a mapping of names to shots",
    ("shots", "*"): "a mapping with a `prompt`",
    _PROMPT: "text or `{file: …}`",
    ("shots", "*", "matrix"): "a mapping of axes, each a list of values",
    ("shots", "*", "forEach"): "a list of rows, `{items: …}` or `{file: …}`",
}
_BY_TYPE = {
    "string_type": "text",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "list_type": "a list",
    "scalar_type": "a single value",
}
_HINTS: dict[Path, str] = {
    (): SPEC_NEEDS,
    ("apiVersion",): f"begin the file with `apiVersion: {structure.API_VERSION}`",
    ("kind",): f"write `kind: {structure.KIND}`",
    ("metadata",): "add `metadata: {name: …}`",
    ("metadata", "name"): "it names the spec and its lockfile, as in `name: night-scenes`",
    ("shots",): "name each shot: `shots: {alley: {prompt: …}}`",
    ("shots", "*"): "write at least `prompt:` below the name",
    (
        *_PROMPT,
        "file",
    ): "a prompt that contains `: ` goes in quotes, or below `|`; a file is `{file: prompts/alley.j2}`",
    ("shots", "*", "matrix"): "write at least one axis, as in `sky: [rain, fog]`",
    ("shots", "*", "matrix", "*"): "write the values as a list, as in `sky: [rain, fog]`",
    ("shots", "*", "forEach"): "for a file write `forEach: {file: data/rows.csv}`",
    ("shots", "*", "forEach", "*"): "a row is a mapping of names to values; for a plain list use `matrix`",
    ("shots", "*", "checks"): _CHECK,
    ("shots", "*", "checks", "*"): _CHECK,
    ("checks",): _CHECK,
    ("checks", "*"): _CHECK,
    ("expect",): _EXPECT,
    ("shots", "*", "expect"): _EXPECT,
    ("expect", "loudness"): _LOUDNESS,
    ("shots", "*", "expect", "loudness"): _LOUDNESS,
}
_QUOTE_IT = "a text that contains `: ` goes in quotes, or below `|`"
_FEW = 4  # words that a message lists
_WORDS: dict[Path, list[str]] = {
    ("kind",): [structure.KIND],
    ("shots", "*", "gate"): ["approval"],
    ("shots", "*", "forEach", "delimiter"): [",", ";", "tab"],
    ("shots", "*", "forEach", "encoding"): [*ENCODINGS],
}
_PARTS: dict[Path, type[BaseModel]] = {
    (): structure.SpecPart,
    ("metadata",): structure.Metadata,
    ("checks", "*"): structure.CheckPart,
    ("shots", "*", "checks", "*"): structure.CheckPart,
    _PROMPT: structure.PromptFile,
    ("expect",): expecting.ExpectPart,
    ("expect", "loudness"): expecting.LoudnessPart,
    ("shots", "*", "expect"): expecting.ExpectPart,
    ("shots", "*", "expect", "loudness"): expecting.LoudnessPart,
    ("shots", "*", "forEach"): structure.RowsFile,
}
_BAD_NAMES: dict[Path, tuple[str, str]] = {
    ("metadata", "name"): ("cannot name a spec", SPEC_NAME_RULE),
    ("shots", "*"): ("cannot name a shot", SHOT_NAME_RULE),
    ("shots", "*", "moved"): (
        "is neither a shot nor an instance",
        "write the earlier name: `alley` or `weather[rain,dusk]`",
    ),
}


def structural_faults(root: Json) -> list[Fault]:
    """Check the structure of a whole document."""
    return [_fault(error) for error in structure.structural_errors(root)]


def _fault(error: ErrorDetails) -> Fault:
    path = tuple(step for step in error["loc"] if step not in structure.FORMS)
    if path[-1:] == ("[key]",):
        path = path[:-1]
    kind, value = error["type"], error["input"]
    if kind == "missing" or (value is None and _pattern(path) in _REQUIRED):
        return _missing(path, "missing" if kind == "missing" else "empty")
    if kind == "extra_forbidden":
        return _unknown_key(path)
    if kind == "string_pattern_mismatch":
        problem, rule = _BAD_NAMES[_pattern(path)]
        return Fault(path, "bad-name", f"{shown(value)} {problem}", rule, at_value=_pattern(path) != ("shots", "*"))
    if kind == "literal_error":
        return _unknown_word(path, value)
    if kind in ("too_short", "string_too_short"):
        return Fault(path, "empty", f"`{spoken(path)}` is empty", _hint(path))
    return _wrong_type(path, kind, value)


def _pattern(path: Path) -> Path:
    """The path with `*` for user-defined names and positions, so that one table entry covers every shot."""
    steps: list[str | int] = ["*" if isinstance(step, int) else step for step in path]
    if steps[:1] == ["shots"]:
        steps[1:2] = ["*"] * len(steps[1:2])
        if steps[2:3] == ["matrix"] and steps[3:4] not in (["include"], ["exclude"]):
            steps[3:4] = ["*"] * len(steps[3:4])
    return tuple(steps)


def _hint(path: Path) -> str | None:
    return _HINTS.get(_pattern(path))


def _missing(path: Path, what: str) -> Fault:
    if _pattern(path) != _PROMPT:
        return Fault(path, "missing", f"`{spoken(path)}` is {what}", _hint(path))
    hint = "write what the video shows below `prompt:`"
    return Fault(path, "missing-prompt", f"{shown(path[1])} has no prompt", hint)


def _unknown_key(path: Path) -> Fault:
    key, parent = str(path[-1]), path[:-1]
    known = [field.alias or name for name, field in _PARTS[_pattern(parent)].model_fields.items()]
    hint = did_you_mean(key, known)
    if _pattern(parent) == _PROMPT and " " in key:
        hint = hint or _QUOTE_IT
    if hint is None and not parent:
        is_for_shots = key in structure.ShotPart.model_fields
        hint = f"`{key}` belongs to a shot" if is_for_shots else "request parameters go below `defaults` or into a shot"
    hint = hint or f"known here: {', '.join(f'`{name}`' for name in known)}"
    where = f" in `{spoken(parent)}`" if parent else ""
    return Fault(path, "unknown-key", f"unknown key {shown(key)}{where}", hint)


def _unknown_word(path: Path, value: Json) -> Fault:
    if path == ("apiVersion",):
        return _unknown_version(value)
    known = list(TYPES) if "types" in path[-2:] else _WORDS.get(_pattern(path), ["error", "warning"])
    quoted = [f"`{word}`" for word in known]
    choice = f"{', '.join(quoted[:-1])} or {quoted[-1]}" if len(quoted) > 1 else quoted[0]
    choice = choice if len(known) <= _FEW else "the name of a known encoding"
    near = did_you_mean(value, known) if isinstance(value, str) else None
    if near is None and len(known) > _FEW:
        near = f"write one of {', '.join(quoted)}"
    message = f"`{spoken(path)}` must be {choice}, not {found_value(value)}"
    return Fault(path, "wrong-value", message, near, at_value=True)


def _unknown_version(value: Json) -> Fault:
    if isinstance(value, str) and _LATER_VERSION.fullmatch(value):
        message = f"this spec needs a newer ltxspec: its apiVersion is {shown(value)}"
        hint = f"upgrade ltxspec; this one reads `{structure.API_VERSION}`"
    else:
        message = f"unknown apiVersion {found_value(value).removeprefix('the number ')}"
        near = did_you_mean(value, [structure.API_VERSION]) if isinstance(value, str) else None
        hint = near or f"write `apiVersion: {structure.API_VERSION}`"
    return Fault(("apiVersion",), "unknown-version", message, hint, at_value=True)


def _wrong_type(path: Path, kind: str, value: Json) -> Fault:
    expected = _EXPECTED.get(_pattern(path)) or _BY_TYPE.get(kind, "something else")
    name = f"`{spoken(path)}`" if path else "a spec"
    hint = _hint(path)
    if path == ("shots",) and isinstance(value, list):
        hint = "name each shot instead of listing it: `alley: {prompt: …}` instead of `- name: alley`"
    if expected.startswith("text") and isinstance(value, bool | int | float):
        hint = "put it in quotes"
    elif expected.startswith("text") and isinstance(value, dict):
        hint = hint or _QUOTE_IT
    return Fault(
        path, "wrong-type", f"{name} must be {expected}, not {found_value(value)}", hint, at_value=value is not None
    )
