"""Timelines as data, for the tests of what writes them."""

from fractions import Fraction
from typing import Any

import builders

from ltxspec.lock.verdicts import Note, Remark, Verdict
from ltxspec.report.timeline.models import Cut, CutTake, State, Timeline
from ltxspec.values import ShotAddress, Usd

REMARK = Remark(Verdict.REJECTED, "too dark", 2.0, "Bo", "2026-11-23T10:00:00Z", 3.0)
NOTE = Note("a second hand?", 4.5, "Ada", "2026-11-23T11:00:00Z")


def cut_take(number: int = 2, **more: Any) -> CutTake:
    """A take of 8 s at 25 frames a second, with its video in `/archive`."""
    usual: dict[str, Any] = {
        "number": number, "count": 3, "task_id": builders.task(number), "made": "2026-11-22T10:00:00Z",
        "cost": Usd("0.48"), "sha256": f"{number:064x}", "remark": None, "notes": (),
        "file": f"night_alley_take{number}.mp4", "place": f"/archive/a b/{number}.mp4", "rate": Fraction(25),
        "frames": 200, "is_variable": False, "has_audio": True,
    }  # fmt: skip
    return CutTake(**usual | more)


def cut(shot: str = "alley", start: int = 0, frames: int = 200, **more: Any) -> Cut:
    """A shot of `night`, rendered."""
    usual: dict[str, Any] = {
        "address": ShotAddress("night", shot), "name": f"night_{shot}", "start": start, "frames": frames,
        "state": State.RENDERED, "why": "", "width": 1280, "height": 720, "model": "maker:1@0", "prompt": "rain",
        "title": None, "labels": {}, "take": cut_take(file=f"night_{shot}_take2.mp4"),
    }  # fmt: skip
    return Cut(**usual | more)


def unrendered(shot: str = "door", start: int = 200, frames: int = 150, **more: Any) -> Cut:
    """A shot without a take."""
    return cut(shot, start, frames, **{"state": State.HELD, "why": "waits for approval of alley", "take": None} | more)


def timeline(*cuts: Cut, rate: Fraction = Fraction(25), name: str = "Night scenes") -> Timeline:
    """A film of these shots."""
    return Timeline(name, rate, cuts, "runware")
