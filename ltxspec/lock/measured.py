"""What was measured of a finished video, recorded with its take, so that nobody needs the video to judge it."""

from typing import Annotated

from msgspec import Meta

from ltxspec.formats import Record

_Pixels = Annotated[int, Meta(ge=1)]
_Rate = Annotated[float, Meta(ge=0, description="Average frames per second")]
_Seconds = Annotated[float, Meta(ge=0)]
_Black = Annotated[float, Meta(ge=0, description="The longest black passage, in seconds; below half a second: 0")]
_Frozen = Annotated[float, Meta(ge=0, description="The longest passage without movement; below half a second: 0")]
_Silent = Annotated[float, Meta(ge=0, description="The longest silence; null without audio")]
_Loudness = Annotated[float, Meta(description="Integrated loudness in LUFS, -70 for silence; null if unknown")]


class VideoFacts(Record, frozen=True, kw_only=True):
    """The properties of a finished video, rounded: the same bytes give the same facts."""

    width: _Pixels
    height: _Pixels
    fps: _Rate
    seconds: _Seconds
    audio: bool
    black_seconds: _Black
    frozen_seconds: _Frozen
    silent_seconds: _Silent | None = None
    loudness: _Loudness | None = None
