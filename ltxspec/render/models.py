"""The result of rendering: one `Request` per shot instance, ready to be planned, priced and ordered."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ltxspec.errors import Diagnostic, Location
from ltxspec.render.expectations import NONE, Expectations
from ltxspec.render.references import EXTRACTIONS, Reference
from ltxspec.values import Fingerprint, Json, ShotAddress, Usd


@dataclass(frozen=True, slots=True)
class Request:
    """A shot fully rendered and validated.

    `body` is what is sent to the provider (`taskType`, `model`, `positivePrompt`, parameters), without the fields set
    by the order (`taskUUID`, `includeCost`) and without `delivery`. Local images are given as the path the user wrote;
    apply replaces each with the provider's media id. Model defaults marked as sent are filled in.
    """

    address: ShotAddress
    body: Mapping[str, Json]
    delivery: Mapping[str, Json]  # webhookURL, uploadEndpoint, ttl: never fingerprinted, never recorded
    inputs: Mapping[str, str]  # local file as written -> "sha256:<hex>" of its content
    fingerprint: Fingerprint | None  # None: it depends on the take of another shot that is not known yet
    estimate: Usd | None  # None: the price is unknown
    file: str  # where the shot is written: path as shown to users, line and column from 1
    line: int
    column: int
    recorded: frozenset[str] = frozenset()  # names in `body` that are only recorded (model data)
    known: frozenset[str] | None = None  # names of all fields the model has, at any depth; None: unknown
    moved: str | None = None  # shot or instance key it takes over from; `spec.shot` if that is another spec
    moved_place: Location | None = None  # where that is written
    title: str | None = None
    labels: Mapping[str, str] | None = None
    also: tuple[Fingerprint, ...] = ()  # by other versions of the algorithm, under which its takes may be recorded
    earlier: Callable[[], Sequence[Fingerprint]] = field(default=tuple, compare=False, repr=False)
    references: tuple[Reference, ...] = ()  # the shots that it takes images or videos from
    identify: Callable[..., Sequence[Fingerprint]] | None = field(default=None, compare=False, repr=False)
    sources: tuple[str | None, ...] = ()  # the SHA-256 of what each of them means; None: not known yet
    gate: bool = False  # whether its takes need an approval before other shots may begin with them
    expect: Expectations = NONE  # of its finished videos

    @property
    def after(self) -> tuple[ShotAddress, ...]:
        """The shots that it follows from."""
        if len(self.references) == 1:  # as in most chains, which ask for it often
            return (self.references[0].source,)
        return tuple(dict.fromkeys(reference.source for reference in self.references))

    @property
    def draft(self) -> Fingerprint | None:
        """The fingerprint with the names of sources in place of their contents: all that is known before these are."""
        if self.identify is None:
            return None
        return self.identify(*(reference.name for reference in self.references))[0]

    def beginning_with(self, sources: Sequence[str | None]) -> "Request":
        """The request with the outputs that its references mean.

        Args:
            sources: the SHA-256 of each output, in the order of `references`; None: not known yet.
        """
        if self.identify is None or any(sha256 is None for sha256 in sources):
            return replace(self, sources=tuple(sources))
        known = list(zip(self.references, map(str, sources), strict=True))
        marks = [
            mark
            for extraction in EXTRACTIONS  # a take made with an earlier one still answers
            for mark in self.identify(*(reference.content(sha256, extraction) for reference, sha256 in known))
        ]
        inputs = {**self.inputs, **{reference.name: reference.content(sha256) for reference, sha256 in known}}
        return replace(self, fingerprint=marks[0], also=tuple(marks[1:]), inputs=inputs, sources=tuple(sources))

    @property
    def versions(self) -> tuple[Fingerprint, ...]:
        """The fingerprints of exactly this body, the one of a new order first; none while they are unknown."""
        return () if self.fingerprint is None else (self.fingerprint, *self.also)

    @property
    def fingerprints(self) -> Iterator[Fingerprint]:
        """Every fingerprint under which a take for this request may be recorded, the one of a new order first.

        `earlier` comes last: earlier ltxspecs rendered some templates otherwise, and finding out how takes time.
        """
        yield from self.versions
        yield from self.earlier()


@dataclass(frozen=True, slots=True)
class RenderedSpec:
    """All requests of one spec, in the order written, and the warnings (errors are raised).

    `left_out` are shots and instances with errors that the run does not concern. Nothing is known about them, so
    nothing recorded under their keys is planned, given to other shots, or retired.
    """

    name: str
    file: str
    title: str | None
    requests: Sequence[Request]
    diagnostics: Sequence[Diagnostic] = ()
    variables: Mapping[str, Json] = field(default_factory=dict)  # of the spec, rendered
    left_out: frozenset[str] = frozenset()  # names of shots, and instance keys
    is_part: bool = False  # of a spec with errors, only what is sound of it
    broken: Sequence[Request] = ()  # of such a part, the shots with errors, as far as their references are known
    is_context: bool = False  # only read because shots of other specs refer to it: the run is not about it

    def leaves_out(self, key: str) -> bool:
        """Whether an instance key belongs to a shot that is left out."""
        return bool(self.left_out) and (key in self.left_out or key.partition("[")[0] in self.left_out)

    def keys(self, recorded: Iterable[str]) -> set[str]:
        """The instance keys of the spec; of shots that are left out, those that are recorded."""
        return {request.address.instance for request in self.requests} | set(filter(self.leaves_out, recorded))
