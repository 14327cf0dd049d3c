"""What shots take from others on each side of a change: which frame, of which take, and its content. Pure.

Everything follows from the request and the content hashes that are recorded with it, so that a reader of a report can
find it again; only which take and result of the source it is, is looked up in the lockfiles.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ltxspec.catalog.models import PROMPT
from ltxspec.catalog.pointers import texts_in
from ltxspec.lock.models import Lockfile, Take
from ltxspec.plan.graph import End, end_of
from ltxspec.plan.recorded import record_under
from ltxspec.render.models import Request
from ltxspec.render.references import Reference, is_reference_name, read_name
from ltxspec.values import Json, ShotAddress


@dataclass(frozen=True, slots=True)
class Use:
    """One frame, or the whole video, that a shot takes from another one, on one side of a change."""

    reference: Reference
    ends: End = None  # the end of the shot's own video that it becomes; None: neither
    sha256: str | None = None  # of the source's video; None: not known yet
    take: int | None = None  # which take of the source that is, as `show` counts; None: not known
    result: int | None = None  # which of its results

    @property
    def source(self) -> ShotAddress:
        """The shot that it is taken from."""
        return self.reference.source


def references_in(body: Mapping[str, Json]) -> list[Reference]:
    """The references that a request names, in its order."""
    found = (read_name(text, path) for path, text in texts_in(body) if path != (PROMPT,) and is_reference_name(text))
    return [reference for reference in found if reference is not None]


def uses_of(asked: Take | Request | None) -> tuple[Use, ...]:
    """What a recorded take used, or what a request is to use, without the numbers of takes."""
    if isinstance(asked, Take):
        body, inputs = asked.request, asked.inputs
        known = set(inputs)
    elif asked is not None and asked.references:
        body, inputs = asked.body, asked.inputs
        known = {reference.name for reference in asked.references}
    else:
        return ()
    found = [reference for reference in references_in(body) if reference.name in known]
    return tuple(_use(reference, body, inputs.get(reference.name)) for reference in found)


def _use(reference: Reference, body: Mapping[str, Json], content: str | None) -> Use:
    sha256 = content.removeprefix("sha256:").partition("/")[0] if content is not None else None
    return Use(reference, end_of(body, reference), sha256, reference.take, reference.result)


def numbered(uses: Sequence[Use], lockfiles: Mapping[str, Lockfile]) -> tuple[Use, ...]:
    """The uses, with the take and the result of the source where a side records them."""
    return tuple(_numbered(use, lockfiles.get(use.source.spec)) for use in uses)


def _numbered(use: Use, lockfile: Lockfile | None) -> Use:
    record = record_under(lockfile, use.source.instance) if lockfile is not None else None
    if record is None or use.sha256 is None:
        return use
    places = [
        (number, result)
        for number, take in enumerate(record.takes, 1)
        for result, output in enumerate(take.outputs, 1)
        if output.sha256 == use.sha256
        and use.reference.take in (None, number)
        and use.reference.result in (None, result)
    ]
    current = [place for place in places if record.takes[place[0] - 1].task_id == record.current]
    found = next(iter(current or places), None)
    return use if found is None else replace(use, take=found[0], result=found[1])
