"""The content of lockfiles as text: takes, costs, locations of videos. As documents: `results/takes.py`."""

from collections.abc import Callable, Sequence

from ltxspec.lock.measured import VideoFacts
from ltxspec.lock.models import Output, ShotRecord, Take
from ltxspec.lock.places import place_text
from ltxspec.lock.verdicts import Note, Remark
from ltxspec.report.cells import cell
from ltxspec.report.results.takes import NO_REMARKS, Notes, Places, Remarks, result_of, web_address
from ltxspec.report.terminal import Paint, Style, chop, clean, pad, width_of
from ltxspec.report.wording import amount, charged, counted
from ltxspec.values import ShotAddress, format_usd, money_text, total_usd

_MOST_NAMED = 5


def record_text(  # the last two are what is known besides
    address: str,
    record: ShotRecord,
    places: Places,
    style: Style,
    *,
    retired: bool = False,
    remarks: Remarks = NO_REMARKS,
) -> str:
    """One shot with all its takes, the current one marked, and what was decided about them."""
    note = "  (retired: gone from the spec)" if retired else ""
    lines = [style.paint(clean(address), Paint.BOLD) + note]
    for number, take in enumerate(record.takes, 1):
        lines += _take_lines(number, take, current=take.task_id == record.current, places=places, style=style)
        if take.task_id in remarks:
            lines.append(f"      {remark_text(remarks[take.task_id])}")
    return "\n".join(lines) + "\n"


def _take_lines(number: int, take: Take, *, current: bool, places: Places, style: Style) -> list[str]:
    mark = style.paint("*", Paint.GREEN) if current else " "
    when = take.submitted_at or "imported"
    head = clean(f"take {number}  {take.status}  {money_text(take.cost)}  {when}")
    state = ("  current" if current else "") + ("  picked" if take.picked is not None else "")
    task = clean(take.task_id)
    if style.whole or width_of(f"  * {head}  {task}{state}") <= style.width:
        lines = [f"  {mark} {head}  {task}{state}"]
    else:
        lines = [f"  {mark} {head}{state}", f"      {task}"]
    if take.failure is not None:
        lines.append(f"      {clean(take.failure.code)}: {clean(take.failure.message)}")
    if take.missing:
        lines.append(f"      {missing_text(take)}")
    several = len(take.outputs) > 1
    for place, output in enumerate(take.outputs, 1):
        chosen = several and take.picked is not None and place == result_of(take)
        label = f"result {place}: " if several else ""
        lines.append(f"      {label}{_linked(output, places, style)}" + ("  picked" if chosen else ""))
        if current and output.facts is not None:
            lines.append(f"      {label}{facts_text(output.facts)}")
        if output.unmet:
            lines.append(f"      {label}" + style.paint(clean(unmet_text(output.unmet)), Paint.YELLOW))
    return lines


def facts_text(facts: VideoFacts) -> str:
    """`1920x1080, 25 fps, 8 s, -23.1 LUFS; frozen for 1.2 s`: what was measured of a video."""
    sound = "no audio" if not facts.audio else "audio" if facts.loudness is None else f"{facts.loudness:g} LUFS"
    passages = {"black": facts.black_seconds, "frozen": facts.frozen_seconds, "silent": facts.silent_seconds or 0.0}
    listed = ", ".join(f"{name} for {seconds:g} s" for name, seconds in passages.items() if seconds)
    size = f"{facts.width}x{facts.height}, {facts.fps:g} fps, {facts.seconds:g} s, {sound}"
    return f"{size}; {listed}" if listed else size


def unmet_text(unmet: Sequence[str]) -> str:
    """`not as expected: fps, audio`: the keys of `expect:` that a video did not meet when it came."""
    return f"not as expected: {', '.join(unmet)}"


def missing_text(take: Take) -> str:
    """`only 2 of 3 results were made`, of a take with results missing."""
    return f"only {len(take.outputs)} of {counted(take.wanted, 'result')} were made"


def remark_text(remark: Remark, place: Callable[[Remark | Note], str] = place_text) -> str:
    """A verdict on one line: who decided, and what was said; `place` says about which moment and part of the frame."""
    by = f" by {remark.by}" if remark.by is not None else ""
    at = place(remark)
    note = f": {remark.note}" if remark.note is not None else ""
    return clean(f"{remark.verdict.value}{by}{at}{note}")


def note_text(note: Note, place: Callable[[Remark | Note], str] = place_text) -> str:
    """A note on one line: who said it, about which place, and what; `place` as in `remark_text`."""
    by = f" by {note.by}" if note.by is not None else ""
    return clean(f"note{by}{place(note)}: {note.note}")


def notes_text(record: ShotRecord, notes: Notes) -> str:
    """The notes about a shot's takes, one line each; empty without any."""
    said = ((number, note) for number, take in enumerate(record.takes, 1) for note in notes.get(take.task_id, ()))
    return "".join(f"    take {number}  {note_text(note)}\n" for number, note in said)


def place_of(output: Output, places: Places) -> str:
    """Where a video can be played: the local file if it is archived, otherwise its address."""
    if output.sha256 is not None and output.sha256 in places:
        return clean(places[output.sha256])
    return clean(web_address(output) or "no address")


def _linked(output: Output, places: Places, style: Style) -> str:
    place = place_of(output, places)
    return style.link(place, place) if output.sha256 in places or place.startswith("http") else place


def progress_note(addresses: Sequence[ShotAddress]) -> str:
    """A note about orders still in progress, which are not among the takes; empty if there are none."""
    if not addresses:
        return ""
    names = ", ".join(clean(str(address)) for address in addresses[:_MOST_NAMED])
    more = f" and {len(addresses) - _MOST_NAMED:,} more" if len(addresses) > _MOST_NAMED else ""
    them = "it" if len(addresses) == 1 else "them"
    number = counted(len(addresses), "order")
    return f"{number} in progress, not recorded yet: {names}{more}; `ltxspec collect` fetches {them}\n"


def cost_text(rows: Sequence[tuple[str, Sequence[Take]]], style: Style, provider: str = "") -> str:
    """Costs per group and in total, where takes shared by several shots count once; notes if the provider is free."""
    width = max([width_of(clean(name)) for name, _ in rows] + [5])
    sums = [_cost_columns(takes) for _, takes in rows]
    every = {take.task_id: take for _, takes in rows for take in takes}
    room = style.width - max(map(width_of, [*sums, _cost_columns(list(every.values()))])) - 2
    width = width if style.whole else max(min(width, room), 5)
    lines = []
    for (name, _), columns in zip(rows, sums, strict=True):
        *above, last = chop(clean(name), width) if width_of(clean(name)) > width else [clean(name)]
        lines += [*above, f"{pad(last, width)}  {columns}"]
    total = charged(f"{'total':<{width}}  {_cost_columns(list(every.values()))}", provider)
    lines.append(style.paint(total, Paint.BOLD))
    return "\n".join(lines) + "\n"


def cost_csv(groupings: Sequence[str], rows: Sequence[tuple[tuple[str, ...], Sequence[Take]]]) -> str:
    """Costs as CSV: a column for each grouping, then the number of takes, the known sum in USD, and unknown costs."""
    import csv
    import io

    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow([*groupings, "takes", "usd", "unknown"])
    for names, takes in rows:
        usd, unknown = total_usd(take.cost for take in takes)
        table.writerow([*map(cell, names), len(takes), format_usd(usd), unknown])
    return out.getvalue()


def _cost_columns(takes: Sequence[Take]) -> str:
    text = amount(*total_usd(take.cost for take in takes))
    indent = "" if text.startswith("≥") else "  "
    return f"{counted(len(takes), 'take'):>9}  {indent}{text}"
