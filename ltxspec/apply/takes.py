"""What a take records of the results of a task. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import structs

from ltxspec.apply.archived import with_video
from ltxspec.apply.ports import Archived
from ltxspec.apply.times import timestamp
from ltxspec.lock.journal import OpenTask
from ltxspec.lock.models import Output, Take
from ltxspec.plan.expectations import unmet
from ltxspec.redaction import redact_url
from ltxspec.render.expectations import Expectations


def by_name(outputs: Iterable[Output]) -> dict[tuple[str, int], Output]:
    """A task's results by identity: the video's id, else its address without secrets, plus a number."""
    found: dict[tuple[str, int], Output] = {}
    seen = Counter[str]()
    for output in outputs:
        name = output.video_uuid or redact_url(output.video_url or "")
        found[name, seen[name]] = output
        seen[name] += 1
    return found


def marked(outputs: tuple[Output, ...], expect: Expectations) -> tuple[Output, ...]:
    """The results, each with the expectations that it does not meet; without expectations, as they are."""
    if not expect:
        return outputs
    return tuple(
        structs.replace(output, unmet=tuple(unmet(expect, output.facts)) or None) if output.facts else output
        for output in outputs
    )


def without_secrets_of(output: Output) -> Output:
    """The result without the signature of its address."""
    return structs.replace(output, video_url=redact_url(output.video_url)) if output.video_url else output


def with_hash(output: Output, recorded: Output | None) -> Output:
    """The result with what an earlier commit recorded of its video."""
    return (
        output
        if recorded is None
        else structs.replace(
            output, sha256=recorded.sha256, bytes=recorded.bytes, facts=recorded.facts, unmet=recorded.unmet
        )
    )


def with_videos(outputs: Sequence[Output], archived: Sequence[Archived | None]) -> tuple[Output, ...]:
    """The results with their archived hash and size; an earlier recorded hash stays where nothing was fetched."""
    pairs = zip(outputs, archived, strict=True)
    return tuple(output if item is None else with_video(output, item) for output, item in pairs)


def take_of(task: OpenTask, outputs: tuple[Output, ...], expires: str | None) -> Take:
    """The lockfile entry of a task that has ended. Videos of a partly failed task are kept as its outputs."""
    intent = task.intent
    # a take with videos counts as succeeded; any partial failure was reported separately
    reason = task.failure.recorded if task.failure is not None and not outputs else {}
    return Take(
        task_id=intent.task_id,
        fingerprint=intent.fingerprint,
        model=str(intent.request["model"]),
        request=intent.request,
        status="succeeded" if outputs else "failed",
        cost=task.cost,
        outputs=outputs,
        inputs=intent.inputs,
        submitted_at=intent.at,
        finished_at=task.finished_at,
        expires_at=expires,
        retake=intent.retake,
        attempt=intent.attempt,
        fence=intent.fence,
        **reason,
    )


def expiry(task: OpenTask, ttl: int | None) -> str | None:
    """When the provider deletes the results of a task, if that was requested, in seconds after its end."""
    if ttl is None or task.finished_at is None:
        return None
    return timestamp(datetime.fromisoformat(task.finished_at) + timedelta(seconds=ttl))
