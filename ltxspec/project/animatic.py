"""Joins the shots of specs to one film: takes where they exist and are wanted, animatics elsewhere. Orders nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from ltxspec.catalog.defaults import full_defaults
from ltxspec.catalog.media import is_local_file, media_values
from ltxspec.errors import MediaError, StorageError, WrongUsage
from ltxspec.lock.models import ShotRecord, Take
from ltxspec.media.film import Clip, Size, write_film
from ltxspec.media.specs import AnimaticSpec
from ltxspec.plan.actions import Action
from ltxspec.plan.addresses import refuse_unknown
from ltxspec.plan.document import PlanOptions
from ltxspec.plan.graph_selection import with_dependents
from ltxspec.plan.recorded import record_under
from ltxspec.plan.selection import selection
from ltxspec.project.adapters import open_archive
from ltxspec.project.load import render_specs
from ltxspec.project.lookup import recorded_state
from ltxspec.project.plan import plan_project
from ltxspec.project.project import ProjectContext
from ltxspec.project.remarks import remarks_or_warn
from ltxspec.project.store import video_finder
from ltxspec.providers.sandbox.films import wants_audio
from ltxspec.providers.sandbox.shapes import shape_of
from ltxspec.render.graph import sources_first
from ltxspec.render.models import RenderedSpec, Request
from ltxspec.render.references import Reference
from ltxspec.report.results.films import Animatic, FilmShot
from ltxspec.report.slates import planned_slate, take_slate
from ltxspec.spec.files import FileProblem
from ltxspec.storage.outputs import replacing
from ltxspec.values import Json, ShotAddress

if TYPE_CHECKING:
    from ltxspec.storage.archive import FolderArchive

NOT_RENDERED = "not rendered"
Begun = Callable[[int, int, ShotAddress], None]  # the place of a shot in the film, from 1, and the number of shots


@dataclass(frozen=True, slots=True)
class FilmOptions:
    """What a film shows.

    Args:
        paths: spec files or folders; none: those of the project.
        targets: patterns of addresses; none: all shots.
        variables: overrides of the specs' variables.
        rendered: whether archived current takes are shown instead of animatics.
        size: of the film in pixels; None: that of the largest shot.
        slate: whether each shot has a slate with take, date, cost and running time codes.
    """

    paths: Sequence[str] = ()
    targets: Sequence[str] = ()
    variables: Mapping[str, Json] = field(default_factory=dict)
    rendered: bool = False
    size: Size | None = None
    slate: bool = False


@dataclass(frozen=True, slots=True)
class _Take:
    number: int
    file: Path | None  # None: not on this machine
    outdated: bool  # the spec asks for another one
    slate: str  # what stands on its slate

    @property
    def caption(self) -> str:
        if self.file is None:
            return NOT_RENDERED
        return f"take {self.number}, outdated" if self.outdated else f"take {self.number}"


def make_film(project: ProjectContext, options: FilmOptions, target: Path, name: str, begun: Begun) -> Animatic:
    """Write the film of the shots in the order written. An existing file is replaced completely or not at all.

    A shot that begins with a frame of another one begins with that frame as the film shows it.

    Args:
        project: the project.
        options: what is shown.
        target: a file that ends in `.mp4`, in a folder that exists.
        name: the file as the user sees it.
        begun: called before each shot is drawn.

    Raises:
        Invalid: the specs have problems.
        UnknownAddress, WrongUsage: there are no such shots, or the file has another ending.
        LockfileError: a lockfile cannot be trusted.
        MediaError: a take cannot be read, or the film cannot be encoded.
        StorageError: the file cannot be written.
    """
    _check_target(target, name)
    wanted = selection(targets=options.targets)
    specs = render_specs(project, options.paths, options.variables, selected=wanted)
    wanted = with_dependents(wanted, specs)
    requests = {request.address: request for spec in specs for request in spec.requests}
    refuse_unknown(wanted.unmatched(requests), list(requests))
    shots = [address for address in requests if wanted.is_target(address)]
    if not shots:
        raise WrongUsage("there are no shots to show", hint="add one to a spec, or name another spec")
    takes = _takes(project, specs, options) if options.rendered else {}
    cutting = _Cutting(project, requests, takes, options)
    clips = cutting.clips(shots)
    with replacing(target) as aside:
        write_film(clips, aside, lambda place: begun(place + 1, len(shots), shots[place]))
    return _document(name, dict(zip(shots, clips, strict=True)), takes)


def _check_target(target: Path, name: str) -> None:
    if target.suffix.lower() != ".mp4":
        raise WrongUsage(f"`{name}` is not the name of a film", hint="end it in .mp4")
    if not target.parent.is_dir():
        raise StorageError(f"`{name}` cannot be written: there is no such folder", hint="create it first")


def _takes(project: ProjectContext, specs: Sequence[RenderedSpec], options: FilmOptions) -> dict[ShotAddress, _Take]:
    """The current take of each shot that has one."""
    archive, planned = open_archive(project), PlanOptions(tuple(options.paths), variables=options.variables)
    find, verdicts = video_finder(project, archive), remarks_or_warn(project) if options.slate else {}
    changes = plan_project(project, planned).changes
    outdated = {change.address for change in changes if change.action not in (Action.NO_OP, Action.UPDATE)}
    found = {}
    for spec in specs:
        lockfile = recorded_state(project, spec.name).lockfile
        for request in spec.requests:
            record = record_under(lockfile, request.address.instance)
            take = record.current_take if record is not None else None
            if record is not None and take is not None:
                slate = take_slate(record, take, verdicts.get(take.task_id), project.provider)
                current = _current(record, take, archive, find)
                found[request.address] = replace(current, outdated=request.address in outdated, slate=slate)
    return found


def _current(record: ShotRecord, take: Take, archive: "FolderArchive", find: Callable[[str], Path | None]) -> _Take:
    number = next(number for number, other in enumerate(record.takes, 1) if other.task_id == take.task_id)
    sha256 = next((output.sha256 for output in take.shown), None)
    place = find(sha256) if sha256 is not None else None
    is_intact = sha256 is not None and archive.problem_with(sha256) is None  # an altered file is none of ours
    return _Take(number, place if is_intact else None, outdated=False, slate="")


def _document(name: str, shots: Mapping[ShotAddress, Clip], takes: Mapping[ShotAddress, _Take]) -> Animatic:
    frames, parts = 0, []
    for address, clip in shots.items():
        number = takes[address].number if clip.file is not None else None
        parts.append(FilmShot(str(address), number, float(frames / clip.rate), float(clip.count / clip.rate)))
        frames += clip.count
    first = next(iter(shots.values()))
    return Animatic(
        file=name,
        width=first.frame[0],
        height=first.frame[1],
        fps=float(first.rate),
        frames=frames,
        seconds=float(frames / first.rate),
        shots=tuple(parts),
        missing=tuple(str(address) for address in shots if address in takes and takes[address].file is None),
        outdated=tuple(str(address) for address, clip in shots.items() if clip.file and takes[address].outdated),
    )


class _Cutting:
    """Makes the clips of shots, sources first."""

    def __init__(
        self,
        project: ProjectContext,
        requests: Mapping[ShotAddress, Request],
        takes: Mapping[ShotAddress, _Take],
        options: FilmOptions,
    ) -> None:
        self._project, self._requests, self._takes, self._options = project, requests, takes, options
        self._clips: dict[ShotAddress, Clip] = {}

    def clips(self, shots: Sequence[ShotAddress]) -> list[Clip]:
        """The clips of shots, of one size and rate."""
        specs = {address: self._content(self._requests[address]) for address in shots}
        largest = max(specs.values(), key=lambda spec: spec.width * spec.height)
        size = self._options.size or (largest.width, largest.height)
        rate = max(Fraction(str(spec.fps)) for spec in specs.values())
        for address in self._in_order(shots):
            request = self._requests[address]
            spec, take = specs.get(address) or self._content(request), self._takes.get(address)
            file = take.file if take is not None else None
            if file is None:
                spec = replace(spec, first_frame=next(self._pictures(request), None))
            self._clips[address] = Clip(spec, size, rate, file, self._slate(request))
        return [self._clips[address] for address in shots]

    def _in_order(self, shots: Sequence[ShotAddress]) -> list[ShotAddress]:
        """The shots and all that they follow from, each after its sources."""
        needed: dict[ShotAddress, None] = {}
        left = list(shots)
        while left:
            address = left.pop()
            if address in self._requests and address not in needed:
                needed[address] = None
                left += self._requests[address].after
        order = sources_first({address: self._requests[address] for address in needed})
        return [*(address for address in order if address in needed), *(needed.keys() - set(order))]

    def _content(self, request: Request) -> AnimaticSpec:
        model = self._project.catalog.find(str(request.body.get("model")))
        body = full_defaults(model, request.body) if model is not None else dict(request.body)
        width, height, seconds, fps = shape_of(body)
        return AnimaticSpec(
            width, height, seconds, fps, audio=wants_audio(body), prompt=str(body.get("positivePrompt", "")),
            label=self._caption(request.address),
        )  # fmt: skip

    def _slate(self, request: Request) -> str | None:
        if not self._options.slate:
            return None
        take = self._takes.get(request.address)
        is_shown = take is not None and take.file is not None
        return take.slate if take is not None and is_shown else planned_slate(request, self._project.provider)

    def _caption(self, address: ShotAddress) -> str:
        if not self._options.rendered:
            return str(address)
        take = self._takes.get(address)
        return f"{address} · {take.caption if take is not None else NOT_RENDERED}"

    def _pictures(self, request: Request) -> Iterator[bytes]:
        """The pictures that a shot may begin with, as far as they are on this machine."""
        model = self._project.catalog.find(str(request.body.get("model")))
        references = {reference.path: reference for reference in request.references}
        for path, value in media_values(model, request.body) if model is not None else ():
            if path in references:
                found = self._cut(references[path])
            elif is_local_file(value) and not any("audio" in str(key).lower() for key in path):
                found = self._read(value, request.file)
            else:
                found = None
            if found is not None:
                yield found

    def _cut(self, reference: Reference) -> bytes | None:
        source = self._clips.get(reference.source)
        if source is None or reference.at is None:
            return None
        with suppress(MediaError):  # the take is shorter than the spec says
            return source.picture(reference.at)
        return None

    def _read(self, path: str, file: str) -> bytes | None:
        with suppress(FileProblem):  # `plan` reports it
            return self._project.files.read_media(path, beside=file)
        return None
