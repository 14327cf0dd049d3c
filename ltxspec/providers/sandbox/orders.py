"""Orders of videos: each is validated against its model's data, priced, and accepted once under its id."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ltxspec.catalog.defaults import full_defaults
from ltxspec.catalog.media import media_values
from ltxspec.catalog.media_limits import MediaUse
from ltxspec.catalog.models import Model
from ltxspec.catalog.pricing import estimate
from ltxspec.catalog.validation import validate
from ltxspec.providers.sandbox.older_forms import as_sent, has_both_forms, in_present_form
from ltxspec.providers.sandbox.problems import ServiceProblem, problem_of
from ltxspec.providers.sandbox.scenario import ScenarioFault
from ltxspec.providers.sandbox.settings import SandboxSettings
from ltxspec.providers.sandbox.shapes import shape_of
from ltxspec.providers.sandbox.states import UNSAFE, checks_content, render_seconds, reported_cost
from ltxspec.providers.sandbox.tasks import Fate, Task, TaskStore
from ltxspec.providers.sandbox.uploads import MediaDesk, check_media, problem
from ltxspec.values import Json, Usd


@dataclass(frozen=True, slots=True)
class Desk:
    """The context for one order: settings, store, time and scenario."""

    settings: SandboxSettings
    store: TaskStore
    now: float  # seconds since the epoch
    base_url: str
    dry_run: bool  # only quote, do not accept
    conflict: str  # as `Behaviour.conflict`
    faults: tuple[ScenarioFault, ...]  # the ORDER_FAULTS that apply to this order
    charges: int = 1  # how often it is charged


def order(task: Mapping[str, Json], desk: Desk) -> dict[str, Json] | list[ServiceProblem]:
    """Answer a task that makes videos: the acknowledgement, a quote on a dry run, or every reason for a refusal."""
    model = desk.settings.catalog.find(str(task.get("model")))
    problems = _problems(task, model, desk)
    if problems or model is None:
        return problems
    price = _price(model, task)
    if desk.dry_run:
        quote = {"taskType": model.task_type, "taskUUID": task["taskUUID"]}
        return quote | ({} if price is None else {"cost": float(price * int(task.get("numberResults", 1)))})
    accepted = _order(task, model, price, desk)
    known = desk.store.task(accepted.uuid)
    repeatable = desk.conflict == "never" or (
        desk.conflict == "running" and known is not None and desk.now >= known.end
    )
    if known is None and _too_expensive(accepted, desk):
        return [problem(task, "insufficientCredits", "The balance does not cover this task.")]
    delivers = desk.settings.outside.reach != "nothing"
    if desk.store.accept(accepted, again=repeatable, delivers=delivers, charges=desk.charges) is None:
        return [problem(task, "conflictTaskUUID", "This taskUUID has been used before.", "taskUUID")]
    return {"taskType": model.task_type, "taskUUID": accepted.uuid}


def _problems(task: Mapping[str, Json], model: Model | None, desk: Desk) -> list[ServiceProblem]:
    """Every reason to refuse an order before it is accepted."""
    refused = next((fault for fault in desk.faults if fault.fault == "refuse"), None)
    if refused is not None:
        return [replace(problem(task, refused.code, refused.message), status=refused.status)]
    if not isinstance(task.get("model"), str):
        return [problem(task, "missingParameter", "A model is required.", "model")]
    if model is None:
        message = f"There is no model {task['model']} here; `ltxspec models import` adds models of videos."
        return [problem(task, "invalidModel", message, "model")]
    if has_both_forms(task, model):
        message = "Frame images are given twice: in frameImages and in inputs.frameImages."
        return [problem(task, "incompatibleParameters", message, "frameImages")]
    return [as_sent(found, task, model) for found in _of_the_request(in_present_form(task, model), model, desk)]


def _of_the_request(task: Mapping[str, Json], model: Model, desk: Desk) -> list[ServiceProblem]:
    """Everything that the model or the content of its media is against."""
    found = [problem_of(wrong, model, task) for wrong in validate(model, task)]
    if found:
        return found
    media = MediaDesk(desk.store, desk.base_url, desk.settings.look, desk.settings.outside)
    for path, value in media_values(model, task):
        use = MediaUse(model, task, path, "the file")
        parameter = ".".join(str(key) for key in path[:2])
        found += [problem(task, code, message, parameter) for code, message in check_media(value, use, media)]
    return found


def _price(model: Model, task: Mapping[str, Json]) -> Usd | None:
    """USD for one result."""
    body = in_present_form(task, model)
    return estimate(model, {key: value for key, value in body.items() if key != "numberResults"})


def _order(task: Mapping[str, Json], model: Model, price: Usd | None, desk: Desk) -> Task:
    uuid = str(task["taskUUID"])
    width, height, seconds, fps = shape_of(full_defaults(model, in_present_form(task, model)))
    fate, slower = fate_of(task, desk.faults)
    if fate.cost == "higher":
        price = reported_cost(price, "higher")
        fate = replace(fate, cost="listed")
    return Task(
        uuid=uuid,
        body=desk.settings.kept(task),
        base_url=desk.base_url,
        label=desk.settings.label(uuid) or f"task {uuid[:8]}",
        accepted=desk.now,
        seconds=slower * render_seconds(width * height, seconds, fps) / desk.settings.speed,
        price=price,
        fate=fate,
    )


def fate_of(task: Mapping[str, Json], faults: tuple[ScenarioFault, ...]) -> tuple[Fate, float]:
    """The fate determined by the scenario and the content check, and the factor by which rendering is slower."""
    results = int(task.get("numberResults", 1))
    fate, slower = Fate(), 1.0
    if checks_content(task) and UNSAFE in str(task.get("positivePrompt")):
        message = "The content check found something that is not allowed."
        fate = replace(fate, code="contentPolicyViolation", message=message, failing=results)
    for fault in faults:
        if fault.fault == "fail":
            failing = min(results, fault.results or results)
            fate = replace(fate, code=fault.code, message=fault.message, form=fault.form, failing=failing)
        elif fault.fault == "nsfw":
            fate = replace(fate, nsfw=True)
        elif fault.fault == "cost":
            fate = replace(fate, cost=fault.cost)
        elif fault.fault == "hang":
            fate = replace(fate, hangs=True)
        elif fault.fault == "slow":
            slower *= fault.factor
    return fate, slower


def _too_expensive(task: Task, desk: Desk) -> bool:
    return task.price is not None and desk.store.spent() + task.price * task.results > desk.settings.balance
