"""Small keyword builders of the values that many tests need."""

from decimal import Decimal
from typing import Any

from replacing import replace

from ltxspec.fingerprint import TaskIdentity
from ltxspec.fingerprint import task_id as derived_id
from ltxspec.lock.journal import Intent, JournalState, OpenTask
from ltxspec.lock.models import Failure, Lockfile, Output, ShotRecord, Take
from ltxspec.plan.actions import Action, Change
from ltxspec.render.models import Request
from ltxspec.values import Fingerprint, ShotAddress, TaskId

MODEL = "maker:1@0"


def fingerprint(text: str = "a") -> Fingerprint:
    """A well-formed fingerprint, different for different texts."""
    from hashlib import sha256

    return Fingerprint(f"v1:sha256:{sha256(text.encode()).hexdigest()}")


def task(number: int = 1) -> TaskId:
    """A v4-shaped UUID."""
    return TaskId(f"{number:08x}-0000-4000-8000-000000000000")


def body(prompt: str = "a", **parameters: Any) -> dict[str, Any]:
    """A request's body."""
    return {"taskType": "videoInference", "model": MODEL, "positivePrompt": prompt, "duration": 8, **parameters}


def request(
    instance: str = "alley",
    prompt: str = "a",
    *,
    spec: str = "night",
    estimate: str | None = "0.48",
    inputs: dict[str, str] | None = None,
    moved: str | None = None,
    recorded: frozenset[str] = frozenset({"safety"}),
    **parameters: Any,
) -> Request:
    """A rendered request whose fingerprint follows its prompt."""
    return Request(
        address=ShotAddress(spec, instance),
        body=body(prompt, **parameters),
        delivery={},
        inputs=inputs or {},
        fingerprint=fingerprint(prompt),
        estimate=None if estimate is None else Decimal(estimate),
        file="specs/night.yaml",
        line=7,
        column=3,
        recorded=recorded,
        moved=moved,
    )


def take(
    prompt: str = "a",
    *,
    number: int = 1,
    status: str = "succeeded",
    cost: str | None = "0.48",
    permanent: bool = True,
    retake: int | None = 1,
    attempt: int | None = 1,
    at: str = "2026-11-22T10:00:00Z",
    **parameters: Any,
) -> Take:
    """A finished task for the request of the same prompt."""
    good = status == "succeeded"
    return Take(
        task_id=task(number),
        fingerprint=fingerprint(prompt),
        model=MODEL,
        request=body(prompt, **parameters),
        status="succeeded" if good else "failed",
        cost=None if cost is None else Decimal(cost),
        outputs=(output(number),) if good else (),
        submitted_at=at,
        finished_at=at,
        retake=retake,
        attempt=attempt,
        **({} if good else Failure("providerError", "it broke", permanent=permanent).recorded),
    )


def output(number: int = 1, *, home: bool = True) -> Output:
    """A video, archived unless said otherwise."""
    return Output(
        video_uuid=f"video-{number}",
        video_url=f"https://videos.example/{number}.mp4",
        cost=Decimal("0.48"),
        sha256=f"{number:064x}" if home else None,
        bytes=1000 if home else None,
    )


def record(*takes: Take, current: int | None = None) -> ShotRecord:
    """A shot's takes; the first that succeeded is current unless a number is given (0: none)."""
    good = [item.task_id for item in takes if item.status == "succeeded"]
    chosen = task(current) if current else (good[0] if good and current is None else None)
    return ShotRecord(chosen, tuple(sorted(takes, key=lambda item: item.sort_key)))


def lockfile(retired: dict[str, ShotRecord] | None = None, /, **shots: ShotRecord) -> Lockfile:
    """A lockfile of the spec `night`."""
    return Lockfile("runware", "night", shots, retired or {})


def intent(prompt: str = "a", *, number: int = 1, instance: str = "alley", at: str = "2026-11-22T10:00:00Z") -> Intent:
    """An order about to be sent."""
    wanted = body(prompt)
    return Intent(
        task_id=task(number),
        instance=instance,
        fingerprint=fingerprint(prompt),
        retake=1,
        attempt=1,
        order={**wanted, "taskUUID": task(number), "includeCost": True},
        request=wanted,
        inputs={},
        estimate=Decimal("0.48"),
        at=at,
    )


def own_intent(
    prompt: str = "a", *, provider: str = "sandbox", project: str = "", spec: str = "night", instance: str = "alley"
) -> Intent:
    """An order as a project on disk names it: its task id is the one that its identity gives."""
    found = intent(prompt, instance=instance)
    task_id = derived_id(TaskIdentity(project, provider, spec, instance, found.fingerprint))
    return replace(found, task_id=task_id, order={**found.order, "taskUUID": task_id})


def journal(*tasks: OpenTask) -> JournalState:
    """A folded journal."""
    return JournalState({item.intent.task_id: item for item in tasks})


def change(action: Action = Action.CREATE, wanted: Request | None = None, *, number: int = 1, **more: Any) -> Change:
    """A planned change of a request."""
    wanted = wanted or request()
    return Change(
        address=wanted.address,
        action=action,
        fingerprint=wanted.fingerprint,
        task_id=task(number),
        estimate=wanted.estimate if action.spends or action is Action.RESUME else None,
        request=wanted,
        source=(wanted.file, wanted.line, wanted.column),
        **more,
    )
