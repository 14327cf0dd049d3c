"""One call: a list of tasks, each of which succeeds or fails independently, and one reply."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ltxspec.providers.sandbox.account import AccountDesk, account
from ltxspec.providers.sandbox.identifiers import is_uuid4
from ltxspec.providers.sandbox.lookups import Answer, details, poll
from ltxspec.providers.sandbox.matching import matching, subject
from ltxspec.providers.sandbox.model_search import search_models
from ltxspec.providers.sandbox.orders import Desk, order
from ltxspec.providers.sandbox.problems import ServiceProblem
from ltxspec.providers.sandbox.scenario import ORDER_FAULTS, TASK_FAULTS, Behaviour, Scenario, ScenarioFault
from ltxspec.providers.sandbox.settings import SandboxSettings
from ltxspec.providers.sandbox.tasks import TaskRefusal, TaskStore
from ltxspec.providers.sandbox.uploads import MediaDesk, problem, store_image, store_media
from ltxspec.values import Json

_NO_ID_NEEDED = frozenset(("authentication", "ping"))


@dataclass(frozen=True, slots=True)
class Call:
    """The context for answering one call."""

    settings: SandboxSettings
    store: TaskStore
    scenario: Scenario
    base_url: str  # of this call, without a path
    header_key: str | None = None  # from the Authorization header
    dry_run: bool = False

    @property
    def now(self) -> float:
        """Seconds since the epoch."""
        return self.settings.clock.now().timestamp()

    @property
    def media(self) -> MediaDesk:
        """The context for reading media."""
        return MediaDesk(self.store, self.base_url, self.settings.look, self.settings.outside)

    @property
    def quotes_only(self) -> bool:
        """Whether orders are only priced: a dry run, and the scenario honours it."""
        return self.dry_run and self.scenario.behaviour.dry_run == "honoured"


@dataclass(frozen=True, slots=True)
class SandboxReply:
    """An HTTP status and a JSON body; `accepted` names the tasks that this call accepted."""

    status: int
    body: dict[str, Json]
    accepted: tuple[str, ...] = ()


def answer(body: Json, call: Call) -> SandboxReply:
    """Answer the parsed body of a POST. Blocking (SQLite); changes nothing but its store."""
    behaviour = call.scenario.behaviour
    if not isinstance(body, list) or not body or not all(isinstance(task, dict) for task in body):
        return refusal(ServiceProblem("invalidRequestBody", "The body must be an array of task objects."), behaviour)
    wrong_key = _wrong_key(body, call)
    if wrong_key is not None:
        return refusal(wrong_key, behaviour)
    data: list[dict[str, Json]] = []
    problems: list[ServiceProblem] = []
    accepted = []
    for task in body:
        fault = _spoiling(task, call)
        items, errors = _task(task, call) if fault is None or fault.accepted else ([], [])
        if items and not call.quotes_only and _is_order(task.get("taskType"), call):
            accepted.append(str(task["taskUUID"]))
        if fault is not None:
            items, errors = _spoiled(task, fault, call)
        data += items
        problems += errors
    return _reply(data, problems, behaviour, tuple(accepted))


def unreadable(call: Call) -> SandboxReply:
    """The reply to a body that is not JSON."""
    return refusal(ServiceProblem("invalidRequestBody", "The body is not valid JSON."), call.scenario.behaviour)


def refusal(problem: ServiceProblem, behaviour: Behaviour) -> SandboxReply:
    """A reply with a single error and nothing else."""
    return _reply([], [problem], behaviour, ())


def _reply(
    data: list[dict[str, Json]], problems: Sequence[ServiceProblem], behaviour: Behaviour, accepted: tuple[str, ...]
) -> SandboxReply:
    """Build the reply, without `errors` if there are none: official clients treat the key's presence as a failure."""
    if not problems:
        return SandboxReply(200, {"data": data}, accepted)
    if all(found.failed_task for found in problems):
        status = 200 if data else behaviour.failed_poll_status
    else:
        status = behaviour.mixed_status if data else problems[0].http_status
    return SandboxReply(status, _with_errors(data, problems, behaviour), accepted)


def _with_errors(
    data: list[dict[str, Json]], problems: Sequence[ServiceProblem], behaviour: Behaviour
) -> dict[str, Json]:
    items = [found.item(behaviour) for found in problems]
    if behaviour.error_envelope == "errors":
        return {"data": data, "errors": items}
    first = problems[0]
    sibling = {"taskUUID": first.task_uuid, "taskType": first.task_type}
    body: dict[str, Json] = {"error": items[0] if len(items) == 1 else items}
    return body | {key: value for key, value in sibling.items() if value} | ({"data": data} if data else {})


def _wrong_key(tasks: Sequence[Mapping[str, Json]], call: Call) -> ServiceProblem | None:
    """Check header and authentication task; if no key is configured, any key or none is accepted."""
    given = [call.header_key] if call.header_key is not None else []
    given += [str(task.get("apiKey", "")) for task in tasks if task.get("taskType") == "authentication"]
    wanted = call.settings.api_key
    if wanted is None or (given and all(key == wanted for key in given)):
        return None
    return ServiceProblem("invalidApiKey", "The API key is missing or not valid.", "apiKey", "authentication")


def _spoiling(task: Mapping[str, Json], call: Call) -> ScenarioFault | None:
    """The fault that replaces the answer to a task."""
    if not is_uuid4(task.get("taskUUID")):
        return None
    return next(iter(matching(call.scenario, call.store, [subject(task, call.store)], TASK_FAULTS)), None)


def _spoiled(task: Mapping[str, Json], fault: ScenarioFault, call: Call) -> Answer:
    error = replace(problem(task, fault.code, fault.message), status=fault.status)
    if _is_order(task.get("taskType"), call):
        _archive(task, [error], call)  # the last reply to this id
    return [], [error]


def _task(task: Mapping[str, Json], call: Call) -> Answer:
    kind = task.get("taskType")
    if not isinstance(kind, str):
        return [], [ServiceProblem("missingParameter", "A taskType is required.", "taskType")]
    if kind not in _NO_ID_NEEDED:
        if "taskUUID" not in task:
            return [], [ServiceProblem("missingParameter", "A taskUUID is required.", "taskUUID", kind)]
        if not is_uuid4(task["taskUUID"]):
            return [], [problem(task, "invalidTaskUUID", "The taskUUID must be a UUID of version 4.", "taskUUID")]
    if _is_order(kind, call):
        return _ordered(task, call)
    return _looked_up(task, call) if kind in {"getResponse", "getTaskDetails"} else _served(task, call)


def _is_order(kind: Json, call: Call) -> bool:
    """Whether a task of this type makes videos: as text to video, or as some model of the catalog does."""
    return kind == "videoInference" or any(model.task_type == kind for model in call.settings.catalog.models)


def _looked_up(task: Mapping[str, Json], call: Call) -> Answer:
    ask = poll if task["taskType"] == "getResponse" else details
    return ask(task, call.store, call.now, call.scenario.behaviour)


def _served(task: Mapping[str, Json], call: Call) -> Answer:
    """Answer the tasks that are free and done at once."""
    behaviour = call.scenario.behaviour
    match task.get("taskType"):
        case "authentication":
            return [], []  # replaces the header; over HTTP it has no answer of its own
        case "ping":
            return [{"taskType": "ping", "pong": True}], []
        case "accountManagement":
            found = account(task, AccountDesk(call.settings, call.store, behaviour, call.now))
        case "modelSearch":
            found = search_models(task, call.settings.catalog)
        case "mediaStorage":
            found = store_media(task, call.media)
        case "imageUpload":
            found = store_image(task, call.media)
        case _:
            found = problem(
                task,
                "unsupportedTaskType",
                "The sandbox does not know this task type: it makes videos only.",
                "taskType",
            )
    return ([], [found]) if isinstance(found, ServiceProblem) else ([found], [])


def _ordered(task: Mapping[str, Json], call: Call) -> Answer:
    behaviour = call.scenario.behaviour
    faults = matching(call.scenario, call.store, [subject(task, call.store)], ORDER_FAULTS)
    desk = Desk(
        settings=call.settings,
        store=call.store,
        now=call.now,
        base_url=call.base_url,
        dry_run=call.quotes_only,
        conflict=behaviour.conflict,
        faults=faults,
        charges=2 if behaviour.charges == "twice" else 1,
    )
    taken = order(task, desk)
    if isinstance(taken, dict):
        return [taken], []
    if not call.quotes_only:  # a dry run leaves nothing behind, in the archive neither
        _archive(task, taken, call)
    return [], taken


def _archive(task: Mapping[str, Json], problems: Sequence[ServiceProblem], call: Call) -> None:
    kept = call.settings.kept
    errors = [kept(found.item(call.scenario.behaviour)) for found in problems]
    call.store.refuse(str(task["taskUUID"]), TaskRefusal(kept(task), errors, call.now))
