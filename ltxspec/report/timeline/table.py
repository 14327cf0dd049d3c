"""A timeline as a table (CSV) for spreadsheets: a row for each shot, in order."""

import csv
import io
from collections.abc import Callable, Mapping
from fractions import Fraction

from ltxspec.report.cells import cell
from ltxspec.report.timeline.models import Cut, CutTake, Timeline
from ltxspec.report.timeline.saying import said
from ltxspec.timecode import rate_text
from ltxspec.values import format_usd

BEGINS = "\ufeffnumber,address,title,state,"  # how every such table begins
_BOM = "\ufeff"  # without it, Excel reads the file in the code page of the machine

Of = Callable[[Timeline, Cut], object]


def _take(read: Callable[[CutTake], object]) -> Of:
    """What a column says of the take; nothing without one."""
    return lambda _, cut: None if cut.take is None else read(cut.take)


_COLUMNS: Mapping[str, Of] = {
    "address": lambda _, cut: str(cut.address),
    "title": lambda _, cut: cut.title,
    "state": lambda _, cut: cut.state.value,
    "about": lambda _, cut: cut.why,
    "take": _take(lambda take: take.number),
    "takes": _take(lambda take: take.count),
    "file": _take(lambda take: take.file),
    "here": _take(lambda take: "no" if take.place is None else "yes"),
    "in": lambda timeline, cut: timeline.at(cut.start),
    "out": lambda timeline, cut: timeline.at(cut.end),
    "frames": lambda _, cut: cut.frames,
    "seconds": lambda timeline, cut: f"{float(Fraction(cut.frames) / timeline.rate):.3f}",
    "fps": _take(lambda take: rate_text(take.rate)),
    "variable rate": _take(lambda take: "yes" if take.is_variable else "no"),
    "width": lambda _, cut: cut.width,
    "height": lambda _, cut: cut.height,
    "audio": _take(lambda take: "yes" if take.has_audio else "no"),
    "verdict": _take(lambda take: None if take.remark is None else take.remark.verdict.value),
    "by": _take(lambda take: None if take.remark is None else take.remark.by),
    "notes": lambda _, cut: " | ".join(said(cut)),
    "USD": _take(lambda take: None if take.cost is None else format_usd(take.cost)),
    "made": _take(lambda take: take.made),
    "model": lambda _, cut: cut.model,
    "prompt": lambda _, cut: cut.prompt,
    "labels": lambda _, cut: "; ".join(f"{key}={value}" for key, value in sorted(cut.labels.items())),
    "task": _take(lambda take: take.task_id),
    "sha256": _take(lambda take: take.sha256),
}


def csv_text(timeline: Timeline) -> str:
    """The whole table, with a byte order mark: Excel then reads it as UTF-8."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(["number", *_COLUMNS])
    for number, cut in enumerate(timeline.cuts, 1):
        table.writerow([number, *(_written(read(timeline, cut)) for read in _COLUMNS.values())])
    return _BOM + out.getvalue()


def _written(value: object) -> object:
    return cell(value) if isinstance(value, str) else value
