"""A lockfile as shown by `git diff` and `git log -p`: one block per shot, stable, without data for machines only.

Every line depends on one fact, so that a difference shows the facts that changed: each clause of a prompt, each
parameter, each take and each of its videos has its own line. Changes of other data (times, ids, the parameters of
earlier takes) show in the digest of the whole take. Names are at the start of a line, where git looks for the heading
of a hunk.
"""

import json
import re
from collections.abc import Iterator, Mapping

from ltxspec.canonical import sha256_hex
from ltxspec.catalog.models import PROMPT
from ltxspec.formats import to_json
from ltxspec.lock.models import Lockfile, Output, ShotRecord, Take
from ltxspec.redaction import redact_secrets
from ltxspec.report import wording as phrases
from ltxspec.report.jsontext import as_text
from ltxspec.report.terminal import clean, wrap
from ltxspec.values import Json, Usd, money_text, total_usd

_WIDTH = 100
_CLAUSE = re.compile(r"(?<=[.,;:!?])\s+")
_KILO = 1000


def lock_text(lockfile: Lockfile) -> str:
    """The whole lockfile with a final newline."""
    takes = {
        take.task_id: take
        for records in (lockfile.shots, lockfile.retired)
        for record in records.values()
        for take in record.takes
    }
    spent = phrases.amount(*total_usd(take.cost for take in takes.values()))
    lines = [
        f"{clean(lockfile.spec)}, rendered by {clean(lockfile.provider)}",
        f"  {phrases.counted(len(lockfile.shots), 'shot')}, {phrases.counted(len(takes), 'take')}, {spent} spent",
    ]
    for key, record in sorted(lockfile.shots.items()):
        lines += ["", clean(key), *_record(record)]
    for key, record in sorted(lockfile.retired.items()):
        lines += ["", f"{clean(key)} (retired)", *_record(record)]
    return "\n".join(lines) + "\n"


def _record(record: ShotRecord) -> Iterator[str]:
    current = record.current_take
    for number, take in enumerate(record.takes, 1):
        mark = ", current" if take is current else ""
        yield f"  take {number}: {take.status}, {_cost(take.cost)}, {clean(take.submitted_at or 'imported')}{mark}"
        if take.failure is not None:
            yield f"    {clean(take.failure.code)}: {clean(take.failure.message)}"
        yield from (f"    {_output(output)}" for output in take.outputs)
        yield f"    record: {_digits(_record_hash(take))}"
    if current is not None:
        yield from (f"  {line}" for line in _take(current))


def _record_hash(take: Take) -> str:
    """The digest of everything in a take, including data without a canonical form."""
    return sha256_hex(json.dumps(to_json(take), sort_keys=True).encode())


def _take(take: Take) -> Iterator[str]:
    yield f"model: {clean(take.model)}"
    yield from (f"{name}: {value}" for name, value in _parameters(redact_secrets(take.request)))
    yield from (f"file: {clean(path)} ({_digits(hashed)})" for path, hashed in sorted(take.inputs.items()))
    if take.expires_at is not None:
        yield f"expires: {clean(take.expires_at)}"
    prompt = redact_secrets(take.request.get(PROMPT))
    if isinstance(prompt, str):
        yield "prompt:"
        for clause in _CLAUSE.split(" ".join(prompt.split())):
            first, *rest = wrap(clean(clause), _WIDTH) or [""]
            yield f"  {first}"
            yield from (f"    {line}" for line in rest)


def _parameters(request: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Everything except the prompt and the model, one entry per leaf, sorted by name."""
    for name, value in sorted(_leaves("", request)):
        if name not in (PROMPT, "model", "taskType"):
            yield clean(name), clean(value if isinstance(value, str) else as_text(value))


def _leaves(name: str, value: Json) -> Iterator[tuple[str, Json]]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _leaves(f"{name}.{key}" if name else key, item)
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from _leaves(f"{name}[{index}]", item)
    else:
        yield name, value


def _output(output: Output) -> str:
    place = clean(output.video_url or output.video_uuid or "no address")
    if output.sha256 is None and output.bytes is None:
        return f"video: {place} (not in the archive)"
    size = "unknown size" if output.bytes is None else _size(output.bytes)
    return f"video: {place} ({size} in the archive, {_digits(output.sha256 or 'no hash')})"


def _cost(cost: Usd | None) -> str:
    return money_text(cost)


def _digits(hashed: str) -> str:
    return clean(hashed.rpartition(":")[2][: phrases.DIGITS])


def _size(number: int) -> str:
    """`4.2 MB`, with decimal units."""
    if number < _KILO:
        return f"{number} bytes"
    kilo = number / _KILO
    return f"{kilo:.1f} kB" if kilo < _KILO else f"{kilo / _KILO:.1f} MB"
