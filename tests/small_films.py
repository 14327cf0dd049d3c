"""Videos of the sandbox at a fraction of the ordered size: real files of the ordered length, ten times as fast."""

from collections.abc import Callable, Sequence
from pathlib import Path

import warm
from replacing import replace

from ltxspec.media import animatic, film
from ltxspec.media.film import Clip
from ltxspec.media.specs import AnimaticLike

LONGER_SIDE = 160  # pixels

_write, _write_film = animatic.write_animatic, film.write_film


def write_small_animatic(spec: AnimaticLike, path: Path) -> None:
    """As `write_animatic`, with fewer pixels."""
    width, height = small(spec.width, spec.height)
    _write(replace(spec, width=width, height=height), path)


def write_small_film(clips: Sequence[Clip], path: Path, begun: Callable[[int], None]) -> None:
    """As `write_film`, with fewer pixels."""
    _write_film([replace(clip, frame=small(*clip.frame)) for clip in clips], path, begun)


def small(width: int, height: int) -> tuple[int, int]:
    """The same shape with sides that are even and at most `LONGER_SIDE`, in pixels."""
    scale = min(1.0, LONGER_SIDE / max(width, height))
    return max(16, round(width * scale / 2) * 2), max(16, round(height * scale / 2) * 2)


def small_command(folder: Path) -> Path:
    """Write an `ltxspec` into a folder whose videos are small, for a shell with that folder on its path."""
    return warm.command(folder, small=True)


def make_all_small() -> None:
    """Let the commands of this process make small videos, for good."""
    from ltxspec.plan import expectations

    animatic.write_animatic, film.write_film = write_small_animatic, write_small_film
    expectations.ordered_size = lambda *_: None  # they are smaller than their orders
