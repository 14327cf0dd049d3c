"""Reads the specs a command is about: finds the files, parses and renders each, collects every problem."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ltxspec import __version__
from ltxspec.cli.project import Project
from ltxspec.errors import Location, Problems
from ltxspec.render.models import RenderedSpec
from ltxspec.render.requests import RenderContext, render_spec
from ltxspec.spec.parsing import parse_spec
from ltxspec.storage.paths import find_specs
from ltxspec.storage.verdicts import FileVerdicts
from ltxspec.values import Json


def render_specs(
    project: Project,
    paths: Sequence[str],
    variables: Mapping[str, Json] | None = None,
    problems: Problems | None = None,
) -> list[RenderedSpec]:
    """Read, expand, render and validate all specs under `paths` (default: `[project] specs`).

    Raises:
        Invalid: with every problem of every file, unless `problems` is given: then they are only collected there.
    """
    found = problems if problems is not None else Problems()
    rendered = _read_specs(project, paths, variables or {}, found)
    if problems is None:
        found.raise_if_errors()
    return rendered


def _read_specs(
    project: Project, paths: Sequence[str], variables: Mapping[str, Json], problems: Problems
) -> list[RenderedSpec]:
    """All specs under `paths`, rendered, in the order of their files; broken ones only tell their problems."""
    verdicts = FileVerdicts(project.local / "cache" / "verdicts")
    context = RenderContext(
        catalog=project.catalog,
        files=project.files,
        overrides=variables,
        delivery=project.config.delivery.parameters(),
        known_requests=verdicts,
    )
    rendered: dict[str, RenderedSpec] = {}
    for path in spec_files(project, paths):
        spec = _read_one(project, path, context, verdicts, problems)
        if spec is None:
            continue
        if spec.name in rendered:
            other = rendered[spec.name].file
            problems.error(
                "duplicate-spec-name",
                f"`{spec.name}` is the name of two specs, this one and `{other}`",
                Location(spec.file, 1, 1),
                "give each its own `metadata.name`: it names the lockfile",
            )
            continue
        rendered[spec.name] = spec
    verdicts.save()
    return list(rendered.values())


def spec_files(project: Project, paths: Sequence[str]) -> list[Path]:
    """The spec files a command means: those given, or `[project] specs`."""
    if paths:
        return find_specs([project.folder / path for path in paths], project.root)
    return find_specs(project.config.project.specs, project.root)


def _read_one(
    project: Project, path: Path, context: RenderContext, verdicts: FileVerdicts, problems: Problems
) -> RenderedSpec | None:
    from ltxspec.canonical import sha256_hex
    from ltxspec.spec.files import FileProblem

    label = project.label(path)
    try:
        text = project.files.read_text(label, beside="")
    except FileProblem as error:
        problems.error("file", error.summary, Location(label, 1, 1), error.hint)
        return None
    before = len(problems.diagnostics)
    digest = sha256_hex(f"spec {__version__}\0{text}".encode())
    spec = parse_spec(text, label, problems, known_good=digest in verdicts)
    if spec is None:
        return None
    if len(problems.diagnostics) == before:
        verdicts.add(digest)
    return render_spec(spec, context, problems)
