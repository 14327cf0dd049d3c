"""One shot of a small spec, expanded: what the tests of expansion and rows share."""

from collections.abc import Mapping

from ltxspec.errors import Diagnostic, Problems
from ltxspec.spec.expansion import expand
from ltxspec.spec.files import FileProblem
from ltxspec.spec.models import Instance
from ltxspec.spec.parsing import parse_spec
from ltxspec.values import Json

HEAD = "apiVersion: ltxspec/v1\nkind: RenderSpec\nmetadata: {name: s}\nshots:\n  x:\n    prompt: p\n"


class Files:
    """A project in memory."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files

    def read_text(self, path: str, *, beside: str, encoding: str | None = None) -> str:
        del encoding
        if path not in self.files:
            raise FileProblem(f"`{path}` does not exist", hint=f"paths are relative to {beside}")
        return self.files[path]

    def sha256(self, path: str, *, beside: str) -> str:
        raise NotImplementedError  # expansion reads texts only

    def resolve(self, path: str, *, beside: str) -> str:
        return f"{beside.rpartition('/')[0]}/{path}"


def expanded(shot: str, **files: str) -> tuple[list[Instance], list[Diagnostic]]:
    """Expand one shot of a spec in which `shot` stands from line 7 on; a file `r_csv` is called `r.csv`."""
    problems = Problems()
    text = HEAD + "".join(f"    {line}\n" for line in shot.splitlines())
    spec = parse_spec(text, "specs/s.yaml", problems)
    assert spec is not None, problems.diagnostics
    named = {name.replace("_", "."): content for name, content in files.items()}
    return expand(spec, spec.shots["x"], Files(named), problems), problems.diagnostics


def instances(shot: str, **files: str) -> dict[str, dict[str, Json]]:
    found, diagnostics = expanded(shot, **files)
    assert diagnostics == []
    return {instance.key: dict(instance.variables) for instance in found}


def problems(shot: str, **files: str) -> list[tuple[str, str, str]]:
    found, diagnostics = expanded(shot, **files)
    assert found == []
    return [(each.code, str(each.where), each.message) for each in diagnostics]
