"""What stands on the slate of a shot in a film: the take, its date and cost, and its verdict."""

from ltxspec.lock.models import ShotRecord, Take
from ltxspec.lock.verdicts import Remark
from ltxspec.render.models import Request
from ltxspec.report.terminal import clean
from ltxspec.services import is_free
from ltxspec.values import money_text

_BETWEEN = " · "
_DAY = len("2026-11-22")


def take_slate(record: ShotRecord, take: Take, remark: Remark | None, provider: str) -> str:
    """`take 2 of 3 · 2026-11-22 · $0.48 · approved`."""
    number = next(number for number, other in enumerate(record.takes, 1) if other.task_id == take.task_id)
    made = take.finished_at or take.submitted_at
    parts = [
        f"take {number} of {len(record.takes)}",
        made[:_DAY] if made else "",
        money_text(take.cost) + _free(provider),
    ]
    return _joined([*parts, remark.verdict.value if remark is not None else ""])


def planned_slate(request: Request, provider: str) -> str:
    """`animatic · about $0.54`: of a shot whose video is not shown."""
    return _joined(["animatic", money_text(request.estimate, "price unknown", "about {}") + _free(provider)])


def _free(provider: str) -> str:
    return f" ({provider})" if is_free(provider) else ""


def _joined(parts: list[str]) -> str:
    return clean(_BETWEEN.join(filter(None, parts)))
