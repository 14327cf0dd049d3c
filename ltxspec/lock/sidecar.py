"""The sidecar of an archived video: which takes it is a result of, as JSON beside it.

It is derived from lockfiles and git, for people and programs that only have the archive. Nothing is decided by it, so
one that is missing or damaged is written again. Several takes may have the same bytes, also those of other specs,
providers or projects that share the archive: each has an entry, and only the entries of one lockfile are replaced at a
time.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import orjson
from msgspec import Meta
from msgspec.structs import replace

from ltxspec.formats import Content, FormatError, Money, Place, Record, Schema, Text, read, schema, to_json
from ltxspec.lock.models import Lockfile, Output, Take, Time
from ltxspec.redaction import redact_secrets
from ltxspec.values import Fingerprint, Json, TaskId

VERSION: Final = 1

_COMMIT: Final = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
Commit = Annotated[str, Meta(extra_json_schema={"pattern": f"^{_COMMIT.pattern}$"})]
_CheckedOut = Annotated[Commit, Meta(description="What was checked out when the video was archived; null if unknown")]
_FirstWith = Annotated[Commit, Meta(description="The first commit whose lockfile has the take; null until it is known")]
_Cost = Annotated[Money, Meta(description="Of the task, which may have several results")]
_Hash = Annotated[str, Meta(extra_json_schema={"pattern": "^[0-9a-f]{64}$"}, description="The video's name")]


class SidecarTake(Record, frozen=True, kw_only=True):
    """A take that the video is a result of."""

    project: Annotated[str, Meta(description="`[project] id`; empty if there is none")]
    provider: Text
    spec: Text
    shot: Annotated[str, Meta(min_length=1, description="With its key: `alley`, `weather[rain,dusk]`")]
    task_id: TaskId
    result: Annotated[Place, Meta(description="Which result of the task, from 1")]
    model: Text
    prompt: str | None
    cost: _Cost | None
    fingerprint: Fingerprint
    submitted_at: Time | None
    finished_at: Time | None
    inputs: Mapping[str, Content]
    request: Annotated[Mapping[str, Json], Meta(description="As ordered, without secrets")]
    commit: _CheckedOut | None = None
    recorded_in: _FirstWith | None = None

    @property
    def video(self) -> tuple[str, str, str, int]:
        """The result of a task that it is, under whichever name it is recorded."""
        return self.project, self.provider, self.task_id, self.result

    @property
    def owner(self) -> tuple[str, str, str]:
        """The lockfile that it is from: project, provider, spec."""
        return self.project, self.provider, self.spec


class Sidecar(Record, frozen=True, kw_only=True):
    """What is known of an archived video."""

    sidecar_version: Literal[1] = VERSION
    sha256: _Hash
    bytes: Annotated[int, Meta(ge=0)]
    takes: tuple[SidecarTake, ...]


class TooNew(Exception):
    """A later ltxspec wrote the sidecar: it is left as it is."""


@dataclass(frozen=True, slots=True)
class RecordedVideo:
    """A video as a lockfile records it: the result, from 1, of a take of a shot."""

    lockfile: Lockfile
    shot: str  # instance key
    take: Take
    result: int

    @property
    def output(self) -> Output:
        """The result."""
        return self.take.outputs[self.result - 1]


def recorded(lockfile: Lockfile) -> Iterator[tuple[str, RecordedVideo]]:
    """Every video of a lockfile by its SHA-256, those of retired shots included."""
    for records in (lockfile.shots, lockfile.retired):
        for shot, record in records.items():
            for take in record.takes:
                for result, output in enumerate(take.outputs, 1):
                    if output.sha256 is not None:
                        yield output.sha256, RecordedVideo(lockfile, shot, take, result)


def entry(video: RecordedVideo, project: str) -> SidecarTake:
    """The entry of a recorded video; `project` is `[project] id`."""
    take = video.take
    request: dict[str, Json] = redact_secrets(dict(take.request))
    prompt = request.get("positivePrompt")
    return SidecarTake(
        project=project,
        provider=video.lockfile.provider,
        spec=video.lockfile.spec,
        shot=video.shot,
        task_id=take.task_id,
        result=video.result,
        model=take.model,
        prompt=prompt if isinstance(prompt, str) else None,
        cost=take.cost,
        fingerprint=take.fingerprint,
        submitted_at=take.submitted_at,
        finished_at=take.finished_at,
        inputs={redact_secrets(name): content for name, content in take.inputs.items()},
        request=request,
    )


def joined(known: Sidecar | None, own: Sidecar) -> Sidecar:
    """A sidecar with the entries of one lockfile instead of its earlier ones; their commits are kept.

    Entries of other lockfiles stay, except those of a take that this lockfile has now: it was moved.

    Args:
        known: the sidecar that is there.
        own: one with entries of a single lockfile only.
    """
    before = known.takes if known is not None else ()
    owners, videos = {take.owner for take in own.takes}, {take.video for take in own.takes}
    others = [take for take in before if take.owner not in owners and take.video not in videos]
    takes = [_with_commits(take, before) for take in own.takes]
    return replace(own, takes=tuple(sorted([*others, *takes], key=lambda take: (*take.owner, take.shot, take.video))))


def _with_commits(take: SidecarTake, before: Iterable[SidecarTake]) -> SidecarTake:
    for earlier in before:
        if earlier.video == take.video:
            commit, recorded_in = earlier.commit or take.commit, earlier.recorded_in or take.recorded_in
            return replace(take, commit=commit, recorded_in=recorded_in)
    return take


def encode_sidecar(sidecar: Sidecar) -> bytes:
    """The file's bytes; equal sidecars have equal bytes."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(to_json(sidecar), option=options)


def decode_sidecar(data: bytes, sha256: str) -> Sidecar | None:
    """Read a sidecar; None if it is damaged, or another video's. Raises TooNew."""
    try:
        document = orjson.loads(data)
        version = document.get("sidecarVersion") if isinstance(document, dict) else None
        if type(version) is int and version > VERSION:
            raise TooNew
        found = read(document, Sidecar)
        encode_sidecar(found)  # what is read deeper than it can be written is damaged, too
    except (ValueError, TypeError, RecursionError, FormatError):
        return None
    commits = [commit for take in found.takes for commit in (take.commit, take.recorded_in) if commit is not None]
    return found if found.sha256 == sha256 and all(map(_COMMIT.fullmatch, commits)) else None


def sidecar_schema() -> Schema:
    """The schema as a new dict."""
    about = "What is known of an archived video: the takes that it is a result of. Derived from lockfiles and git."
    return schema(Sidecar, f"ltxspec sidecar, version {VERSION}", about)
