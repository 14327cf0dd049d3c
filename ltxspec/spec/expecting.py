"""The structure of `expect:`. Values may be templates, so they are judged once rendered."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

_OTHERWISE = ({"type": "string", "pattern": r"\{\{"}, {"type": "null"})  # a template, or what removes an expectation

_Number = Annotated[Any, WithJsonSchema({"anyOf": [{"type": "number"}, *_OTHERWISE]})]
_Positive = Annotated[Any, WithJsonSchema({"anyOf": [{"type": "number", "exclusiveMinimum": 0}, *_OTHERWISE]})]
_Seconds = Annotated[Any, WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0}, *_OTHERWISE]})]
_Flag = Annotated[Any, WithJsonSchema({"anyOf": [{"type": "boolean"}, *_OTHERWISE]})]
_Size = Annotated[
    Any, WithJsonSchema({"anyOf": [{"type": "string", "pattern": "^[1-9][0-9]*x[1-9][0-9]*$"}, *_OTHERWISE]})
]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", defer_build=True)


class LoudnessPart(_Part):
    """Limits of the integrated loudness, in LUFS."""

    min: Annotated[_Number, Field(description="The least")] = None
    max: Annotated[_Number, Field(description="The most")] = None


class ExpectPart(_Part):
    """What a finished video must be like. One that is not is kept, marked, and never bought again by itself."""

    duration: Annotated[_Positive, Field(description="Length in seconds")] = None
    tolerance: Annotated[_Seconds, Field(description="Seconds by which the length may differ; 0.1 by default")] = None
    fps: Annotated[_Positive, Field(description="Frames per second")] = None
    size: Annotated[_Size, Field(description="Width and height in pixels, such as 1920x1080")] = None
    audio: Annotated[_Flag, Field(description="Whether it has audio")] = None
    max_black: Annotated[
        _Seconds, Field(alias="maxBlackSeconds", description="The longest black passage, in seconds")
    ] = None
    max_frozen: Annotated[
        _Seconds, Field(alias="maxFrozenSeconds", description="The longest passage without movement, in seconds")
    ] = None
    max_silence: Annotated[
        _Seconds, Field(alias="maxSilenceSeconds", description="The longest silence, in seconds; all of it if no audio")
    ] = None
    loudness: Annotated[LoudnessPart | None, Field(description="Limits of the integrated loudness, in LUFS")] = None
