"""Checks the references between the shots of all specs that were read."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from ltxspec.errors import Location, Problems
from ltxspec.project.context_specs import Reading
from ltxspec.render.concern import Concern
from ltxspec.render.graph import BadReference, bad_references
from ltxspec.render.models import RenderedSpec, Request
from ltxspec.render.places import Places
from ltxspec.render.references import Reference
from ltxspec.values import ShotAddress


def refuse_bad_references(
    specs: Reading,
    problems: Problems,
    concern: Concern | None,
    kept: Callable[[ShotAddress], int] = lambda _: 0,
) -> None:
    """Report references without a target and cycles, and move the specs that have some to the broken ones.

    Args:
        specs: what was read. Shots that `concern` does not cover, and those of specs that are only read because others
            refer to them, are left out instead.
        problems: receives the errors.
        concern: the shots that the run is about; None: all.
        kept: how many takes are recorded of a shot that is not in its spec.
    """
    found = Problems()
    while bad := bad_references(specs.readable, set(specs.broken.values()), partial(_place, specs)):
        for one in map(partial(_told, kept), bad):
            _refuse(one, specs, found, is_covered=concern is None or concern.instance(one.shot))
    problems.extend(dict.fromkeys(found.diagnostics))  # instances of one shot share their references


def _place(specs: Reading, request: Request, reference: Reference) -> Location:
    name = request.address.spec
    spec = specs.parsed[name] if name in specs.parsed else specs.parts[name][0]
    places = Places(spec)
    return places.value(places.path_of(spec.shots[request.address.shot], reference.path))


def _refuse(bad: BadReference, specs: Reading, problems: Problems, *, is_covered: bool) -> None:
    """Report an error, and take the shot that has it, or its spec, out of what was read."""
    if bad.shot.spec in specs.parts:
        parsed, part = specs.parts[bad.shot.spec]
        specs.parts[part.name] = (parsed, _without(part, bad, Problems()))
        problems.extend([bad.diagnostic] if is_covered else [])
        return
    spec = specs.rendered.get(bad.shot.spec)
    if spec is not None and (spec.is_context or not is_covered):
        specs.rendered[spec.name] = _without(spec, bad, Problems() if spec.is_context else problems)
    elif is_covered:
        problems.extend([bad.diagnostic])
        if spec is not None:
            specs.broken[spec.file] = spec.name
            del specs.rendered[spec.name], specs.parsed[spec.name]


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
    requests, broken = ([one for one in every if one.address != bad.shot] for every in (spec.requests, spec.broken))
    return replace(spec, requests=requests, broken=broken, left_out=spec.left_out | {key})
