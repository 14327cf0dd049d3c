"""Records what was archived of a take after it was recorded. Pure; a recorded hash never changes."""

from collections.abc import Sequence

from msgspec.structs import replace

from ltxspec.apply.ports import Archived
from ltxspec.lock.models import Lockfile, Output, ShotRecord
from ltxspec.redaction import redact_url
from ltxspec.values import TaskId


def with_archived(
    lockfile: Lockfile, task: TaskId, outputs: Sequence[Output], archived: Sequence[Archived | None]
) -> Lockfile:
    """The lockfile with the hashes, sizes and addresses of one task updated, wherever it is recorded."""

    def changed(record: ShotRecord) -> ShotRecord:
        take = record.take(task)
        if take is None or len(take.outputs) > len(archived):
            return record
        known = (*take.outputs, *map(_without_secrets, outputs[len(take.outputs) :]))
        results = zip(known, outputs, archived, strict=True)
        present = tuple(_known_now(output, now.video_url, there) for output, now, there in results)
        return record.with_take(replace(take, outputs=present))

    shots, retired = (
        {key: changed(record) for key, record in records.items()} for records in (lockfile.shots, lockfile.retired)
    )
    return replace(lockfile, shots=shots, retired=retired)


def _without_secrets(output: Output) -> Output:
    return replace(output, video_url=redact_url(output.video_url)) if output.video_url else output


def _known_now(output: Output, url: str | None, archived: Archived | None) -> Output:
    """One result with its current facts. A recorded hash is never replaced by a different one."""
    if archived is None or output.sha256 not in (None, archived.sha256):
        return output
    return replace(with_video(output, archived), video_url=redact_url(url) if url else None)


def with_video(output: Output, video: Archived) -> Output:
    """A result with what the archive says of its video."""
    return replace(output, sha256=video.sha256, bytes=video.bytes, facts=video.facts or output.facts)
