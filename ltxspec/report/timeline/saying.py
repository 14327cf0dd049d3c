"""What a timeline says about its shots in words, and where in a clip a note belongs."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from ltxspec.lock.verdicts import Note, Remark, Verdict
from ltxspec.report.takes import note_text, remark_text
from ltxspec.report.terminal import clean
from ltxspec.report.timeline.models import Cut

_COLORS = {Verdict.APPROVED: "GREEN", Verdict.NEEDS_WORK: "YELLOW", Verdict.REJECTED: "RED"}
_NOTE_COLOR = "CYAN"


@dataclass(frozen=True, slots=True)
class Mark:
    """Something said about a take, as a marker of its clip; in frames of the timeline from the clip's first one."""

    text: str
    color: str
    start: int
    frames: int  # 0: a moment


def take_text(cut: Cut) -> str:
    """`night.alley, take 2 of 3, outdated, approved by Bo`; `night.door, held: waits for approval of alley`."""
    words = [clean(str(cut.address))]
    if cut.take is None:
        return f"{words[0]}, {cut.state}" + (f": {clean(cut.why)}" if cut.why else "")
    words.append(f"take {cut.take.number} of {cut.take.count}")
    if cut.why:
        words.append(f"{cut.state}: {clean(cut.why)}")
    if cut.take.remark is not None:
        by = f" by {clean(cut.take.remark.by)}" if cut.take.remark.by else ""
        words.append(f"{cut.take.remark.verdict}{by}")
    return ", ".join(words)


def said(cut: Cut) -> list[str]:
    """The verdict and the notes of a take, each on one line."""
    if cut.take is None:
        return []
    verdict = [remark_text(cut.take.remark)] if cut.take.remark is not None else []
    return [*verdict, *map(note_text, cut.take.notes)]


def marks(cut: Cut, rate: Fraction) -> Iterator[Mark]:
    """The verdict and the notes of a take as markers: what names no moment stands at the first frame."""
    if cut.take is None:
        return
    if cut.take.remark is not None:
        yield _mark(cut, rate, cut.take.remark, remark_text(cut.take.remark), _COLORS[cut.take.remark.verdict])
    for note in cut.take.notes:
        yield _mark(cut, rate, note, note_text(note), _NOTE_COLOR)


def _mark(cut: Cut, rate: Fraction, item: Remark | Note, text: str, color: str) -> Mark:
    last = cut.frames - 1
    start = min(last, int(Fraction(item.at or 0) * rate))
    end = start if item.until is None else min(cut.frames, int(Fraction(item.until) * rate))
    return Mark(text, color, start, max(0, end - start))
