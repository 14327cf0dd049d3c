"""Videos that are black, still or moving, loud or silent, for given times: for tests of what is measured of them."""

import math
import random
from array import array
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from PIL import Image

from ltxspec.media.drawing import Planes
from ltxspec.media.encoding import Format, encode
from ltxspec.media.sound import SAMPLE_RATE

WIDTH, HEIGHT, RATE = 160, 96, 25
BLACK, STILL, MOVING = "black", "still", "moving"
LEVELS = {BLACK: bytes([16]), STILL: bytes([90])}
LOUD, SILENT = "loud", "silent"


def frames(parts: list[tuple[str, float]]) -> Iterator[Planes]:
    noise = random.Random(5).randbytes(WIDTH * HEIGHT * 3)
    grey = Image.new("L", (WIDTH // 2, HEIGHT // 2), 128)
    number = 0
    for kind, seconds in parts:
        for _ in range(round(seconds * RATE)):
            number += 1
            luma = noise[number * 37 :][: WIDTH * HEIGHT] if kind == MOVING else LEVELS[kind] * (WIDTH * HEIGHT)
            yield Image.frombytes("L", (WIDTH, HEIGHT), luma), grey, grey


def samples(parts: list[tuple[str, float]]) -> bytes:
    found = array("h")
    for kind, seconds in parts:
        height = 8000 if kind == LOUD else 0
        found.extend(round(height * math.sin(t / 10)) for t in range(round(seconds * SAMPLE_RATE)))
    return found.tobytes()


def film(path: Path, pictures: list[tuple[str, float]], sound: list[tuple[str, float]] | None = None) -> Path:
    shape = Format("webm" if path.suffix == ".webm" else "mp4", WIDTH, HEIGHT, Fraction(RATE))
    encode(shape, path, frames(pictures), None if sound is None else samples(sound))
    return path
