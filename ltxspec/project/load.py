"""Reads the specs a command is about: finds the files, parses and renders each, collects every problem."""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ltxspec import __version__
from ltxspec.canonical import sha256_hex
from ltxspec.errors import Diagnostic, Location, LtxspecError, Problems, WrongUsage
from ltxspec.project.project import Project
from ltxspec.render.models import RenderedSpec
from ltxspec.render.requests import RenderContext, render_spec
from ltxspec.spec.files import FileProblem
from ltxspec.spec.models import Spec
from ltxspec.spec.parsing import parse_spec
from ltxspec.spec.suggest import did_you_mean
from ltxspec.storage.paths import find_specs
from ltxspec.storage.validation_cache import FileVerdicts
from ltxspec.values import Json


class NoSpecs(LtxspecError):
    """Nothing was named, and where specs are kept by default there is nothing."""

    code = "no-specs"


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


@dataclass(slots=True)
class _Reading:
    """The specs of a run while they are read: what they share, and what is known of those read so far."""

    project: Project
    context: RenderContext
    verdicts: FileVerdicts
    problems: Problems
    files: dict[str, str] = field(default_factory=dict)  # a spec's name -> its file
    variables: dict[str, None] = field(default_factory=dict)  # of all specs, in the order met
    all_read: bool = True


def _read_specs(
    project: Project, paths: Sequence[str], variables: Mapping[str, Json], problems: Problems
) -> list[RenderedSpec]:
    """All specs under `paths`, rendered, in the order of their files; broken ones only tell their problems."""
    verdicts = FileVerdicts(project.local / "cache" / "verdicts", project.root)
    context = RenderContext(
        catalog=project.catalog,
        files=project.files,
        overrides=variables,
        delivery=project.config.delivery.parameters(),
        known_requests=verdicts,
    )
    reading = _Reading(project, context, verdicts, problems)
    rendered = []
    for path in spec_files(project, paths):
        told = len(problems.diagnostics)
        if (spec := _read_one(path, reading)) is not None:
            rendered.append(spec)
        problems.diagnostics[told:] = _in_reading_order(problems.diagnostics[told:], project.label(path))
    if reading.all_read:
        _refuse_undeclared(variables, reading.variables, problems)
    verdicts.save()
    return rendered


def _in_reading_order(diagnostics: Sequence[Diagnostic], file: str) -> list[Diagnostic]:
    """What is wrong with a spec from top to bottom, then what is wrong in the files it uses."""

    def key(diagnostic: Diagnostic) -> tuple[bool, str, int, int]:
        where = diagnostic.where
        return (where.file != file, where.file, where.line, where.column) if where else (False, "", 0, 0)

    return sorted(diagnostics, key=key)


def _refuse_undeclared(given: Collection[str], declared: Collection[str], problems: Problems) -> None:
    """An override of a variable that no spec of the run has is a typing error."""
    for name in given:
        if name not in declared:
            hint = did_you_mean(name, declared)
            if hint is None:
                listed = ", ".join(f"`{known}`" for known in declared)
                hint = f"the variables are {listed}" if listed else "declare it under `vars:` of a spec first"
            problems.error("unknown-variable", f"no spec of this run has a variable `{name}` to override", hint=hint)


def spec_files(project: Project, paths: Sequence[str]) -> list[Path]:
    """The spec files a command means: those given, or `[project] specs`."""
    for path in paths:
        if not (project.folder / path).exists():
            raise WrongUsage(f"`{path}` does not exist", hint="name a spec file, or a folder that holds some")
    if paths:
        return find_specs([os.path.normpath(project.folder / path) for path in paths], project.root)
    folders = project.config.project.specs
    if not any((project.root / folder).exists() for folder in folders):
        names = " or ".join(f"`{folder}`" for folder in folders)
        raise NoSpecs(
            f"there are no specs in `{project.root}`: no {names}",
            hint="`ltxspec init` sets up a project with an example; specs elsewhere are given as PATH or with -C",
        )
    return find_specs(folders, project.root)


def _read_one(path: Path, reading: _Reading) -> RenderedSpec | None:
    spec = _parse(path, reading)
    if spec is None:
        reading.all_read = False
        return None
    label = spec.document.source.file
    reading.variables |= dict.fromkeys(spec.vars)
    if reading.files.setdefault(spec.name, label) != label:
        reading.problems.error(
            "duplicate-spec-name",
            f"`{spec.name}` is the name of two specs, this one and `{reading.files[spec.name]}`",
            spec.document.locate(("metadata", "name"), value=True),
            "give each its own `metadata.name`: it names the lockfile",
        )
        return None
    context = reading.context
    if not context.overrides.keys() <= spec.vars.keys():
        own = {name: value for name, value in context.overrides.items() if name in spec.vars}
        context = replace(context, overrides=own)
    return render_spec(spec, context, reading.problems)


def _parse(path: Path, reading: _Reading) -> Spec | None:
    project, problems, verdicts = reading.project, reading.problems, reading.verdicts
    label = project.label(path)
    if not path.is_relative_to(project.root):
        hint = f"the project is `{project.root}`; work in another one with -C"
        problems.error("file", f"`{label}` is outside of the project", Location(label, 1, 1), hint)
        return None
    try:
        text = project.files.read_text(label, beside="")
    except FileProblem as error:
        problems.error("file", error.summary, Location(label, 1, 1), error.hint)
        return None
    before = len(problems.diagnostics)
    asked: list[str] = []

    def known_good() -> bool:
        asked.append(sha256_hex(f"spec {__version__}\0{text}".encode()))
        return asked[0] in verdicts

    spec = parse_spec(text, label, problems, known_good=known_good)
    if spec is not None and asked and len(problems.diagnostics) == before:
        verdicts.add(asked[0])
    return spec
