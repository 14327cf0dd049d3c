"""Lays the shots of specs out as one timeline: current takes where they exist, room for them elsewhere.

Nothing is ordered or recorded. Retired shots are in no spec, so they have no place in the order.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from ltxspec.catalog.defaults import full_defaults
from ltxspec.errors import MediaError, WrongUsage
from ltxspec.lock.models import Output, ShotRecord, Take
from ltxspec.plan.actions import Action, Change
from ltxspec.plan.document import PlanOptions
from ltxspec.plan.recorded import record_under
from ltxspec.project.adapters import open_archive
from ltxspec.project.lookup import recorded_state
from ltxspec.project.plan import ProjectPlan, plan_project
from ltxspec.project.project import ProjectContext
from ltxspec.project.remarks import Remarks, said_or_warn
from ltxspec.project.store import video_finder
from ltxspec.providers.sandbox.shapes import shape_of
from ltxspec.render.models import Request
from ltxspec.report.reasons import reason
from ltxspec.report.terminal import clean
from ltxspec.report.timeline.models import Cut, CutTake, State, Timeline
from ltxspec.report.timeline.names import clip_names
from ltxspec.timecode import frames_in, known_rate, rate_text, timeline_rate
from ltxspec.values import Json, ShotAddress

if TYPE_CHECKING:
    from ltxspec.media.cadence import Cadence

_UNRENDERED: Mapping[Action, State] = {
    Action.RESUME: State.IN_PROGRESS,
    Action.BLOCKED: State.FAILED,
    Action.HELD: State.HELD,
}


@dataclass(frozen=True, slots=True)
class TimelineOptions:
    """What a timeline shows.

    Args:
        paths: spec files or folders; none: those of the project.
        targets: patterns of addresses; none: all shots.
        variables: overrides of the specs' variables.
        rate: frames per second; None: the rate that most shots have.
    """

    paths: Sequence[str] = ()
    targets: Sequence[str] = ()
    variables: Mapping[str, Json] = field(default_factory=dict)
    rate: Fraction | None = None


def make_timeline(project: ProjectContext, options: TimelineOptions) -> Timeline:
    """The shots in the order written, one after the other; places of videos are absolute.

    Raises:
        Invalid: the specs have problems, or there are no such shots.
        WrongUsage: there are no shots.
        LockfileError: a lockfile cannot be trusted.
    """
    planned = plan_project(
        project, PlanOptions(tuple(options.paths), tuple(options.targets), variables=options.variables)
    )
    cutting = _Cutting(project, planned)
    shots = [cutting.shot(change, change.request) for change in planned.named if change.request is not None]
    if not shots:
        raise WrongUsage("there are no shots to export", hint="add one to a spec, or name another spec")
    rate = options.rate or _usual_rate([shot.rate for shot in shots])
    cuts: list[Cut] = []
    for shot in shots:
        start = cuts[-1].end if cuts else 0
        cuts.append(replace(shot.cut, start=start, frames=frames_in(shot.seconds, rate)))
    return Timeline(_name(project, planned, cuts), rate, tuple(cuts), project.provider)


def _usual_rate(rates: Sequence[Fraction]) -> Fraction:
    """The rate that most shots have; of several the highest, which shows every frame of the others."""
    count = Counter(rates)
    return timeline_rate(max(count, key=lambda rate: (count[rate], rate)))


def _name(project: ProjectContext, planned: ProjectPlan, cuts: Sequence[Cut]) -> str:
    """The title of the spec, or the name of the project's folder if there are several."""
    names = {cut.address.spec for cut in cuts}
    specs = [spec for spec in planned.rendered if spec.name in names]
    return specs[0].title or specs[0].name if len(specs) == 1 else project.root.resolve().name


@dataclass(frozen=True, slots=True)
class _Shot:
    """A cut without its place, the length of what it shows, and the rate of that."""

    cut: Cut
    seconds: Fraction
    rate: Fraction


class _Cutting:
    """Makes the cuts of shots."""

    def __init__(self, project: ProjectContext, planned: ProjectPlan) -> None:
        self._project = project
        self._archive = open_archive(project)
        self._find = video_finder(project, self._archive)
        self._said: Remarks = said_or_warn(project)
        specs = planned.rendered
        self._names = clip_names(request.address for spec in specs for request in spec.requests)
        self._lockfiles = {spec.name: recorded_state(project, spec.name).lockfile for spec in specs}

    def shot(self, change: Change, request: Request) -> _Shot:
        """What a timeline shows of a shot."""
        record = record_under(self._lockfiles[request.address.spec], request.address.instance)
        take = record.current_take if record is not None else None
        width, height, seconds, fps = self._shape(request)
        name, cut_take, length = self._names[request.address], None, (Fraction(str(seconds)), _rate(fps))
        if record is not None and take is not None:
            cut_take, length, (width, height) = self._take(request, record, take, (width, height))
            name = Path(cut_take.file).stem
        state = _state(change, record)
        cut = Cut(
            address=request.address, name=name, start=0, frames=1, state=state, why=_why(change, record, state),
            width=width, height=height, model=str(request.body.get("model", "")),
            prompt=str(request.body.get("positivePrompt", "")), title=request.title, labels=request.labels or {},
            take=cut_take,
        )  # fmt: skip
        return _Shot(cut, *length)

    def _shape(self, request: Request) -> tuple[int, int, float, float]:
        model = self._project.catalog.find(str(request.body.get("model")))
        return shape_of(full_defaults(model, request.body) if model is not None else dict(request.body))

    def _take(
        self, request: Request, record: ShotRecord, take: Take, size: tuple[int, int]
    ) -> tuple[CutTake, tuple[Fraction, Fraction], tuple[int, int]]:
        """The current take, its length and rate, and its size as far as that was measured."""
        number = next(number for number, other in enumerate(record.takes, 1) if other.task_id == take.task_id)
        output = take.shown[0] if take.shown else Output()
        file = self._file(output)
        cadence = _cadence(file, output, self._shape(request))
        suffix = file.suffix if file is not None else f".{str(take.request.get('outputFormat', 'mp4')).lower()}"
        found = CutTake(
            number=number, count=len(record.takes), task_id=take.task_id, made=take.finished_at or take.submitted_at,
            cost=take.cost, sha256=output.sha256, remark=self._said.by_task.get(take.task_id),
            notes=self._said.noted.get(take.task_id, ()),
            file=f"{self._names[request.address]}_take{number}{suffix}", place=None if file is None else str(file),
            rate=_rate(cadence.rate), frames=cadence.frames, is_variable=cadence.is_variable,
            has_audio=cadence.has_audio,
        )  # fmt: skip
        facts = output.facts
        return found, (cadence.seconds, found.rate), size if facts is None else (facts.width, facts.height)

    def _file(self, output: Output) -> Path | None:
        """The video, if it is on this machine and intact."""
        place = self._find(output.sha256) if output.sha256 is not None else None
        if place is None or output.sha256 is None or self._archive.problem_with(output.sha256) is not None:
            return None
        return place.absolute()


def _cadence(file: Path | None, output: Output, planned: tuple[int, int, float, float]) -> "Cadence":
    """The frames of a video: counted, else as they were measured, else as ordered."""
    from ltxspec.media.cadence import Cadence, cadence_of

    if file is not None:
        with suppress(MediaError):  # a file that only its maker's programs read
            return cadence_of(file)
    facts = output.facts
    seconds, fps = (planned[2], planned[3]) if facts is None else (facts.seconds, facts.fps)
    rate = _rate(fps)
    frames = max(1, round(Fraction(str(seconds)) * rate))
    return Cadence(frames, rate, frames / rate, is_variable=False, has_audio=facts is not None and facts.audio)


def _rate(fps: float | Fraction) -> Fraction:
    """A rate as editing programs write it, if they know it."""
    return known_rate(fps) or Fraction(fps).limit_denominator(1001)


def _state(change: Change, record: ShotRecord | None) -> State:
    if record is not None and record.current_take is not None:
        return State.RENDERED if change.action in (Action.NO_OP, Action.UPDATE) else State.OUTDATED
    if change.action in _UNRENDERED:
        return _UNRENDERED[change.action]
    return State.FAILED if record is not None and record.takes else State.PENDING


def _why(change: Change, record: ShotRecord | None, state: State) -> str:
    """The error of a shot that failed; else why the plan does with it what it does."""
    if state is State.RENDERED:
        return ""
    failure = record.takes[-1].failure if state is State.FAILED and record is not None and record.takes else None
    return clean(f"{failure.code}: {failure.message}") if failure is not None else reason(change)


def problems_of(timeline: Timeline) -> Iterator[str]:
    """What an editor should know about a timeline, each as one sentence."""
    outdated = [cut.address for cut in timeline.cuts if cut.state is State.OUTDATED]
    if outdated:
        yield f"{_named(outdated)}: the take is shown that its spec no longer asks for"
    if missing := [cut.address for cut in timeline.missing]:
        yield f"{_named(missing)}: the video is not on this machine, or was altered"
    takes = [(cut.address, cut.take) for cut in timeline.cuts if cut.take is not None]
    others = {address: take.rate for address, take in takes if take.rate != timeline.rate and not take.is_variable}
    if others:
        rates = " and ".join(map(rate_text, sorted(set(others.values()))))
        yield f"{_named([*others])}: {rates} fps in a timeline of {rate_text(timeline.rate)}, played at normal speed"
    if variable := [address for address, take in takes if take.is_variable]:
        yield f"{_named(variable)}: the frame rate is variable; convert the video to a constant one before editing"


def _named(addresses: Sequence[ShotAddress], most: int = 5) -> str:
    listed = ", ".join(f"`{address}`" for address in addresses[:most])
    return listed + (f" and {len(addresses) - most:,} more" if len(addresses) > most else "")
