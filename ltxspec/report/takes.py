"""The content of lockfiles as text and JSON: takes, costs, locations of videos."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import orjson

from ltxspec.formats import to_json
from ltxspec.lock.models import Output, ShotRecord, Take
from ltxspec.lock.verdicts import Remark
from ltxspec.redaction import redact_secrets
from ltxspec.report.terminal import Paint, Style, clean
from ltxspec.report.wording import amount, charged, counted
from ltxspec.values import Json, ShotAddress, TaskId, format_usd, is_web_address, money_text, total_usd

_MOST_NAMED = 5
Remarks = Mapping[TaskId, Remark]  # the deciding remark of each take
Places = Mapping[str, str]  # sha256 -> local path, for videos that are archived


def record_text(  # the last two are what is known besides
    address: str,
    record: ShotRecord,
    places: Places,
    style: Style,
    *,
    retired: bool = False,
    remarks: Remarks = MappingProxyType({}),
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
    head = f"  {mark} take {number}  {take.status}  {money_text(take.cost)}  {when}  {take.task_id}"
    lines = [clean(head) + ("  current" if current else "") + ("  picked" if take.picked is not None else "")]
    if take.failure is not None:
        lines.append(f"      {clean(take.failure.code)}: {clean(take.failure.message)}")
    several = len(take.outputs) > 1
    for place, output in enumerate(take.outputs, 1):
        chosen = several and take.picked is not None and place == _result(take)
        label = f"result {place}: " if several else ""
        lines.append(f"      {label}{place_of(output, places)}" + ("  picked" if chosen else ""))
    return lines


def remark_text(remark: Remark) -> str:
    """A verdict on one line: who decided, and what was said."""
    by = f" by {remark.by}" if remark.by is not None else ""
    at = f" at {remark.at:g} s" if remark.at is not None else ""
    note = f": {remark.note}" if remark.note is not None else ""
    return clean(f"{remark.verdict.value}{by}{at}{note}")


def place_of(output: Output, places: Places) -> str:
    """Where a video can be played: the local file if it is archived, otherwise its address."""
    if output.sha256 is not None and output.sha256 in places:
        return clean(places[output.sha256])
    return clean(_address(output) or "no address")


def _address(output: Output) -> str | None:
    """A video's address, if it is a web address that is safe to open."""
    return output.video_url if output.video_url and is_web_address(output.video_url) else None


def record_json(
    address: str,
    record: ShotRecord,
    places: Places,
    *,
    retired: bool = False,
    remarks: Remarks = MappingProxyType({}),
) -> dict[str, Json]:
    """One shot with all its takes, for programs."""
    return {
        "address": address,
        "retired": retired,
        "current": record.current,
        "takes": [
            _take_json(number, take, record, places) | {"verdict": _verdict_json(remarks.get(take.task_id))}
            for number, take in enumerate(record.takes, 1)
        ],
    }


def _verdict_json(remark: Remark | None) -> Json:
    return None if remark is None else to_json(remark)


def _take_json(number: int, take: Take, record: ShotRecord, places: Places) -> dict[str, Json]:
    return {
        "take": number,
        "current": take.task_id == record.current,
        "picked": None if take.picked is None else _result(take),
        "taskUUID": take.task_id,
        "status": take.status,
        "fingerprint": take.fingerprint,
        "model": take.model,
        "cost": None if take.cost is None else format_usd(take.cost),
        "submittedAt": take.submitted_at,
        "finishedAt": take.finished_at,
        "request": redact_secrets(dict(take.request)),
        "code": take.failure.code if take.failure else None,
        "message": take.failure.message if take.failure else None,
        "outputs": [output_json(output, places) for output in take.outputs],
    }


def _result(take: Take) -> int:
    """The number of the output that is shown first, from 1."""
    return next((number for number, output in enumerate(take.outputs, 1) if output is take.shown[0]), 1)


def output_json(output: Output, places: Places) -> dict[str, Json]:
    """One video, for programs."""
    return {
        "videoURL": _address(output),
        "videoUUID": output.video_uuid,
        "file": places.get(output.sha256) if output.sha256 else None,
        "sha256": output.sha256,
        "bytes": output.bytes,
        "cost": None if output.cost is None else format_usd(output.cost),
    }


def progress_note(addresses: Sequence[ShotAddress]) -> str:
    """A note about orders still in progress, which are not among the takes; empty if there are none."""
    if not addresses:
        return ""
    names = ", ".join(clean(str(address)) for address in addresses[:_MOST_NAMED])
    more = f" and {len(addresses) - _MOST_NAMED:,} more" if len(addresses) > _MOST_NAMED else ""
    them = "it" if len(addresses) == 1 else "them"
    number = counted(len(addresses), "order")
    return f"{number} in progress, not recorded yet: {names}{more}; `ltxspec collect` fetches {them}\n"


def cost_json(rows: Sequence[tuple[str, Sequence[Take]]]) -> bytes:
    """Costs per group (such as a spec or a month) and in total, for programs."""
    groups = []
    every: dict[str, Take] = {}
    for name, takes in rows:
        known, unknown = total_usd(take.cost for take in takes)
        every.update((take.task_id, take) for take in takes)
        groups.append({"name": name, "takes": len(takes), "usd": format_usd(known), "unknown": unknown})
    known, unknown = total_usd(take.cost for take in every.values())
    total = {"takes": len(every), "usd": format_usd(known), "unknown": unknown}
    return orjson.dumps({"groups": groups, "total": total}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def cost_text(rows: Sequence[tuple[str, Sequence[Take]]], style: Style, provider: str = "") -> str:
    """Costs per group and in total, where takes shared by several shots count once; notes if the provider is free."""
    width = max([len(name) for name, _ in rows] + [5])
    lines, every = [], dict[str, Take]()
    for name, takes in rows:
        every.update((take.task_id, take) for take in takes)
        lines.append(_cost_line(name, takes, width))
    total = charged(_cost_line("total", list(every.values()), width), provider)
    lines.append(style.paint(total, Paint.BOLD))
    return "\n".join(lines) + "\n"


def _cost_line(name: str, takes: Sequence[Take], width: int) -> str:
    text = amount(*total_usd(take.cost for take in takes))
    indent = "" if text.startswith("≥") else "  "
    return f"{clean(name):<{width}}  {counted(len(takes), 'take'):>9}  {indent}{text}"
