"""A project in memory for the tests of rendering: its files, the real models, and one call that renders a spec."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from ltxspec.canonical import sha256_hex
from ltxspec.catalog.models import Catalog, Model, load_catalog
from ltxspec.errors import Diagnostic, Problems
from ltxspec.render.context import RenderContext
from ltxspec.render.findings import Findings
from ltxspec.render.models import RenderedSpec, Request
from ltxspec.render.parameter_sets import KnownGood
from ltxspec.render.places import Places
from ltxspec.render.request_media import MediaLooks
from ltxspec.render.requests import render_spec
from ltxspec.render.templating import Templates
from ltxspec.render.texts import Texts
from ltxspec.spec.files import FileProblem
from ltxspec.spec.models import Spec
from ltxspec.spec.parsing import parse_spec

MODELS = Path(__file__).parents[3] / "schemas" / "models"
SPEC_FILE = "specs/test.yaml"
PRO = "lightricks:2@0"

HEAD = f"""\
apiVersion: ltxspec/v1
kind: RenderSpec
metadata: {{name: test}}
model: {PRO}
"""
SIZE = "defaults: {width: 1920, height: 1080}\n"


class MemoryFiles:
    """Project files from a mapping of paths (from the project's root) to texts; counts what is hashed."""

    def __init__(self, texts: Mapping[str, str] | None = None) -> None:
        self.texts = dict(texts or {})
        self.hashed: list[str] = []

    def resolve(self, path: str, *, beside: str) -> str:
        if path.startswith(("/", "..")):
            raise FileProblem(f"`{path}` is outside the project")
        folder = beside.rpartition("/")[0]
        for candidate in (f"{folder}/{path}".removeprefix("/"), path):
            if candidate in self.texts:
                return candidate
        raise FileProblem(f"`{path}` does not exist", hint=f"looked beside `{beside}`")

    def read_text(self, path: str, *, beside: str, encoding: str | None = None) -> str:
        del encoding
        return self.texts[self.resolve(path, beside=beside)]

    def sha256(self, path: str, *, beside: str) -> str:
        found = self.resolve(path, beside=beside)
        self.hashed.append(found)
        return f"sha256:{sha256_hex(self.texts[found].encode())}"


@cache
def catalog() -> Catalog:
    return load_catalog({path.name: json.loads(path.read_text("utf-8")) for path in sorted(MODELS.glob("*.json"))})


def model(name: str = PRO) -> Model:
    found = catalog().find(name)
    assert found is not None
    return found


@dataclass
class Outcome:
    """What rendering gave."""

    rendered: RenderedSpec | None
    diagnostics: list[Diagnostic]
    parts: list[RenderedSpec]  # the sound shots of a broken spec
    requests: dict[str, Request] = field(init=False)

    def __post_init__(self) -> None:
        found = self.rendered.requests if self.rendered else ()
        self.requests = {request.address.instance: request for request in found}

    @property
    def only(self) -> Request:
        """The one request, of a spec in which nothing is wrong."""
        assert self.diagnostics == []
        (request,) = self.requests.values()
        return request

    @property
    def problem(self) -> Diagnostic:
        """The one problem."""
        (diagnostic,) = self.diagnostics
        return diagnostic

    @property
    def codes(self) -> list[str]:
        return [diagnostic.code for diagnostic in self.diagnostics]

    @property
    def places(self) -> list[str]:
        return [str(diagnostic.where) for diagnostic in self.diagnostics]


def read(text: str) -> Spec:
    problems = Problems()
    spec = parse_spec(text, SPEC_FILE, problems)
    assert spec is not None, problems.diagnostics
    assert problems.diagnostics == []
    return spec


def render(
    text: str,
    *,
    files: MemoryFiles | None = None,
    overrides: Mapping[str, Any] | None = None,
    delivery: Mapping[str, Any] | None = None,
    known: KnownGood | None = None,
    looks: MediaLooks | None = None,
) -> Outcome:
    """Render a whole spec, or only what stands below its head when `apiVersion` is missing."""
    whole = text if "apiVersion" in text else HEAD + text
    context = RenderContext(catalog(), files or MemoryFiles(), overrides or {}, delivery or {}, known, looks)
    problems = Problems()
    parts: list[RenderedSpec] = []
    rendered = render_spec(read(whole), context, problems, parts.append)
    return Outcome(rendered, problems.diagnostics, parts)


class Bench:
    """The texts of one spec, and what was found wrong with them."""

    def __init__(self, spec: Spec) -> None:
        self.findings = Findings()
        self.places = Places(spec)
        self.texts = Texts(SPEC_FILE, Templates(MemoryFiles()), self.places, self.findings)

    @property
    def diagnostics(self) -> list[Diagnostic]:
        return [diagnostic for diagnostic, _ in self.findings.report({})]


# Values of every kind, for expressions.
VARIABLES: dict[str, Any] = {
    "city": "neo-kyoto by night",
    "words": ["fog", "Rain", "rain", "ash"],
    "rows": [{"n": 2, "name": "b", "on": True}, {"n": 1, "name": "A", "on": False}, {"n": 1, "name": "c", "on": True}],
    "table": {"b": 1, "A": 2, "c": 0},
    "nested": {"a": {"b": [1, {"c": 7}]}},
    "empty": [],
    "zero": 0,
    "text": "one two\nthree\n\nfour",
    "html": "<p>a <b>lamp</b> &amp; <!-- no --> rope</p>",
}
