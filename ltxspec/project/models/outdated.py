"""Which imported model files differ from their sources as these are now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ltxspec.catalog.models import Model
from ltxspec.catalog.settings import Imported
from ltxspec.errors import LtxspecError, WrongUsage
from ltxspec.project.models.sources import Fetch, Source, read_source
from ltxspec.project.project import ProjectContext

State = Literal["same", "changed", "gone", "unread"]


@dataclass(frozen=True, slots=True)
class Outdated:
    """One imported model file, and its source now."""

    model: Model
    pinned: Imported
    state: State
    version: str | None = None  # of the source now
    problem: LtxspecError | None = None  # why the source was not read


def outdated_models(project: ProjectContext, names: Sequence[str] = (), fetch: Fetch | None = None) -> list[Outdated]:
    """Compare imported models with their sources, each source read once.

    A source that cannot be read leaves its models `unread`; the others are compared all the same.

    Args:
        project: the project.
        names: the models to compare; none: all that were imported.
        fetch: reads an address; None: over the network.

    Raises:
        WrongUsage: there is no such model, or it was not imported.
    """
    models = [_named(project, name) for name in names] if names else list(project.catalog.models)
    sources: dict[str, Source | LtxspecError] = {}
    found = []
    for model in models:
        pinned = model.settings.imported
        if pinned is None:
            continue
        if pinned.source not in sources:
            sources[pinned.source] = _source_or_problem(project, pinned.source, fetch)
        source = sources[pinned.source]
        if isinstance(source, LtxspecError):
            found.append(Outdated(model, pinned, "unread", problem=source))
        else:
            found.append(Outdated(model, pinned, _state(model, pinned, source), source.pin.version))
    return found


def _state(model: Model, pinned: Imported, source: Source) -> State:
    now = next((one for one in source.models if one.air == model.air), None)
    if now is None and model.air in source.listed:
        return "changed"  # still there, but not described
    if now is None:
        return "gone" if model.settings.status == "active" else "same"  # the file says so
    return "same" if now.hash == pinned.hash else "changed"


def _source_or_problem(project: ProjectContext, name: str, fetch: Fetch | None) -> Source | LtxspecError:
    try:
        return read_source(_at_root(project), name, fetch=fetch)
    except LtxspecError as error:
        return error


def _at_root(project: ProjectContext) -> ProjectContext:
    """The project as opened from its root: pinned files are named from there."""
    return replace(project, folder=project.root)


def _named(project: ProjectContext, name: str) -> Model:
    model = project.catalog.find(name)
    if model is None or model.settings.imported is None:
        what = "was written by hand" if model is not None else "is not known"
        hint = "`ltxspec models diff SOURCE` compares any model" if model is not None else "`ltxspec models` lists them"
        raise WrongUsage(f"`{name}` {what}, so it has no source to compare with", hint=hint)
    return model
