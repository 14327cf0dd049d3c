"""A process that checks and measures videos: one path a line on its standard input, one answer a line on its output."""

import os
import sys
from pathlib import Path
from typing import BinaryIO

import msgspec

from ltxspec.errors import MediaError
from ltxspec.formats import to_json
from ltxspec.media import measure
from ltxspec.values import Json

_NICENESS = 5  # what orders and collects goes first


def serve(questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the input ends, which it does with the process that asks."""
    for line in iter(questions.readline, b""):
        answers.write(msgspec.json.encode(answer(Path(msgspec.json.decode(line, type=str)))) + b"\n")
        answers.flush()


def answer(path: Path) -> dict[str, Json]:
    """What `measure.checked` says of a video: `facts`, null if it could not be measured, or `damage`."""
    try:
        facts = measure.checked(path)
    except MediaError as error:
        return {"damage": error.summary, "hint": error.hint}
    return {"facts": None if facts is None else to_json(facts)}


def main() -> None:
    """Serve on the standard streams. What libraries print goes to the error stream."""
    os.nice(_NICENESS)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answers)
