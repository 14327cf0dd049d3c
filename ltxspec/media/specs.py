"""What an animatic is to show."""

from dataclasses import dataclass
from typing import Literal, Protocol

Container = Literal["mp4", "mov", "webm"]


class AnimaticLike(Protocol):
    """What an animatic must show; `AnimaticSpec` is one, and so is any frozen value with the same fields."""

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
        """Length; the video has exactly `seconds * fps` frames, rounded."""
        ...

    @property
    def fps(self) -> float:
        """Frames a second."""
        ...

    @property
    def container(self) -> Container:
        """Which kind of file."""
        ...

    @property
    def audio(self) -> bool:
        """Whether there is an audio track."""
        ...

    @property
    def prompt(self) -> str:
        """Burned in, and the seed of the picture's colours."""
        ...

    @property
    def label(self) -> str:
        """The shot or task, burned in at the top."""
        ...

    @property
    def seed(self) -> int:
        """Varies colours, shapes and drift of results of one prompt."""
        ...

    @property
    def quality(self) -> int:
        """Per cent, 20 to 99."""
        ...

    @property
    def first_frame(self) -> bytes | None:
        """An image file to drift over, instead of a generated picture."""
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
