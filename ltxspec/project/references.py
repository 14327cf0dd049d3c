"""Checks the references between the shots of all specs that were read."""

from collections.abc import MutableMapping
from dataclasses import replace

from ltxspec.errors import Location, Problems
from ltxspec.render.concern import Concern
from ltxspec.render.graph import BadReference, bad_references
from ltxspec.render.models import RenderedSpec, Request
from ltxspec.render.places import Places
from ltxspec.render.references import Reference
from ltxspec.spec.models import Spec


def refuse_bad_references(
    rendered: MutableMapping[str, RenderedSpec],
    parsed: MutableMapping[str, Spec],
    broken: MutableMapping[str, str],
    problems: Problems,
    concern: Concern | None,
) -> None:
    """Report references without a target and cycles, and move the specs that have some to the broken ones.

    Args:
        rendered: the specs by name. Shots that `concern` does not cover, and those of specs that are only read
            because others refer to them, are left out instead.
        parsed: the same before they were rendered.
        broken: file -> name of a spec that cannot be used.
        problems: receives the errors.
        concern: the shots that the run is about; None: all.
    """

    def place_of(request: Request, reference: Reference) -> Location:
        spec = parsed[request.address.spec]
        places = Places(spec)
        return places.value(places.path_of(spec.shots[request.address.shot], reference.path))

    while found := bad_references(rendered, set(broken.values()), place_of):
        for bad in found:
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


def _without(spec: RenderedSpec, bad: BadReference, problems: Problems) -> RenderedSpec:
    """The spec without a shot that the run is not about."""
    key, problem = bad.shot.instance, bad.diagnostic
    message = f"{problem.message}; `{bad.shot}` is left out of this run"
    problems.extend([replace(problem, severity="warning", message=message)])
    requests = [request for request in spec.requests if request.address != bad.shot]
    return replace(spec, requests=requests, left_out=spec.left_out | {key})
