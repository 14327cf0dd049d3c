"""A film of all shots, as a document and in words."""

from typing import Annotated

from msgspec import Meta

from ltxspec.formats import Place, Record
from ltxspec.report.results.base import Result
from ltxspec.report.results.takes import Address
from ltxspec.report.wording import counted


class FilmShot(Record, frozen=True):
    """A shot in a film; `start` and `seconds` are its place and its length."""

    address: Address
    take: Annotated[Place | None, Meta(description="the take that is shown, as `show` counts; null: an animatic")]
    start: float
    seconds: float


class Animatic(Result, frozen=True, kw_only=True):
    """A film of shots that was written.

    `missing` are shots whose take is not on this machine, `outdated` those whose spec asks for another take by now.
    """

    file: str
    width: Place
    height: Place
    fps: float
    frames: Place
    seconds: float
    shots: tuple[FilmShot, ...]
    missing: tuple[Address, ...]
    outdated: tuple[Address, ...]


def in_words(film: Animatic) -> str:
    """A film in one line."""
    takes = sum(shot.take is not None for shot in film.shots)
    kinds = f"{counted(takes, 'take')}, {counted(len(film.shots) - takes, 'animatic')}"
    size = f"{film.width}x{film.height}, {film.fps:g} fps"
    return f"{film.file}: {counted(len(film.shots), 'shot')} ({kinds}), {film.seconds:.2f} s, {size}."
