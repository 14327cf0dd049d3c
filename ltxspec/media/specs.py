"""The content of an animatic."""

from dataclasses import dataclass
from typing import Literal, Protocol

Container = Literal["mp4", "mov", "webm"]


class AnimaticLike(Protocol):
    """The content and format of an animatic: `AnimaticSpec`, or any frozen value with the same fields."""

    @property
    def width(self) -> int:
        """Pixels, even."""
        ...

    @property
    def height(self) -> int:
        """Pixels, even."""
        ...

    @property
    def seconds(self) -> float:
        """Length in seconds; the video has exactly `seconds * fps` frames, rounded."""
        ...

    @property
    def fps(self) -> float:
        """Frames per second."""
        ...

    @property
    def container(self) -> Container:
        """The file type."""
        ...

    @property
    def audio(self) -> bool:
        """Whether there is an audio track."""
        ...

    @property
    def prompt(self) -> str:
        """Burned into the picture, and the source of its colours."""
        ...

    @property
    def label(self) -> str:
        """The shot or task, burned in at the top."""
        ...

    @property
    def seed(self) -> int:
        """Varies colours, shapes and drift between results of one prompt."""
        ...

    @property
    def quality(self) -> int:
        """Per cent, 20 to 99."""
        ...

    @property
    def first_frame(self) -> bytes | None:
        """An image file to drift over instead of a generated picture."""
        ...


@dataclass(frozen=True, slots=True)
class AnimaticSpec:
    """An animatic to write; see `AnimaticLike` for the fields."""

    width: int
    height: int
    seconds: float
    fps: float
    container: Container = "mp4"
    audio: bool = False
    prompt: str = ""
    label: str = ""
    seed: int = 0
    quality: int = 95
    first_frame: bytes | None = None
