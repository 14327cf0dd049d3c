"""The names that can be typed in a project, for completion: addresses, takes, labels, models, providers."""

from collections.abc import Iterable
from dataclasses import dataclass

from ltxspec.errors import LtxspecError, Problems
from ltxspec.lock.models import Take
from ltxspec.plan.selection import Pattern
from ltxspec.project.load import render_specs
from ltxspec.project.lookup import readable_lockfiles, recorded_shots
from ltxspec.project.project import ProjectContext
from ltxspec.render.models import Request
from ltxspec.services import SERVICES
from ltxspec.values import GROUPINGS, money_text

MOST = 300  # instances; of more, the shots are offered until one of them is typed


@dataclass(frozen=True, slots=True)
class Name:
    """What can be typed, and what it is."""

    text: str
    about: str = ""


def addresses(project: ProjectContext, typed: str) -> list[Name]:
    """The addresses of specs and lockfiles that begin as typed; instances as `spec.shot/key` if that is typed."""
    every = dict.fromkeys(request.address for request in _requests(project))
    every |= dict.fromkeys(item.address for item in recorded_shots(readable_lockfiles(project)[0]))
    names = [str(address) for address in every]
    if "/" in typed:
        names = [name.replace("[", "/", 1).removesuffix("]") for name in names if name.endswith("]")]
    found = [name for name in names if name.startswith(typed)]
    if len(found) > MOST:
        found = list(dict.fromkeys(name.partition("[")[0] for name in found))
    return [Name(name) for name in found]


def takes(project: ProjectContext, address: str) -> list[Name]:
    """The numbers of the takes of a shot, and what each is."""
    wanted = Pattern(address)
    for item in recorded_shots(readable_lockfiles(project)[0]):
        if wanted.matches(item.address):
            current = item.record.current
            return [Name(str(number), _about(take, current)) for number, take in enumerate(item.record.takes, 1)]
    return []


def _about(take: Take, current: str | None) -> str:
    words = [take.status, money_text(take.cost), take.submitted_at or "imported"]
    return " ".join([*words, "current"] if take.task_id == current else words)


def labels(project: ProjectContext) -> list[Name]:
    """Every label of a shot, as `key=value`."""
    found = ((request.labels or {}).items() for request in _requests(project))
    return _named(f"{key}={value}" for pairs in found for key, value in pairs)


def groupings(project: ProjectContext) -> list[Name]:
    """What costs can be grouped by: the fixed names, and every label's key."""
    keys = (key for request in _requests(project) for key in request.labels or {})
    return _named([*GROUPINGS, *(f"label:{key}" for key in keys)])


def models(project: ProjectContext) -> list[Name]:
    """Slugs and AIR ids of the catalog."""
    known = project.catalog.models
    return [Name(text, model.name) for model in known for text in (model.slug, model.air)]


def providers() -> list[Name]:
    """The names of the providers."""
    return [Name(name, "free, offline" if service.free else "paid") for name, service in SERVICES.items()]


def _requests(project: ProjectContext) -> Iterable[Request]:
    try:
        return [request for spec in render_specs(project, (), problems=Problems()) for request in spec.requests]
    except LtxspecError:
        return ()


def _named(texts: Iterable[str]) -> list[Name]:
    return [Name(text) for text in dict.fromkeys(texts)]
