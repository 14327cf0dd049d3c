"""What can be looked up of an order: its state (getResponse) and its archive (getTaskDetails)."""

from collections.abc import Mapping

from ltxspec.providers.sandbox.problems import ServiceProblem
from ltxspec.providers.sandbox.scenario import Behaviour
from ltxspec.providers.sandbox.states import look_at, type_of
from ltxspec.providers.sandbox.tasks import Task, TaskStore
from ltxspec.providers.sandbox.uploads import problem
from ltxspec.values import Json

Answer = tuple[list[dict[str, Json]], list[ServiceProblem]]


def poll(asked: Mapping[str, Json], store: TaskStore, now: float, behaviour: Behaviour) -> Answer:
    """Answer a getResponse task with everything known so far."""
    uuid = str(asked["taskUUID"])
    task = _visible(uuid, store, now, behaviour)
    if task is None:
        return _unknown(asked, behaviour)
    look = look_at(task, now, behaviour)
    items = look.items
    if behaviour.item_order == "reversed" and store.count(f"look {uuid}") % 2:
        items = items[::-1]
    if behaviour.repeat_items:
        items = [item for item in items for _ in range(2)]
    return items, look.problems


def _unknown(asked: Mapping[str, Json], behaviour: Behaviour) -> Answer:
    if behaviour.unknown_task == "processing":
        return [{"taskType": "videoInference", "taskUUID": asked["taskUUID"], "status": "processing"}], []
    if behaviour.unknown_task == "not-found":
        return [], [problem(asked, "taskNotFound", "There is no task with this taskUUID.", "taskUUID")]
    return [], []


def details(asked: Mapping[str, Json], store: TaskStore, now: float, behaviour: Behaviour) -> Answer:
    """Answer a getTaskDetails task: the request and the last reply under this id."""
    uuid = str(asked["taskUUID"])
    task, refusal = _visible(uuid, store, now, behaviour), store.refusal(uuid)
    reply: dict[str, Json] = {"taskType": "getTaskDetails", "taskUUID": uuid}
    if task is not None and now < task.end and behaviour.archive_running == "not-found":
        task = None
    if refusal is not None and (task is None or _hides(refusal.at, task, now, behaviour)):
        body = task.body if task is not None else refusal.body
        return [reply | {"request": [dict(body)], "response": {"errors": refusal.errors}}], []
    if task is None:
        return [], [problem(asked, "taskNotFound", "There is no task with this taskUUID.", "taskUUID")]
    return [reply | {"request": [dict(task.body)], "response": _last_reply(task, now, behaviour)}], []


def _hides(refused_at: float, task: Task, now: float, behaviour: Behaviour) -> bool:
    """Whether a refusal is the latest reply: later than the acknowledgement, or than the result if there is one."""
    return behaviour.archive == "last" and refused_at >= (task.end if now >= task.end else task.accepted)


def _last_reply(task: Task, now: float, behaviour: Behaviour) -> dict[str, Json]:
    if now < task.due(0):
        return {"data": [{"taskType": type_of(task), "taskUUID": task.uuid}]}
    look = look_at(task, now, behaviour)
    parts = {"data": look.items, "errors": [error.item(behaviour) for error in look.problems]}
    return {key: value for key, value in parts.items() if value}


def _visible(uuid: str, store: TaskStore, now: float, behaviour: Behaviour) -> Task | None:
    task = store.task(uuid)
    return task if task is not None and now >= task.accepted + behaviour.visible_after else None
