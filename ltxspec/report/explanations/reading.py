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
_SERVICE = "service"  # the file about codes that the provider gives, by their kinds
_AS_SHOWN = re.compile(r"(?:error|warning)?\[(?P<code>[^\]]+)\]:?")


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
    return {code: one for name in GROUPS for code, one in _read(name).items()}


def _read(name: str, language: str = "yaml") -> dict[str, Explanation]:
    document = tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text("utf-8"))
    title = document.pop("title")
    return {code: _explanation(code, title, {"language": language, **entry}) for code, entry in document.items()}


@cache
def kinds_of_the_service() -> Mapping[str, Explanation]:
    """What the codes of the provider mean, by kind; the example of each is one such code."""
    return _read(_SERVICE, "text")


def _explanation(code: str, group: str, entry: Mapping[str, Any]) -> Explanation:
    return Explanation(
        code=code,
        group=group,
        severity="warning" if entry.get("warning", False) else "error",
        summary=entry["summary"],
        cause=_paragraphs(entry["cause"]),
        example=entry["example"].strip("\n"),
        language=entry["language"],
        cure=_paragraphs(entry["cure"]),
    )


def _paragraphs(text: str) -> str:
    """Each paragraph on one line: the reader's width decides where lines end."""
    return "\n\n".join(" ".join(part.split()) for part in text.strip().split("\n\n"))


def plain_code(text: str) -> str:
    """The code alone, of a text such as `error[unknown-key]: …`."""
    match = _AS_SHOWN.match(text.strip())
    return match["code"] if match else text.strip()


def explain(text: str) -> Explanation:
    """The explanation of a code, written as it is or as messages show it: `error[unknown-key]`.

    Raises:
        UnknownCode: there is none; the hint has a similar code.
    """
    code = plain_code(text)
    known = explanations()
    found = known.get(code.lower().replace("_", "-"))
    if found is not None:
        return found
    hint = did_you_mean(code, known) or "`ltxspec explain` lists every code"
    raise UnknownCode(f"no error has the code {shown(code)}", hint=hint)
