"""Reads specs from disk or from a commit, and values for their variables; renders each, and collects every problem.

All files are read through a `ProjectFiles`, so the two cases differ only in where the files are.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from ltxspec.canonical import sha256_hex
from ltxspec.errors import Diagnostic, Location, Problems
from ltxspec.plan.selection import Selection
from ltxspec.project.context_specs import Reading, add_referenced, without_context
from ltxspec.project.looks import ProjectLooks
from ltxspec.project.lookup import takes_kept
from ltxspec.project.project import ProjectContext
from ltxspec.project.references import refuse_bad_references
from ltxspec.project.spec_files import spec_files
from ltxspec.render.concern import NO_SHOT, Concern
from ltxspec.render.context import RenderContext
from ltxspec.render.models import RenderedSpec
from ltxspec.render.overrides import Overrides
from ltxspec.render.request_media import MediaLooks
from ltxspec.render.requests import render_spec
from ltxspec.spec.files import FileProblem, ProjectFiles
from ltxspec.spec.models import Spec
from ltxspec.spec.parsing import parse_spec
from ltxspec.storage.look_cache import LookCache
from ltxspec.storage.validation_cache import FileVerdicts
from ltxspec.suggest import did_you_mean
from ltxspec.values import Json, ShotAddress
from ltxspec.version import __version__


@dataclass(frozen=True, slots=True)
class Sources:
    """One version of a project's files, and what is known about them."""

    files: ProjectFiles
    verdicts: FileVerdicts  # what was found valid before
    looks: MediaLooks | None = None  # None: images are not looked at, as those of a commit
    kept: Callable[[ShotAddress], int] = lambda _: 0  # how many takes are recorded of a shot that is in no spec


@dataclass(frozen=True, slots=True)
class Asked:
    """Values of variables (each spec uses those that it declares), and the shots that a run is about; None: all."""

    overrides: Mapping[str, Json] = field(default_factory=dict)
    concern: Concern | None = None


@dataclass(slots=True)
class LoadedSpecs:
    """The specs of a project, as far as they can be read."""

    rendered: dict[str, RenderedSpec] = field(default_factory=dict)  # by name, in the order of their files
    parsed: dict[str, Spec] = field(default_factory=dict)  # only those that render
    broken: dict[str, str] = field(default_factory=dict)  # file -> name of its spec, or "" if unknown
    variables: dict[str, None] = field(default_factory=dict)  # of all specs, in order of appearance
    files: dict[str, str] = field(default_factory=dict)  # name -> the first file that has it

    @property
    def every_file(self) -> set[str]:
        """All files that were read."""
        return {*(spec.file for spec in self.rendered.values()), *self.broken}


def render_specs(
    project: ProjectContext,
    paths: Sequence[str],
    variables: Mapping[str, Json] | None = None,
    problems: Problems | None = None,
    selected: Selection | Concern | None = None,
    *,
    with_context: bool = False,
) -> list[RenderedSpec]:
    """Read, expand, render and validate all specs under `paths` (default: `[project] specs`).

    Errors in shots that the targets of `selected` do not name, or that it excludes, are warnings: these shots are left
    out. Specs that others refer to are read as well, and returned if `with_context` is set.

    Raises:
        Invalid: with every problem of every file; if `problems` is given, they are collected there instead.
    """
    found = problems if problems is not None else Problems()
    overrides = variables or {}
    files = [project.label(path) for path in spec_files(project, paths)]
    cache = project.local / "cache"
    concern = _concern(selected) if isinstance(selected, Selection) else selected
    with FileVerdicts(cache / "verdicts", project.root) as verdicts, LookCache(cache / "looks", project.root) as seen:
        looks, kept = ProjectLooks(project.files, seen), partial(takes_kept, project)
        sources = Sources(project.files, verdicts, looks, kept)
        specs = load_specs(files, project, sources, found, Asked(overrides, concern), partial(_every_file, project))
    if all(specs.broken.values()):
        _refuse_undeclared(overrides, specs.variables, found)
    if problems is None:
        found.raise_if_errors()
    return list(specs.rendered.values()) if with_context else without_context(specs.rendered.values())


def _concern(selected: Selection) -> Concern | None:
    """The shots that a run is about by its `--target` and `--exclude`. The labels of broken shots are unknown."""
    if not (selected.targets or selected.excludes):
        return None
    named = replace(selected, labels=())
    return Concern(named.is_target, named.may_target)


def every_spec(project: ProjectContext, variables: Mapping[str, Json]) -> LoadedSpecs:
    """All specs in the project's own folders, as far as they can be read; none if there are no such folders."""
    files = _every_file(project)
    with FileVerdicts(project.local / "cache" / "verdicts", project.root) as verdicts:
        return load_specs(files, project, Sources(project.files, verdicts), Problems(), Asked(variables))


def _every_file(project: ProjectContext) -> list[str]:
    """The spec files in the project's own folders; none if there are no such folders."""
    if not any((project.root / folder).exists() for folder in project.config.project.specs):
        return []
    return [project.label(path) for path in spec_files(project, ())]


def load_specs(
    files: Iterable[str],
    project: ProjectContext,
    sources: Sources,
    problems: Problems,
    asked: Asked | None = None,
    others: Callable[[], Iterable[str]] = list,
) -> LoadedSpecs:
    """Read specs from a version of a project.

    Args:
        files: spec files, relative to the project's root.
        project: configuration and models of that version.
        sources: the files of that version, and what is known about them.
        problems: receives the problems, file by file, each from top to bottom.
        asked: what the user asked for; None: the whole specs as they are.
        others: gives the files in which specs are looked for that these refer to.
    """
    asked = asked or Asked()
    context = RenderContext(
        catalog=project.catalog,
        files=sources.files,
        overrides=asked.overrides,
        delivery=project.config.delivery.parameters(),
        known_requests=sources.verdicts,
        looks=sources.looks,
        concern=asked.concern,
    )
    aside = replace(context, concern=NO_SHOT)
    specs = LoadedSpecs()
    reading = Reading(
        lambda file, found: _parse(file, project, sources, found),
        lambda spec, found: _render(spec, aside, specs, found),
        specs.rendered, specs.parsed, specs.broken,
    )  # fmt: skip
    for file in files:
        found = _load(file, context, specs, reading)
        known = set(problems.diagnostics)  # two shots, or two specs, may read one table
        problems.extend(each for each in dict.fromkeys(_in_reading_order(found.diagnostics, file)) if each not in known)
    add_referenced(reading, others, problems)
    refuse_bad_references(reading, problems, asked.concern, sources.kept)
    return specs


def _load(file: str, context: RenderContext, specs: LoadedSpecs, reading: Reading) -> Problems:
    """Add a spec to those that were read. Returns its problems."""
    found = Problems()
    spec = reading.parse(file, found)
    if spec is None:
        specs.broken[file] = ""
        return found
    early = tuple(found.diagnostics)  # if the spec can be rendered, these are warnings
    parts: list[RenderedSpec] = []
    rendered = _render(spec, context, specs, found, parts.append)
    if rendered is not None:
        rendered = replace(rendered, diagnostics=(*early, *rendered.diagnostics)) if early else rendered
        specs.rendered[spec.name], specs.parsed[spec.name] = rendered, spec
    else:
        specs.broken[file] = spec.name
        for part in parts:
            reading.parts[spec.name] = (spec, part)
    return found


def _parse(file: str, project: ProjectContext, sources: Sources, problems: Problems) -> Spec | None:
    """Parse a spec; the slow check of its structure is cached for exactly this text."""
    if Path(file).is_absolute():
        hint = f"the project is `{project.root}`; work in another one with -C"
        problems.error("file", f"`{file}` is outside the project", Location(file, 1, 1), hint)
        return None
    try:
        text = sources.files.read_text(file, beside="")
    except FileProblem as error:
        problems.error("file", error.summary, error.where or Location(file, 1, 1), error.hint)
        return None
    asked: list[str] = []

    def known_good() -> bool:
        asked.append(sha256_hex(f"spec {__version__}\0{text}".encode()))
        return asked[0] in sources.verdicts

    spec = parse_spec(text, file, problems, known_good=known_good)
    if spec is not None and asked and not problems.diagnostics:
        sources.verdicts.add(asked[0])
    return spec


def _render(
    spec: Spec,
    context: RenderContext,
    specs: LoadedSpecs,
    problems: Problems,
    keep_part: Callable[[RenderedSpec], None] = lambda _: None,
) -> RenderedSpec | None:
    specs.variables |= dict.fromkeys(spec.vars)
    file = spec.document.source.file
    if specs.files.setdefault(spec.name, file) != file:
        problems.error(
            "duplicate-spec-name",
            f"`{spec.name}` is the name of two specs, this one and `{specs.files[spec.name]}`",
            spec.document.locate(("metadata", "name"), value=True),
            "give each its own `metadata.name`: it names the lockfile",
        )
        return None
    if not context.overrides.keys() <= spec.vars.keys():
        own = Overrides({name: value for name, value in context.overrides.items() if name in spec.vars})
        if isinstance(context.overrides, Overrides):
            own.places, own.warnings = context.overrides.places, context.overrides.warnings
        context = replace(context, overrides=own)
    return render_spec(spec, context, problems, keep_part)


def _in_reading_order(diagnostics: Sequence[Diagnostic], file: str) -> list[Diagnostic]:
    """Problems of the spec from top to bottom, then those of the files it uses."""

    def key(diagnostic: Diagnostic) -> tuple[bool, str, int, int]:
        where = diagnostic.where
        return (where.file != file, where.file, where.line, where.column) if where else (False, "", 0, 0)

    return sorted(diagnostics, key=key)


def _refuse_undeclared(given: Collection[str], declared: Collection[str], problems: Problems) -> None:
    """Report overrides of variables that no spec of the run declares: these are typing errors."""
    places = given.places if isinstance(given, Overrides) else {}
    for name in given:
        if name not in declared:
            hint = did_you_mean(name, declared)
            if hint is None:
                listed = ", ".join(f"`{known}`" for known in declared)
                hint = f"the variables are {listed}" if listed else "declare it under `vars:` of a spec first"
            message = f"no spec of this run has a variable `{name}` to override"
            problems.error("unknown-variable", message, places.get(name), hint)
