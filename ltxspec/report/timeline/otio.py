"""A timeline as an OpenTimelineIO file, which editing programs and pipelines read.

One video track, and one audio track where any video has sound. A shot without a video is an offline clip of its length.
All ranges count frames of the timeline, so that cuts fall on whole frames; the video's own rate is in its reference.
"""

from fractions import Fraction
from typing import Any
from urllib.parse import quote

from ltxspec.errors import WrongUsage
from ltxspec.formats import to_json
from ltxspec.report.timeline.models import Cut, CutTake, Timeline
from ltxspec.report.timeline.saying import marks, said
from ltxspec.values import Json, format_usd

_OURS = "ltxspec"  # the key of our metadata
BEGINS = '{\n  "OTIO_SCHEMA"'  # how every such file begins


def otio_text(timeline: Timeline) -> str:
    """The whole file. Raises WrongUsage if OpenTimelineIO is not installed."""
    otio = _library()
    film = otio.schema.Timeline(name=timeline.name, metadata={_OURS: {"provider": timeline.provider}})
    film.global_start_time = _time(otio, timeline.begins, timeline.rate)
    pictures = otio.schema.Track(name="V1", kind=otio.schema.TrackKind.Video)
    pictures.extend([_clip(otio, timeline, cut) for cut in timeline.cuts])
    film.tracks.append(pictures)
    if any(cut.has_sound for cut in timeline.cuts):
        sound = otio.schema.Track(name="A1", kind=otio.schema.TrackKind.Audio)
        sound.extend([_sound(otio, timeline, cut) for cut in timeline.cuts])
        film.tracks.append(sound)
    text: str = film.to_json_string(indent=2)
    return f"{text}\n"


def _library() -> Any:
    try:
        import opentimelineio
    except ImportError:
        raise WrongUsage("`export otio` needs OpenTimelineIO", hint="pip install 'ltxspec[otio]'") from None
    return opentimelineio


def _time(otio: Any, frame: int, rate: Fraction) -> Any:
    return otio.opentime.RationalTime(frame, float(rate))


def _range(otio: Any, start: int, frames: int, rate: Fraction) -> Any:
    return otio.opentime.TimeRange(_time(otio, start, rate), _time(otio, frames, rate))


def _clip(otio: Any, timeline: Timeline, cut: Cut) -> Any:
    clip = otio.schema.Clip(
        name=cut.name,
        media_reference=_reference(otio, timeline, cut),
        source_range=_range(otio, 0, cut.frames, timeline.rate),
        metadata={_OURS: _metadata(cut)},
    )
    for mark in marks(cut, timeline.rate):
        clip.markers.append(
            otio.schema.Marker(
                name=mark.text,
                marked_range=_range(otio, mark.start, mark.frames, timeline.rate),
                color=mark.color,
            )
        )
    return clip


def _sound(otio: Any, timeline: Timeline, cut: Cut) -> Any:
    """The sound of a shot: the same reference once more, or a gap of its length."""
    length = _range(otio, 0, cut.frames, timeline.rate)
    if not cut.has_sound:
        return otio.schema.Gap(source_range=length)
    return otio.schema.Clip(name=cut.name, media_reference=_reference(otio, timeline, cut), source_range=length)


def _reference(otio: Any, timeline: Timeline, cut: Cut) -> Any:
    take = cut.take
    if take is None:
        return otio.schema.MissingReference(name=cut.name, available_range=_range(otio, 0, cut.frames, timeline.rate))
    available = _range(otio, 0, take.frames, take.rate)
    if take.place is None:
        return otio.schema.MissingReference(name=take.file, available_range=available)
    reference = otio.schema.ExternalReference(target_url=_url(take.place), available_range=available)
    reference.name = take.file
    return reference


def _url(place: str) -> str:
    """The address of a file: relative ones are looked up from the timeline's folder."""
    return f"file://{quote(place)}" if place.startswith("/") else quote(place)


def _metadata(cut: Cut) -> dict[str, Json]:
    return {
        "address": str(cut.address),
        "state": cut.state.value,
        "about": cut.why,
        "title": cut.title,
        "labels": dict(cut.labels),
        "model": cut.model,
        "prompt": cut.prompt,
        "width": cut.width,
        "height": cut.height,
        **({} if cut.take is None else _take_metadata(cut.take)),
        "said": said(cut),
    }


def _take_metadata(take: CutTake) -> dict[str, Json]:
    return {
        "take": take.number,
        "takes": take.count,
        "taskUUID": take.task_id,
        "made": take.made,
        "usd": None if take.cost is None else format_usd(take.cost),
        "sha256": take.sha256,
        "variableFrameRate": take.is_variable,
        "verdict": None if take.remark is None else to_json(take.remark),
        "notes": [to_json(note) for note in take.notes],
    }
