"""Which imported model files differ from their sources as these are now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ltxspec.catalog.models import Model
from ltxspec.catalog.settings import Imported
from ltxspec.errors import WrongUsage
from ltxspec.project.model_sources import Fetch, Source, read_source
from ltxspec.project.project import ProjectContext


@dataclass(frozen=True, slots=True)
class Outdated:
    """One imported model file, and its source now."""

    model: Model
    pinned: Imported
    state: Literal["same", "changed", "gone"]
    version: str | None  # of the source now


def outdated_models(project: ProjectContext, names: Sequence[str] = (), fetch: Fetch | None = None) -> list[Outdated]:
    """Compare imported models with their sources, each source read once.

    Args:
        project: the project.
        names: the models to compare; none: all that were imported.
        fetch: reads an address; None: over the network.

    Raises:
        WrongUsage: there is no such model, it was not imported, or its source is not there.
        NotPublished, StorageError: a source cannot be read.
    """
    models = [_named(project, name) for name in names] if names else list(project.catalog.models)
    sources: dict[str, Source] = {}
    found = []
    for model in models:
        pinned = model.settings.imported
        if pinned is None:
            continue
        if pinned.source not in sources:
            sources[pinned.source] = read_source(_at_root(project), pinned.source, fetch=fetch)
        source = sources[pinned.source]
        now = next((one for one in source.models if one.air == model.air), None)
        state: Literal["same", "changed", "gone"] = "gone" if now is None else "changed"
        if now is not None and now.hash == pinned.hash:
            state = "same"
        if now is None and model.settings.status != "active":
            state = "same"  # the file says so
        found.append(Outdated(model, pinned, state, source.pin.version))
    return found


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
