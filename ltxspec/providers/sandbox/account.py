"""accountManagement: balance and usage of the account. It contains no names or keys of people."""

from collections.abc import Mapping

from ltxspec.providers.sandbox.identifiers import derived_uuid
from ltxspec.providers.sandbox.problems import ServiceProblem
from ltxspec.providers.sandbox.settings import SandboxSettings
from ltxspec.providers.sandbox.tasks import TaskStore
from ltxspec.providers.sandbox.uploads import problem
from ltxspec.values import Json

_DAY = 86_400.0
_PERIODS = (("today", _DAY), ("last7Days", 7 * _DAY), ("last30Days", 30 * _DAY), ("total", float("inf")))


def account(
    task: Mapping[str, Json], settings: SandboxSettings, store: TaskStore, now: float
) -> dict[str, Json] | ServiceProblem:
    """Answer an accountManagement task; only `getDetails` is offered."""
    if task.get("operation") != "getDetails":
        return problem(task, "invalidOperation", "The sandbox supports only the operation getDetails.", "operation")
    charges = store.charges()
    usage = {}
    for name, seconds in _PERIODS:
        recent = [charge for charge in charges if now - charge.at < seconds]
        spent = sum(float(charge.usd) for charge in recent if charge.usd is not None)
        usage[name] = {"credits": round(spent, 6), "requests": len(recent)}
    return {
        "taskType": "accountManagement",
        "taskUUID": task["taskUUID"],
        "operation": "getDetails",
        "organizationName": "Sandbox",
        "organizationUUID": derived_uuid("organization"),
        "balance": {"amount": float(settings.balance - store.spent()), "currency": "USD"},
        "team": [],
        "apiKeys": [],
        "usage": usage,
    }
