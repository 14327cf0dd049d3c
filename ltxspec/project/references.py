"""Checks the references between the shots of all specs that were read."""

from collections.abc import Callable, MutableMapping
from dataclasses import replace
from functools import partial

from ltxspec.errors import Location, Problems
from ltxspec.render.concern import Concern
from ltxspec.render.graph import BadReference, bad_references
from ltxspec.render.models import RenderedSpec, Request
from ltxspec.render.places import Places
from ltxspec.render.references import Reference
from ltxspec.spec.models import Spec
from ltxspec.values import ShotAddress


def refuse_bad_references(
    rendered: MutableMapping[str, RenderedSpec],
    parsed: MutableMapping[str, Spec],
    broken: MutableMapping[str, str],
    problems: Problems,
    concern: Concern | None,
    kept: Callable[[ShotAddress], int] = lambda _: 0,
) -> None:
    """Report references without a target and cycles, and move the specs that have some to the broken ones.

    Args:
        rendered: the specs by name. Shots that `concern` does not cover, and those of specs that are only read
            because others refer to them, are left out instead.
        parsed: the same before they were rendered.
        broken: file -> name of a spec that cannot be used.
        problems: receives the errors.
        concern: the shots that the run is about; None: all.
        kept: how many takes are recorded of a shot that is not in its spec.
    """

    def place_of(request: Request, reference: Reference) -> Location:
        spec = parsed[request.address.spec]
        places = Places(spec)
        return places.value(places.path_of(spec.shots[request.address.shot], reference.path))

    while found := bad_references(rendered, set(broken.values()), place_of):
        for bad in map(partial(_told, kept), found):
            spec = rendered.get(bad.shot.spec)
            is_context = spec is not None and spec.is_context
            if is_context or (concern is not None and not concern.instance(bad.shot)):
                if spec is not None:
                    rendered[spec.name] = _without(spec, bad, Problems() if is_context else problems)
                continue
            problems.extend([bad.diagnostic])
            if spec is not None:
                broken[spec.file] = spec.name
                del rendered[spec.name], parsed[spec.name]


def _told(kept: Callable[[ShotAddress], int], bad: BadReference) -> BadReference:
    """The error, with the takes of a source that was removed: what follows from it cannot change."""
    takes = kept(bad.missing) if bad.missing is not None else 0
    if bad.missing is None or not takes:
        return bad
    has = "its take is kept" if takes == 1 else f"its {takes:,} takes are kept"
    message = (
        f"{bad.diagnostic.message}: it was removed, or has another name now; {has}, and `{bad.shot}` follows from it"
    )
    cures = "write the shot again, refer to its new name, or to another shot"
    hint = "; ".join(filter(None, [bad.diagnostic.hint, cures]))
    return replace(bad, diagnostic=replace(bad.diagnostic, message=message, hint=hint))


def _without(spec: RenderedSpec, bad: BadReference, problems: Problems) -> RenderedSpec:
    """The spec without a shot that the run is not about."""
    key, problem = bad.shot.instance, bad.diagnostic
    message = f"{problem.message}; `{bad.shot}` is left out of this run"
    problems.extend([replace(problem, severity="warning", message=message)])
    requests = [request for request in spec.requests if request.address != bad.shot]
    return replace(spec, requests=requests, left_out=spec.left_out | {key})
