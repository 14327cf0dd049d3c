"""The graph of references between the shots of a project: whether each has a target, and in which order they follow."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from ltxspec.errors import Diagnostic, Location
from ltxspec.render.models import RenderedSpec, Request
from ltxspec.render.references import Reference
from ltxspec.suggest import did_you_mean
from ltxspec.values import ShotAddress

Requests = Mapping[ShotAddress, Request]


@dataclass(frozen=True, slots=True)
class BadReference:
    """An error in a reference."""

    shot: ShotAddress  # that has the reference
    diagnostic: Diagnostic
    missing: ShotAddress | None = None  # the source, if there is no such shot


def requests_of(specs: Mapping[str, RenderedSpec]) -> dict[ShotAddress, Request]:
    """Every request by its address."""
    return {request.address: request for spec in specs.values() for request in spec.requests}


def sources_first(requests: Requests) -> list[ShotAddress]:
    """The shots with references and those that they refer to, each after its sources. Raises CycleError."""
    return order_of({address: request.after for address, request in requests.items() if request.references})


def order_of(links: Mapping[ShotAddress, Sequence[ShotAddress]]) -> list[ShotAddress]:
    """The shots of a graph, given by what each follows from, in an order in which each comes after that.

    Raises:
        CycleError: there is no such order.
    """
    order: dict[ShotAddress, None] = {}
    for address, sources in links.items():
        for source in sources:
            if source not in order:
                if source in links:
                    return _searched(links)
                order[source] = None
        order[address] = None
    return list(order)  # most specs are written in such an order


def _searched(links: Mapping[ShotAddress, Sequence[ShotAddress]]) -> list[ShotAddress]:
    """The order, searched depth first. In a third of the time of `graphlib`, which names the shots of a cycle."""
    found: dict[ShotAddress, bool] = {}  # whether everything before it is in the order
    order: list[ShotAddress] = []
    for start in links:
        left = [start]
        while left:
            address = left[-1]
            if found.get(address):
                left.pop()
                continue
            ahead = [source for source in links.get(address, ()) if not found.get(source)]
            if not ahead:
                found[left.pop()] = True
                order.append(address)
            elif address in found:  # it waits for something that waits for it
                list(TopologicalSorter(links).static_order())
            else:
                found[address] = False
                left += ahead
    return order


def bad_references(
    specs: Mapping[str, RenderedSpec],
    unread: Collection[str],
    place_of: Callable[[Request, Reference], Location],
) -> list[BadReference]:
    """The references that have no target, and the cycles.

    Args:
        specs: the specs of the project by name, as far as they can be read.
        unread: the names of other specs, which have errors of their own; "" stands for any name.
        place_of: where a reference is written.
    """
    referring = [one for spec in specs.values() for one in (*spec.requests, *spec.broken) if one.references]
    if not referring:
        return []
    requests = requests_of(specs)
    found = []
    for request in referring:
        for reference in request.references:
            source = requests.get(reference.source)
            problem = _lacking(reference, source) if source is not None else _missing(request, reference, specs, unread)
            if problem is not None:
                message, hint = problem
                diagnostic = Diagnostic("error", "reference", message, place_of(request, reference), hint)
                missing = reference.source if source is None else None
                found.append(BadReference(request.address, diagnostic, missing))
    context = {name for name, spec in specs.items() if spec.is_context}
    return found + list(_cycles({request.address: request for request in referring}, context, place_of))


def _missing(
    request: Request, reference: Reference, specs: Mapping[str, RenderedSpec], unread: Collection[str]
) -> tuple[str, str | None] | None:
    """Why there is no such source; None if its spec could not be read, which is reported by itself."""
    name, key = reference.source.spec, reference.source.instance
    spec = specs.get(name)
    if spec is None:
        if name in unread or "" in unread:
            return None
        return f"there is no spec `{name}`", did_you_mean(name, specs)
    if spec.is_part and key.partition("[")[0] in {other.partition("[")[0] for other in spec.left_out}:
        return None
    if spec.leaves_out(key):
        listed = f": `ltxspec validate {spec.file}` lists them" if spec.is_context else ""
        return f"`{reference.source}` has errors", f"correct that shot first{listed}"
    prefix = "" if name == request.address.spec else f"{name}."
    return _unknown(reference.source, [one.address.instance for one in spec.requests], prefix)


def _unknown(source: ShotAddress, own: Sequence[str], prefix: str) -> tuple[str, str | None]:
    """That a spec, which has these instances, has no such shot; names in hints begin with `prefix`."""
    key = source.instance
    instances = [other for other in own if other.partition("[")[0] == key.removesuffix("[]")]
    if instances:
        several = f"{len(instances)} instances" if len(instances) > 1 else "an instance with a key"
        return f"`{key}` has {several}: it is not said which is meant", f"write `{prefix}{instances[0]}`"
    stems = dict.fromkeys(f"{prefix}{other.partition('[')[0]}" for other in own)
    near = did_you_mean(f"{prefix}{key}", [f"{prefix}{other}" for other in own])
    hint = near or did_you_mean(f"{prefix}{key.partition('[')[0]}", stems)
    if key == "none":
        hint = "for no shot at all, write `null`"
    elif keyed := [other for other in own if other.endswith(f"[{key}]")]:
        hint = f"did you mean `{prefix}{keyed[0]}`?"
    return f"there is no shot `{source}`", hint


def _lacking(reference: Reference, source: Request) -> tuple[str, str | None] | None:
    """That the frame is beyond the end of the video, if its length is known, or that there are fewer results."""
    length, results = source.body.get("duration"), source.body.get("numberResults", 1)
    if reference.result is not None and reference.take is None and reference.result > results:
        gives = "1 video" if results == 1 else f"{results} videos"
        hint = "raise `numberResults` of that shot, or ask for another result; `take:` names a take that has more"
        return f"`{reference.source}` gives {gives}: it has no result {reference.result}", hint
    if not isinstance(reference.at, float) or reference.take is not None or not isinstance(length, int | float):
        return None
    if reference.at < length:
        return None
    message = f"`{reference.source}` is {length:g} s long: it has no frame at {reference.at:g} s"
    return message, "`frame: last` is its last one"


def _cycles(
    referring: Requests, context: Collection[str], place_of: Callable[[Request, Reference], Location]
) -> Iterator[BadReference]:
    """One error for each cycle, with every link of it, at the reference of its first shot that is not in `context`."""
    links = {address: request.after for address, request in referring.items()}
    while True:
        try:
            order_of(links)
        except CycleError as error:
            cycle = list(dict.fromkeys(error.args[1]))[::-1]  # each shot before those that it refers to
            yield _cycle(_from_the_first(cycle, referring, context), referring, place_of)
            links = {address: after for address, after in links.items() if address not in cycle}
        else:
            return


def _from_the_first(cycle: Sequence[ShotAddress], requests: Requests, context: Collection[str]) -> list[ShotAddress]:
    """The same cycle, from the shot that is written first; from one of a spec that the run is about, if it has any."""

    def place(address: ShotAddress) -> tuple[bool, str, int]:
        return (address.spec in context, requests[address].file, requests[address].line)

    start = cycle.index(min(cycle, key=place))
    return [*cycle[start:], *cycle[:start]]


def _cycle(
    cycle: Sequence[ShotAddress], requests: Requests, place_of: Callable[[Request, Reference], Location]
) -> BadReference:
    links = []
    for address, target in zip(cycle, [*cycle[1:], cycle[0]], strict=True):
        request = requests[address]
        reference = next(one for one in request.references if one.source == target)
        links.append((address, target, place_of(request, reference)))
    first = links[0]
    if len(cycle) == 1:
        message, hint = f"`{cycle[0]}` refers to itself", "a shot can follow from another one only"
    else:
        named = " → ".join(f"`{address}`" for address in (*cycle, cycle[0]))
        written = "; ".join(f"`{a}` refers to `{b}` at {w.file}:{w.line}:{w.column}" for a, b, w in links)
        message, hint = f"these shots follow from each other: {named}", written
    return BadReference(first[0], Diagnostic("error", "reference-cycle", message, first[2], hint))
