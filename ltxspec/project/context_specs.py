"""Reads the specs that shots of a run refer to, where a run is about some of the project's specs only."""

from collections.abc import Callable, Collection, Iterable, MutableMapping
from dataclasses import dataclass, field, replace

from ltxspec.errors import Problems
from ltxspec.render.models import RenderedSpec
from ltxspec.spec.models import Spec


@dataclass(frozen=True, slots=True)
class Reading:
    """How specs are read, and where what was read is kept.

    Attributes:
        parse: parses a file; None if it is no spec.
        render: renders a spec; None if it has errors. Shots with errors are left out.
        rendered: the specs by name.
        parsed: the same before they were rendered.
        broken: file -> name of a spec that cannot be used, or "".
        parts: of such specs, by name, the shots without errors, for more errors to be found in them.
    """

    parse: Callable[[str, Problems], Spec | None]
    render: Callable[[Spec, Problems], RenderedSpec | None]
    rendered: MutableMapping[str, RenderedSpec]
    parsed: MutableMapping[str, Spec]
    broken: MutableMapping[str, str]
    parts: MutableMapping[str, tuple[Spec, RenderedSpec]] = field(default_factory=dict)

    @property
    def readable(self) -> dict[str, RenderedSpec]:
        """The specs by name, of broken ones the shots without errors."""
        return {**{name: part for name, (_, part) in self.parts.items()}, **self.rendered}

    def missing(self) -> set[str]:
        """The names of specs that are referred to, and not known."""
        known = {*self.rendered, *self.broken.values()}
        return set[str]().union(*map(_referred, self.readable.values())) - known


def add_referenced(reading: Reading, files: Callable[[], Iterable[str]], problems: Problems) -> None:
    """Add the specs that are referred to, and those that these refer to.

    Args:
        reading: what was read so far; receives the specs.
        files: gives all spec files of the project; called only if a spec is missing.
        problems: receives the errors of specs that are needed; warnings of these are not for this run.
    """
    if not reading.missing():
        return
    by_name, unread = _parsed(reading, files())
    while wanted := reading.missing() & by_name.keys():
        for name in sorted(wanted):
            for spec in by_name.pop(name):
                _add(spec, reading, problems)
    if reading.missing():  # each of the files may be the one that is meant
        for found in unread.values():
            problems.extend(found.errors)
        reading.broken.update(dict.fromkeys(unread, ""))


def _parsed(reading: Reading, files: Iterable[str]) -> tuple[dict[str, list[Spec]], dict[str, Problems]]:
    """The specs of files that were not read yet, by name; and the files that are no specs, with their problems."""
    known = {*(spec.file for spec in reading.rendered.values()), *reading.broken}
    by_name: dict[str, list[Spec]] = {}
    unread: dict[str, Problems] = {}
    for file in files:
        found = Problems()
        spec = reading.parse(file, found) if file not in known else None
        if spec is not None:
            by_name.setdefault(spec.name, []).append(spec)
        elif file not in known:
            unread[file] = found
    return by_name, unread


def _add(spec: Spec, reading: Reading, problems: Problems) -> None:
    found = Problems()
    rendered = reading.render(spec, found)
    if rendered is not None:
        reading.rendered[spec.name] = replace(rendered, is_context=True, diagnostics=())
        reading.parsed[spec.name] = spec
    else:
        problems.extend(found.errors)
        reading.broken[spec.document.source.file] = spec.name


def without_context(specs: Iterable[RenderedSpec]) -> list[RenderedSpec]:
    """The specs that a run is about."""
    return [spec for spec in specs if not spec.is_context]


def with_referred(specs: Iterable[RenderedSpec], names: Collection[str]) -> list[RenderedSpec]:
    """The specs of these names, and as context those that these refer to, directly or not; in the given order."""
    by_name = {spec.name: spec for spec in specs}
    found, ahead = set[str](), [name for name in names if name in by_name]
    while ahead:
        found.add(name := ahead.pop())
        ahead += (_referred(by_name[name]) & by_name.keys()) - found
    context = found - {*names}
    return [replace(spec, is_context=name in context) for name, spec in by_name.items() if name in found]


def _referred(spec: RenderedSpec) -> set[str]:
    return {reference.source.spec for one in (*spec.requests, *spec.broken) for reference in one.references}
