"""Reads the explanations of errors, and finds the one of a code."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ltxspec.errors import Severity, WrongUsage
from ltxspec.suggest import did_you_mean, shown

# The files, in the order in which a reader meets their subjects.
GROUPS = (
    "specs",
    "tables",
    "prompts",
    "parameters",
    "media",
    "references",
    "plans",
    "money",
    "provider",
    "records",
    "reviews",
    "teams",
    "general",
)
_AS_SHOWN = re.compile(r"(?:error|warning)?\[(?P<code>[^\]]+)\]:?")
_FOREIGN = re.compile(r"[a-z]+[A-Z]\w*")


class UnknownCode(WrongUsage):
    """No error has this code."""

    code = "unknown-code"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one code means.

    Attributes:
        code: the code, as messages and JSON show it.
        group: the title of the subject that it belongs to.
        severity: `warning` if it never prevents anything, else `error`.
        summary: what is wrong, in a few words without a full stop.
        cause: why it happens; each paragraph is one line, and an empty line separates them.
        example: what leads to it.
        language: the language of the example; `console` for commands, each after `$ `.
        cure: what to do.
    """

    code: str
    group: str
    severity: Severity
    summary: str
    cause: str
    example: str
    language: str
    cure: str


@cache
def explanations() -> Mapping[str, Explanation]:
    """All explanations by code, in the order of `GROUPS` and of their files."""
    found: dict[str, Explanation] = {}
    for name in GROUPS:
        document = tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text("utf-8"))
        title = document.pop("title")
        found.update({code: _explanation(code, title, entry) for code, entry in document.items()})
    return found


def _explanation(code: str, group: str, entry: Mapping[str, Any]) -> Explanation:
    return Explanation(
        code=code,
        group=group,
        severity="warning" if entry.get("warning", False) else "error",
        summary=entry["summary"],
        cause=_paragraphs(entry["cause"]),
        example=entry["example"].strip("\n"),
        language=entry.get("language", "yaml"),
        cure=_paragraphs(entry["cure"]),
    )


def _paragraphs(text: str) -> str:
    """Each paragraph on one line: the reader's width decides where lines end."""
    return "\n\n".join(" ".join(part.split()) for part in text.strip().split("\n\n"))


def explain(text: str) -> Explanation:
    """The explanation of a code, written as it is or as messages show it: `error[unknown-key]`.

    Raises:
        UnknownCode: there is none; the hint has a similar code.
    """
    match = _AS_SHOWN.match(text.strip())
    code = match["code"] if match else text.strip()
    known = explanations()
    found = known.get(code.lower().replace("_", "-"))
    if found is not None:
        return found
    hint = "`ltxspec explain` lists every code"
    if _FOREIGN.fullmatch(code):
        hint = f"it reads like a code of the provider, which the provider documents; {hint}"
    raise UnknownCode(f"no error has the code {shown(code)}", hint=did_you_mean(code, known) or hint)
