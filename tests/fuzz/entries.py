"""Every place where bytes of a stranger come in, with samples to begin from and what must hold for what is accepted."""

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import orjson
from builders import change, intent, lockfile, record, take, task
from fuzz.engine import Entry
from unit.render.project import HEAD, MODELS, SIZE, MemoryFiles, catalog, render

from ltxspec.apply.ports import RenderOrder
from ltxspec.catalog.importing.carrying import carried
from ltxspec.catalog.importing.document import Pin, document_of
from ltxspec.catalog.importing.published import read_published
from ltxspec.catalog.models import load_catalog
from ltxspec.catalog.pricing import estimate
from ltxspec.catalog.validation import validate
from ltxspec.errors import Invalid, Problems
from ltxspec.forges.marker import Marker
from ltxspec.forges.orders import asks_to_apply
from ltxspec.formats import to_json
from ltxspec.lock.codec import decode_lockfile, encode_lockfile
from ltxspec.lock.journal import Accepted, Committed, Finished, JournalState, fold
from ltxspec.lock.journal_codec import decode_events, encode_event
from ltxspec.lock.models import Lockfile
from ltxspec.media.animatic import AnimaticSpec, write_animatic
from ltxspec.media.probe import probe
from ltxspec.media.specs import Container
from ltxspec.plan.actions import Plan
from ltxspec.plan.cases import PlanContext
from ltxspec.plan.document import PlanOptions
from ltxspec.plan.planfile import read_plan_file
from ltxspec.plan.planner import plan_spec
from ltxspec.plan.recorded import RecordedState
from ltxspec.providers.runware.classify import answers_poll, judge_archive, judge_poll, judge_submission, key_refusal
from ltxspec.providers.runware.wire import decode_reply, parse_retry_after
from ltxspec.render.context import RenderContext
from ltxspec.render.requests import render_spec
from ltxspec.report.plan.json import plan_json
from ltxspec.report.review.checking import Reader, checked
from ltxspec.report.review.json import review_json
from ltxspec.report.review.reading import read_review
from ltxspec.review.compare import ComparisonTerms, compare
from ltxspec.review.sides import ReviewSide
from ltxspec.spec.parsing import parse_spec
from ltxspec.spec.tables import read_table
from ltxspec.storage.config import parse_config
from ltxspec.storage.packaged import read_model_documents

_GOLDEN = Path(__file__).parents[1] / "golden"
_NOW = datetime(2026, 11, 22, tzinfo=UTC)


_BUNDLE = b"""{"version": "20261012", "inference": [{"air": "maker:film@1", "slug": "maker-film", "requestSchema": {
  "$id": "https://a.example/film", "type": "object", "required": ["taskType", "model", "positivePrompt"],
  "properties": {"taskType": {"const": "videoInference"}, "model": {"const": "maker:film@1"},
    "positivePrompt": {"type": "string", "minLength": 1},
    "duration": {"oneOf": [{"const": 5, "description": "short"}, {"const": 10}], "default": 5},
    "settings": {"type": "object", "properties": {"audio": {"type": "boolean", "default": false}}},
    "inputs": {"properties": {"frameImages": {"type": "array", "items": {"$ref": "#/$defs/image"}}}}},
  "allOf": [{"if": {"required": ["inputs"]}, "then": {"not": {"required": ["duration"]}}}],
  "dependentRequired": {"inputs": ["duration"]},
  "$defs": {"image": {"$id": "image", "anyOf": [{"type": "string", "format": "uri"}, {"type": "object",
    "properties": {"image": {"type": "string", "format": "uuid"}}}]}}}}]}"""


def _text(data: bytes) -> str:
    """As files are read; what is no UTF-8 is refused before any parser sees it."""
    return data.decode("utf-8", "replace")


# --- what authors write ---------------------------------------------------------------------------

_SPEC = f"""{HEAD}{SIZE}vars: {{city: Lisbon, moods: [calm, wild]}}
checks:
  - {{assert: "duration <= 10", message: "{{{{ shot }}}} is too long"}}
shots:
  alley: {{prompt: "{{{{ city | upper }}}} by night", duration: 8, fps: 25, labels: {{act: one}}}}
  gate:
    prompt: |
      {{% for mood in moods %}}{{{{ loop.index }}}}. {{{{ mood }}}} {{% endfor %}}
      {{% include "prompts/rain.txt" %}}
    matrix: {{lens: [35, 85], include: [{{lens: 50}}]}}
    moved: alley
  rows: {{forEach: {{file: rows.csv, key: id}}, prompt: "{{{{ what }}}}", numberResults: 2}}
"""
_FILES = MemoryFiles({"specs/prompts/rain.txt": "Rain, {{ city }}", "specs/rows.csv": "id,what\na,A cat\nb,A dog\n"})


def _spec(data: bytes) -> None:
    problems = Problems()
    spec = parse_spec(_text(data), "specs/test.yaml", problems)
    rendered = render_spec(spec, RenderContext(catalog(), _FILES, {}, {}), problems) if spec else None
    assert rendered is not None or problems.errors, "nothing came of it, and nobody was told why"
    if problems.errors:
        raise Invalid(problems.errors)


def _table(ending: str) -> Callable[[bytes], None]:
    def feed(data: bytes) -> None:
        table = read_table(_text(data), f"rows.{ending}")
        for row in range(len(table.rows)):
            table.locate(row, None)

    return feed


def _config(data: bytes) -> None:
    problems = Problems()
    parse_config(data, Path("/project/ltxspec.toml"), "ltxspec.toml", problems)
    if problems.errors:
        raise Invalid(problems.errors)


_CONFIG = b"""[project]
id = "p"
lockfiles = "lockfiles"
[provider]
name = "runware"
parallelism = 4
[budget]
per_apply = "5.00"
per_shot = 0.5
[runware]
task_timeout = 60
[delivery]
webhookURL = "https://example.com/hook"
[[policy]]
assert = "{{ cost < 3 }}"
message = "too dear"
"""


def _model(data: bytes) -> None:
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise Invalid([]) from error
    model = load_catalog({"model.json": document}).models[0]
    body = {"taskType": "videoInference", "model": model.air, "positivePrompt": "x", "duration": 8, "width": 1920}
    validate(model, {**body, "height": 1080, "inputs": {"frameImages": ["a"]}})
    price = estimate(model, body)
    assert price is None or price >= 0


# --- what ltxspec wrote, and anybody may change ---------------------------------------------------


def _published(data: bytes) -> None:
    """What a provider publishes becomes a model file that reads, or is refused."""
    try:
        source = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise Invalid([]) from error
    for found in read_published(source):
        document = document_of(found, Pin("a.json", "2026-10-12", "1", "runware"))
        model = load_catalog({"model.json": document}).models[0]
        carried(document, document)
        validate(model, {"taskType": found.task_type, "model": model.air, "positivePrompt": "x"})


def _lockfile(data: bytes) -> None:
    written = encode_lockfile(decode_lockfile(data, "night.lock.json", check_digests=False))
    assert encode_lockfile(decode_lockfile(written, "again")) == written
    decode_lockfile(data, "night.lock.json")


def _journal(data: bytes) -> None:
    events = decode_events(data, "night.jsonl")
    assert decode_events(b"".join(encode_event(event) for event in events), "again") == events
    fold(events)


def _review(data: bytes) -> None:
    review = read_review(data, "review.json")
    assert read_review(review_json(review), "again") == review


_PACKAGED = load_catalog(read_model_documents())


def _honest() -> bytes:
    """A report that is what it claims: two shots to buy, of real requests."""
    spec = f"{HEAD}{SIZE}shots: {{a: {{prompt: Rain}}, b: {{prompt: Fog, duration: 10}}}}"
    rendered = render(spec).rendered
    assert rendered is not None
    context = PlanContext("test", "runware", _PACKAGED)
    plan = Plan("runware", plan_spec(rendered, RecordedState(Lockfile("runware", "test"), JournalState()), context))
    wanted = {"test": {request.address.instance: request for request in rendered.requests}}
    return review_json(compare(ReviewSide("b" * 40), ReviewSide("a" * 40, wanted), ComparisonTerms(plan)))


def _claim(data: bytes) -> None:
    """What a stranger's report claims: what stands says nothing else when it is worked out a second time."""
    reader = Reader(_PACKAGED, _PACKAGED, "test")
    review = checked(read_review(data, "review.json"), reader, "review.json")
    assert checked(review, reader, "again").plan_digest == review.plan_digest


def _plan(data: bytes) -> None:
    saved = read_plan_file(data, "plan.json")
    again = orjson.dumps(to_json(saved))
    assert read_plan_file(again, "plan.json") == saved


# --- what comes from the network ------------------------------------------------------------------


def _comment(data: bytes) -> None:
    text = _text(data)
    asks_to_apply(text)
    marker = Marker.read(text)
    again = Marker.read(marker.line()) if marker is not None else None
    assert marker is None or (again is not None and again.same_comment(marker) and again.run == marker.run)


_ORDER = RenderOrder(task(), {}, 1)
_ENDED = b'{"data":[{"taskType":"getResponse","taskUUID":"%b","status":"success","videoUUID":"v","videoURL":"https://vm/v.mp4","cost":0.48}]}'
_REFUSED = (
    b'{"errors":[{"code":"invalidDuration","message":"No","parameter":"duration","taskUUID":"%b","status":"error"}]}'
)
_ARCHIVED = b'{"data":[{"taskType":"getTaskDetails","taskUUID":"%b","request":{"a":1},"response":{"data":[{"status":"success","videoURL":"https://vm/v.mp4"}]}}]}'


def _reply(data: bytes) -> None:
    for status in (200, 400, 401, 429, 500):
        reply = decode_reply(status, data)
        judge_submission(reply, task())
        key_refusal(reply)
        answers_poll(reply, task())
        for report in (*judge_poll(reply, [_ORDER]).values(), judge_archive(reply, _ORDER)):
            assert all(output.cost is None or output.cost > 0 for output in report.outputs)
    parse_retry_after(data.decode("latin-1"), _NOW)


@cache
def _videos() -> tuple[bytes, ...]:
    containers: tuple[Container, ...] = ("mp4", "webm")
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"video.{container}") for container in containers]
        for path, container in zip(paths, containers, strict=True):
            write_animatic(AnimaticSpec(64, 64, 1, 8, container, audio=True, prompt="Rain"), path)
        return tuple(path.read_bytes() for path in paths)


def entries() -> list[Entry]:
    """All entry points, in the order of the page that lists them."""
    models = [path.read_bytes() for path in sorted(MODELS.glob("*.json"))]
    events = (
        intent(),
        Accepted(task(), "t"),
        Finished(task(), take().outputs, take().cost, "t"),
        Committed(task(), "t"),
    )
    locked = encode_lockfile(lockfile({"old": record(take(number=2, status="failed"))}, alley=record(take())))
    plan = plan_json(Plan("runware", [change()]), PlanOptions(("specs",), ("night.*",), (), (), {"city": "Lisbon"}))
    replies = [sample % task().encode() for sample in (_ENDED, _REFUSED, _ARCHIVED)]
    marker = Marker("a" * 40, f"sha256:{'0' * 64}", (3, 1)).line().encode()
    return [
        Entry(
            "spec",
            _spec,
            [_SPEC.encode(), f"{HEAD}{SIZE}shots: {{a: {{prompt: Rain}}}}".encode()],
            _words(_SPEC.encode()),
        ),
        Entry(
            "table-csv", _table("csv"), [b'id,what\na,"A ""cat"""\nb,\n', b"\xef\xbb\xbfid,n\r\n1,2\r\n"], [b'"', b","]
        ),
        Entry("table-json", _table("json"), [b'[{"id": "a", "n": 1.5}, {"id": "b"}]', b'{"a": {"what": "x"}}']),
        Entry("table-yaml", _table("yaml"), [b"- {id: a, n: 1.5}\n- id: b\n", b"a: {what: x}\n"]),
        Entry("configuration", _config, [_CONFIG], _words(_CONFIG)),
        Entry("model", _model, models, _words(models[0])),
        Entry("published", _published, [_BUNDLE], _words(_BUNDLE)),
        Entry("lockfile", _lockfile, [locked, (_GOLDEN / "lockfiles" / "v1.lock.json").read_bytes()], _words(locked)),
        Entry(
            "journal",
            _journal,
            [b"".join(encode_event(event) for event in events)],
            [b'"event"', b'"intent"', b"\n{}\n"],
        ),
        Entry("report", _review, [(_GOLDEN / "report" / "review.json").read_bytes()]),
        Entry("claim", _claim, [(_GOLDEN / "report" / "review.json").read_bytes(), _honest()]),
        Entry("plan", _plan, [plan], _words(plan)),
        Entry("comment", _comment, [b"/ltxspec apply\n", marker + b"\n> /ltxspec apply\n```\n/ltxspec apply\n```\n"]),
        Entry("reply", _reply, replies, [*_words(replies[0]), *_words(replies[1]), b"processing", b"conflictTaskUUID"]),
        Entry("video", probe, _videos(), [b"moov", b"trak", b"stsz", b"mdat", b"\0\0\0\1", b"\xff" * 4]),
    ]


def _words(sample: bytes) -> list[bytes]:
    """The words of a sample."""
    cleaned = bytes(byte if chr(byte).isalnum() or byte in b"_$-./" else 0x20 for byte in sample)
    return sorted({word for word in cleaned.split() if len(word) > 1})
