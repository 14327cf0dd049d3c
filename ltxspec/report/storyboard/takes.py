"""All takes and results of a shot: the strip below its player, and the data to compare them and to decide."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import starmap
from typing import Protocol

from ltxspec.formats import to_json
from ltxspec.lock.models import Output, Take
from ltxspec.lock.verdicts import Note, Remark
from ltxspec.lock.withdrawals import Withdrawal
from ltxspec.plan.expectations import unmet
from ltxspec.redaction import redact_secrets
from ltxspec.render.expectations import NONE, Expectations
from ltxspec.report.review.noticed import unmet_phrase
from ltxspec.report.storyboard.loudness import loudness
from ltxspec.report.storyboard.models import Clip, ClipPair, Passage
from ltxspec.report.takes import remark_text
from ltxspec.report.terminal import clean
from ltxspec.review.models import Review, ShotReview, Unmet
from ltxspec.values import Json, TaskId, is_web_address, money_text

PREVIEW_TASK = "preview"  # stands for a task; no provider's ids look like this
LOST = "take of the base"  # the name of a take that the head no longer records: nothing can be decided about it


@dataclass(frozen=True, slots=True)
class Reviewing:
    """What the page needs to show every take, and to decide about them.

    Args:
        clips: SHA-256 -> video, of every recorded take that is on this machine.
        passages: SHA-256 -> what of a video is not as expected, and where.
        live: whether a server writes what is decided; otherwise the page keeps it and exports it.
        by: the reviewer's name, as git has it; empty if the page asks for it.
        unread: why verdicts are not known, a text for each file that cannot be read.
    """

    clips: Mapping[str, Clip] = field(default_factory=dict)
    passages: Mapping[str, Sequence[Passage]] = field(default_factory=dict)
    live: bool = False
    by: str = ""
    unread: Sequence[str] = ()


class Said(Protocol):
    """What was said about takes: a review has it, and so have the records of a project."""

    @property
    def verdicts(self) -> Mapping[TaskId, Sequence[Remark]]:
        """Every verdict by task, oldest first."""

    @property
    def noted(self) -> Mapping[TaskId, Sequence[Note]]:
        """Every note by task."""

    @property
    def withdrawn(self) -> Mapping[TaskId, Sequence[Withdrawal]]:
        """The notes that are gone, by task."""


@dataclass(frozen=True, slots=True)
class Strip:
    """The takes of one shot: as lines for a page without scripts, and as data for one with them."""

    lines: tuple[str, ...]
    data: Json
    choices: int  # videos that can be put on a side


def strip_of(shot: ShotReview, review: Review, reviewing: Reviewing, preview: Clip | None = None) -> Strip:
    """The takes and results of a shot; empty if the head records none.

    Args:
        shot: the shot.
        review: its review.
        reviewing: the videos of the takes.
        preview: the animatic of a shot that is to be rendered; it can be compared like a take.
    """
    record = review.records.get(shot.address)
    if record is None:
        return Strip((), None, 0)
    numbered, expect = list(enumerate(record.takes, 1)), review.expected.get(shot.address, NONE)
    days = [_day(take) for take in record.takes]
    takes = [
        {**found, "date": _moment(take)} if found["date"] and days.count(found["date"]) > 1 else found
        for found, take in zip((_take(*one, shot, reviewing, expect) for one in numbered), record.takes, strict=True)
    ]
    if shot.before is not None and record.take(shot.before.task_id) is None:
        takes.insert(0, {**_take(0, shot.before, shot, reviewing, expect), "name": LOST, "succeeded": False})
    if preview is not None:
        takes.append(_preview(preview))
    choices = sum("clip" in result for take in takes for result in take["results"])
    data = {"address": str(shot.address), "current": record.current, "takes": takes}
    return Strip(tuple(_line(number, take, review) for number, take in numbered), data, choices)


def preview_in(footage: Sequence[ClipPair]) -> Clip | None:
    """The animatic among the videos of a shot; None if it has none."""
    return next((pair.after for pair in footage if pair.after is not None and pair.after.preview), None)


def review_data(review: Review, strips: Mapping[str, Strip], reviewing: Reviewing) -> dict[str, Json]:
    """What the page's scripts need besides its players: `review`, `takes` by number of the shot, `said` by task."""
    tasks = {take["task"] for strip in strips.values() if strip.data for take in strip.data["takes"]}
    return {
        "review": {
            "provider": review.provider,
            "live": reviewing.live,
            "by": reviewing.by,
            "unread": [clean(text) for text in reviewing.unread],
        },
        "takes": {number: strip.data for number, strip in strips.items() if strip.data},
        "said": said_data(review, tasks),
    }


def said_data(review: Said, tasks: AbstractSet[TaskId] | None = None) -> dict[str, Json]:
    """Verdicts and notes by task, as they are recorded, and which notes were withdrawn; of some takes, or of all."""
    every = {*review.verdicts, *review.noted, *review.withdrawn}
    return {
        task: {
            "verdicts": [to_json(remark) for remark in review.verdicts.get(task, ())],
            "notes": [to_json(note) for note in review.noted.get(task, ())],
            "withdrawn": [to_json(item) for item in review.withdrawn.get(task, ())],
        }
        for task in sorted(every if tasks is None else every & tasks)
    }


def spare_films(strips: Sequence[Strip], reviewing: Reviewing) -> Iterator[tuple[str, Clip]]:
    """(id, clip) of the embedded videos of takes."""
    for strip in strips:
        for take in strip.data["takes"] if strip.data else ():
            for result in take["results"]:
                clip = reviewing.clips.get(result.get("sha256", ""))
                if clip is not None and clip.read is not None:
                    yield film_of(clip), clip


def film_of(clip: Clip) -> str:
    """The id of the element that holds an embedded clip."""
    return f"film-{clip.sha256[:16]}"


def _take(number: int, take: Take, shot: ShotReview, reviewing: Reviewing, expect: Expectations) -> dict[str, Json]:
    sides = {"before": shot.before or shot.earlier, "after": shot.after}
    failed = f"{take.failure.code}: {take.failure.message}" if take.failure else ""
    return {
        "task": take.task_id,
        "number": number,
        "succeeded": take.status == "succeeded",
        "cost": money_text(take.cost),
        "date": _day(take),
        "failed": clean(redact_secrets(failed)),
        "sides": [name for name, shown in sides.items() if shown is not None and shown.task_id == take.task_id],
        "results": [_result(output, take, reviewing, expect) for output in take.outputs],
    }


def _day(take: Take) -> str:
    return (take.submitted_at or "")[:10]


def _moment(take: Take) -> str:
    """The day and the minute, for takes of one day."""
    return (take.submitted_at or "")[:16].replace("T", " ")


def _preview(clip: Clip) -> dict[str, Json]:
    """What is no take, in the form of one: it can be put on a side, and nothing is decided about it."""
    return {
        "task": PREVIEW_TASK,
        "name": "preview",
        "number": 0,
        "succeeded": False,
        "cost": "no cost",
        "date": "",
        "failed": "",
        "sides": ["after"],
        "results": [{"sha256": clip.sha256, "clip": _clip(clip)}],
    }


def _result(output: Output, take: Take, reviewing: Reviewing, expect: Expectations) -> dict[str, Json]:
    """One result: its own price where there are several, and its video, or where that may be."""
    clip = reviewing.clips.get(output.sha256 or "")
    found: dict[str, Json] = {}
    if len(take.outputs) > 1:
        found["cost"] = money_text(output.cost)
    now = unmet(expect, output.facts)  # also of a take that is older than the expectation
    lacking = [*starmap(Unmet, now.items()), *(Unmet(name, None) for name in output.unmet or () if name not in now)]
    if lacking:
        found["unmet"] = ", ".join(map(unmet_phrase, lacking))
    if clip is None:
        url = output.video_url or ""
        return {**found, "url": url} if is_web_address(url) else found
    if clip.audio and (sound := loudness(output, clip)):
        found["loudness"] = sound
    if places := reviewing.passages.get(clip.sha256):
        found["passages"] = [[place.kind, place.begin, place.end] for place in places]
    return {**found, "sha256": clip.sha256, "clip": _clip(clip)}


def _clip(clip: Clip) -> dict[str, Json]:
    """What a script needs to play a video."""
    place = {"href": clip.href} if clip.read is None else {"film": film_of(clip), "type": clip.mime}
    facts = {"fps": clip.fps, "frames": clip.frames, "audio": clip.audio, "width": clip.width, "height": clip.height}
    return {**place, **facts}


def _line(number: int, take: Take, review: Review) -> str:
    when = f", {take.submitted_at[:10]}" if take.submitted_at else ""
    remarks = review.verdicts.get(take.task_id, ())
    said = f", {remark_text(remarks[-1])}" if remarks else ""
    return f"Take {number}{when}, {money_text(take.cost)}{said}"
