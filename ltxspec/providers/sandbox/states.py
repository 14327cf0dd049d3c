"""The state of an accepted task as time passes: results that run, succeed or fail. The time is a parameter."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ltxspec.providers.sandbox.identifiers import seed_of, video_uuid
from ltxspec.providers.sandbox.problems import ServiceProblem
from ltxspec.providers.sandbox.scenario import Behaviour, Cost
from ltxspec.providers.sandbox.tasks import Task
from ltxspec.values import Json, Usd

UNSAFE = "[[unsafe]]"  # a prompt with this marker fails the content check, if that is enabled
_HIGHER = Decimal("2.5")


@dataclass(frozen=True, slots=True)
class Look:
    """One view of a task: items for `data` and errors, cumulative like the provider's."""

    items: list[dict[str, Json]]
    problems: list[ServiceProblem]


def look_at(task: Task, now: float, behaviour: Behaviour) -> Look:
    """All results of a task at a time (seconds since the epoch), in order."""
    items: list[dict[str, Json]] = []
    problems: list[ServiceProblem] = []
    for result in range(task.results):
        if now < task.due(result):
            items.append(_running(task, result, now, behaviour))
        elif result < task.results - task.fate.failing:
            items.append(finished_item(task, result, behaviour))
        elif (task.fate.form or behaviour.failure_form) == "item":
            items.append(failed_item(task))
        elif not problems:  # one error per task, however many results it cost
            problems.append(_failure(task))
    return Look(items, problems)


def type_of(task: Task) -> str:
    """The taskType of an order, which its results repeat."""
    return str(task.body.get("taskType", "videoInference"))


def finished_item(task: Task, result: int, behaviour: Behaviour) -> dict[str, Json]:
    """The JSON of one finished video."""
    video = video_uuid(task.uuid, task.run, result)
    item: dict[str, Json] = {
        "taskType": type_of(task),
        "taskUUID": task.uuid,
        "status": "success",
        "videoUUID": video,
        "videoURL": f"{task.base_url}/video/{video}.{extension(task.body)}",
        "seed": seed_of(task.uuid, task.run, result),
    }
    if task.body.get("includeCost") is True:
        cost = reported_cost(task.price, task.fate.cost or behaviour.cost)
        if cost is not None:
            item["cost"] = float(cost)
    if task.fate.nsfw or checks_content(task.body):
        item["NSFWContent"] = task.fate.nsfw
    return item


def failed_item(task: Task) -> dict[str, Json]:
    """The JSON of a failed result in its newer form."""
    error = {"code": task.fate.code, "message": task.fate.message}
    return {"taskType": type_of(task), "taskUUID": task.uuid, "status": "error", "error": error}


def reported_cost(price: Usd | None, how: Cost) -> Usd | None:
    """The cost that a result reports."""
    if price is None or how == "missing":
        return None
    return {"listed": price, "zero": Decimal(0), "higher": price * _HIGHER, "negative": -price}[how]


def checks_content(body: Mapping[str, Json]) -> bool:
    """Whether a request enables the content check; if both keys are set, the mode wins (older documentation)."""
    safety = body.get("safety")
    if not isinstance(safety, dict):
        return False
    mode = safety.get("mode")
    return mode in {"fast", "full"} if mode is not None else safety.get("checkContent") is True


def extension(body: Mapping[str, Json]) -> str:
    """`mp4`, `webm` or `mov`."""
    return str(body.get("outputFormat", "MP4")).lower()


def render_seconds(pixels: int, seconds: float, fps: float) -> float:
    """Estimated time of a real render in seconds; it grows with the number of pixels to compute."""
    return 8 + seconds * (pixels / 1e6) * (fps / 25)


def _running(task: Task, result: int, now: float, behaviour: Behaviour) -> dict[str, Json]:
    item: dict[str, Json] = {
        "taskType": type_of(task) if behaviour.item_type == "original" else "getResponse",
        "taskUUID": task.uuid,
        "status": behaviour.running_status,
    }
    if behaviour.progress and behaviour.running_status == "processing":
        whole = task.due(result) - task.accepted
        item["progress"] = max(0, min(99, int(100 * (now - task.accepted) / whole))) if whole else 0
    return item


def _failure(task: Task) -> ServiceProblem:
    return ServiceProblem(
        code=task.fate.code or "taskFailed",
        message=task.fate.message,
        task_type=type_of(task),
        task_uuid=task.uuid,
        failed_task=True,
    )
