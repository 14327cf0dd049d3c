"""The account: balance, and reports of what was charged (accountManagement).

Names and shapes of the questions: the types of the official Python SDK 1.8.0 (`types/task_map.py`). It types the
replies only as objects; their rows and totals are those of the TypeScript SDK 1.6.8 (`types/task-map.ts`). Which codes
refuse a wrong question is not documented.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from ltxspec.providers.sandbox.identifiers import derived_uuid
from ltxspec.providers.sandbox.problems import ServiceProblem
from ltxspec.providers.sandbox.scenario import Behaviour
from ltxspec.providers.sandbox.settings import SandboxSettings
from ltxspec.providers.sandbox.tasks import TaskStore
from ltxspec.providers.sandbox.uploads import problem
from ltxspec.providers.sandbox.usage import BLOCKS, Asked, Events, blocks, events_of
from ltxspec.values import Json

_DAY = 86_400.0
_PERIODS = (("today", _DAY), ("last7Days", 7 * _DAY), ("last30Days", 30 * _DAY), ("total", float("inf")))
_OPERATIONS = ("getUsageActivity", "getUsagePerformance", "getUsageErrors")
_LONGEST = 30  # days between the first and the last day of a report
_USUAL = 29  # the same, if no first day is named


@dataclass(frozen=True, slots=True)
class AccountDesk:
    """The context for questions about the account."""

    settings: SandboxSettings
    store: TaskStore
    behaviour: Behaviour
    now: float  # seconds since the epoch

    @property
    def key(self) -> str:
        """The id of the account's one key in reports."""
        return derived_uuid("key", self.settings.api_key or "any")


class _Wrong(Exception):
    """A wrong parameter of a question: its name, and what is wrong."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter


def account(task: Mapping[str, Json], desk: AccountDesk) -> dict[str, Json] | ServiceProblem:
    """Answer an accountManagement task."""
    operation = task.get("operation")
    if operation == "getDetails":
        return _details(task, desk)
    if operation not in _OPERATIONS or desk.behaviour.usage == "missing":
        known = ("getDetails", *(_OPERATIONS if desk.behaviour.usage == "given" else ()))
        return problem(task, "invalidOperation", f"The operation must be one of: {', '.join(known)}.", "operation")
    try:
        asked = _asked(task, desk)
    except _Wrong as wrong:
        code = f"invalid{wrong.parameter[:1].upper()}{wrong.parameter[1:]}"
        return problem(task, code, str(wrong), wrong.parameter)
    reply = {"taskType": "accountManagement", "taskUUID": task["taskUUID"], "operation": operation}
    window = {"startDate": asked.first.isoformat(), "endDate": asked.last.isoformat()}
    return reply | window | {"usage": blocks(asked, _events(desk))}


def _events(desk: AccountDesk) -> Events:
    """What reports show by now."""
    return events_of(desk.store, desk.settings.catalog, desk.now, desk.behaviour.usage_late)


def _details(task: Mapping[str, Json], desk: AccountDesk) -> dict[str, Json]:
    charges = desk.store.charges()
    usage = {}
    for name, seconds in _PERIODS:
        recent = [charge for charge in charges if desk.now - charge.at < seconds]
        spent = sum(float(charge.usd) for charge in recent if charge.usd is not None)
        usage[name] = {"credits": round(spent, 6), "requests": len(recent)}
    return {
        "taskType": "accountManagement",
        "taskUUID": task["taskUUID"],
        "operation": "getDetails",
        "organizationName": "Sandbox",
        "organizationUUID": derived_uuid("organization"),
        "balance": {"amount": float(desk.settings.balance - desk.store.spent()), "currency": "USD"},
        "team": [],
        "apiKeys": [],
        "usage": usage,
    }


def _asked(task: Mapping[str, Json], desk: AccountDesk) -> Asked:
    """The question, checked. Raises _Wrong."""
    zone = _zone(task.get("timezone", "UTC"))
    today = datetime.fromtimestamp(desk.now, UTC).astimezone(zone).date()
    last = _date(task, "endDate", today)
    first = _date(task, "startDate", last - timedelta(_USUAL))
    if first > last:
        raise _Wrong("endDate", "The endDate must be on or after the startDate.")
    if (last - first).days > _LONGEST:
        raise _Wrong("endDate", f"The startDate and the endDate must not be more than {_LONGEST} days apart.")
    if desk.behaviour.usage_days is not None:
        first = max(first, today - timedelta(desk.behaviour.usage_days))
    groups = _texts(task, "groupBy") or ["date"]
    if any(name not in BLOCKS for name in groups):
        raise _Wrong("groupBy", f"The groupBy values must be among: {', '.join(BLOCKS)}.")
    return Asked(
        operation=str(task["operation"]),
        first=first,
        last=last,
        zone=zone,
        groups=tuple(dict.fromkeys(groups)),
        models=_texts(task, "models"),
        key=desk.key,
        shows_key=desk.key in (_texts(task, "apiKeys") or [desk.key]),
        crossed=desk.behaviour.usage_rows == "crossed",
    )


def _zone(name: Json) -> tzinfo:
    if name == "UTC":
        return UTC  # also on a machine without time zone data
    try:
        return ZoneInfo(name)
    except (ValueError, TypeError, AttributeError, OSError, KeyError):  # the last: ZoneInfoNotFoundError
        raise _Wrong("timezone", "The timezone must be an IANA name, such as Europe/Lisbon.") from None


def _date(task: Mapping[str, Json], name: str, usual: date) -> date:
    try:
        return date.fromisoformat(task.get(name, usual.isoformat()))
    except (ValueError, TypeError):
        raise _Wrong(name, f"The {name} must be a date, such as 2026-11-30.") from None


def _texts(task: Mapping[str, Json], name: str) -> list[str]:
    found = task.get(name, [])
    if not isinstance(found, list) or not all(isinstance(value, str) for value in found):
        raise _Wrong(name, f"The {name} must be a list of texts.")
    return found
