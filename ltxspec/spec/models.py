"""Spec version 1 as frozen values, in the order a user writes them.

Keys that the format does not reserve are request parameters under the provider's own names; they are checked against
the model's JSON Schema (see `ltxspec.catalog`), never here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ltxspec.errors import Location
from ltxspec.spec.document import Document
from ltxspec.values import Json

RESERVED_KEYS = frozenset(
    {"prompt", "vars", "matrix", "forEach", "moved", "gate", "title", "labels", "checks", "model", "expect"}
)

# Set by ltxspec in every order; each maps to what the user should write instead.
SET_BY_LTXSPEC: Mapping[str, str] = {
    "positivePrompt": "write `prompt:`; its rendered, stripped text becomes positivePrompt",
    "taskType": "remove it; the model decides the task type",
    "taskUUID": "remove it; the task's id is derived from the request",
    "deliveryMethod": "remove it; ltxspec always orders asynchronously",
    "outputType": "remove it; ltxspec always asks for a URL",
    "includeCost": "remove it; ltxspec always asks for the cost",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One assertion over the request: a Jinja expression that must be true."""

    assertion: str
    message: str | None
    severity: Literal["error", "warning"]
    path: tuple[str | int, ...]  # its path in the document


@dataclass(frozen=True, slots=True)
class ForEach:
    """Rows that expand a shot: inline `items` or a `file` (CSV, JSON, YAML); `key` names the identifying column."""

    items: Sequence[Mapping[str, Json]] | None
    file: str | None
    key: str | None
    types: Mapping[str, str] = field(default_factory=dict)  # column -> `boolean`, `integer`, `number` or `text`
    delimiter: str | None = None  # of a CSV file: `,`, `;` or a tab
    encoding: str | None = None  # of a CSV file


@dataclass(frozen=True, slots=True)
class SpecShot:
    """One entry under `shots`, before expansion."""

    name: str
    prompt: str | None  # inline template text
    prompt_file: str | None  # or the file that holds it; a shot of a model without prompts has neither
    model: str | None  # overrides the spec's
    vars: Mapping[str, Json] = field(default_factory=dict)
    matrix: Mapping[str, Json] | None = None  # axes plus `include` and `exclude`, as written
    for_each: ForEach | None = None
    moved: str | None = None
    gate: bool = False  # whether an approval is needed before other shots may begin with its takes
    title: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    checks: Sequence[Check] = ()
    expect: Mapping[str, Json] = field(default_factory=dict)  # of the finished video, as written
    parameters: Mapping[str, Json] = field(default_factory=dict)  # as written: templates not yet rendered

    @property
    def has_prompt(self) -> bool:
        """Whether a prompt is written for it."""
        return self.prompt is not None or self.prompt_file is not None


@dataclass(frozen=True, slots=True)
class Spec:
    """One spec file that was read and is structurally valid."""

    name: str
    document: Document  # for places in error messages; `document.source.file` is the path shown to users
    model: str | None = None
    title: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    vars: Mapping[str, Json] = field(default_factory=dict)
    defaults: Mapping[str, Json] = field(default_factory=dict)
    checks: Sequence[Check] = ()
    expect: Mapping[str, Json] = field(default_factory=dict)  # of every finished video, as written
    shots: Mapping[str, SpecShot] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Instance:
    """One shot after `matrix` or `forEach`, which becomes one request.

    `key` is the lockfile key (`alley`, `weather[rain,dusk]`); `variables` are the instance's own (matrix values or the
    row), which override the shot's and the spec's `vars`. `spaced` are those that earlier versions read otherwise: the
    cells of a table with spaces around them, as written. `row` finds the row in a file, if it is from one.
    """

    shot: SpecShot
    key: str
    variables: Mapping[str, Json]
    spaced: Mapping[str, str] = field(default_factory=dict)
    row: Callable[[], Location] | None = field(default=None, compare=False, repr=False)
