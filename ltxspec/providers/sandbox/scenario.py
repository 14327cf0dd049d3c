"""The sandbox's behaviour and the faults it plays: data, read from JSON, replaceable while it runs.

`Behaviour` applies to every call: choices on points that the provider's documentation leaves open. A
`ScenarioFault` applies to single calls, tasks or downloads: the `nth` match and following ones, `times` in total.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Literal, get_args, get_origin, get_type_hints

import orjson

from ltxspec.canonical import digest
from ltxspec.errors import Location, LtxspecError
from ltxspec.suggest import did_you_mean
from ltxspec.values import Json


class ScenarioError(LtxspecError):
    """A text is not a scenario; the message names the key."""

    code = "scenario"


Kind = Literal[
    # calls
    "drop",  # the connection closes without a reply
    "cut",  # the reply breaks off in the middle
    "delay",  # the reply is `seconds` late
    "status",  # a different reply: `status`, `body`, `retry_after`
    "foreign-error",  # the reply also has an error of a task that was not ordered here
    # tasks of a call, of any type
    "error",  # an error instead of the answer: `code`, `message`, `status`; `accepted` as for calls
    # orders, decided on arrival
    "refuse",  # a definite refusal: `code`, `message`, `status`
    "fail",  # ends with `code`; `results` of several
    "nsfw",  # NSFWContent is true
    "cost",  # `cost` sets how the result's cost is reported
    "slow",  # takes `factor` times as long
    "hang",  # never ends
    # downloads
    "video-status",  # `status` instead of the video
    "video-cut",  # the connection closes after `share` of the announced bytes
    "video-short",  # `share` of the bytes, announced as the full length
    "video-body",  # `body` instead of the video
    "video-no-range",  # the whole file where a part was requested
]
Cost = Literal["listed", "missing", "zero", "higher", "negative"]
Form = Literal["errors", "item"]
CALL_FAULTS = frozenset[str](("drop", "cut", "delay", "status", "foreign-error"))
TASK_FAULTS = frozenset[str](("error",))
ORDER_FAULTS = frozenset[str](("refuse", "fail", "nsfw", "cost", "slow", "hang"))
VIDEO_FAULTS = frozenset[str](("video-status", "video-cut", "video-short", "video-body", "video-no-range"))


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Behaviour for every call."""

    conflict: Literal["forever", "running", "never"] = "forever"  # when a used id is refused; never: charged again
    unknown_task: Literal["empty", "processing", "not-found"] = "empty"  # getResponse for an id that was not ordered
    archive: Literal["last", "useful"] = "last"  # whether a refused repeat replaces the useful reply in the archive
    archive_running: Literal["shown", "not-found"] = "shown"  # getTaskDetails before the task has ended
    visible_after: float = 0.0  # seconds until look-ups find an accepted task
    mixed_status: Literal[200, 400] = 200  # HTTP status when some tasks of a call failed
    failed_poll_status: int = 200  # HTTP status of a poll of a failed task
    error_envelope: Literal["errors", "error"] = "errors"  # plural list or singular object
    error_parameter: Literal["text", "list"] = "text"  # how an error names its parameter
    failure_form: Form = "errors"  # how a failed task is reported: in `errors` or as an item with status error
    dry_run: Literal["honoured", "ignored"] = "honoured"  # ignored: the header has no effect and the task is charged
    cost: Cost = "listed"  # how results report their cost
    item_order: Literal["stable", "reversed"] = "stable"  # reversed: at every second poll
    repeat_items: bool = False  # every result is listed twice
    running_status: str = "processing"  # status of a running result
    progress: bool = True  # whether running results report their progress
    item_type: Literal["original", "getResponse"] = "original"  # taskType of polled items
    expired_status: Literal[404, 410] = 410  # answer to a download after its ttl
    webhook: Literal["flat", "wrapped", "twice", "late", "missing"] = "flat"
    charges: Literal["once", "twice"] = "once"  # twice: every accepted order is paid for twice
    usage: Literal["given", "missing"] = "given"  # missing: the account has no usage reports, as in older versions
    usage_rows: Literal["separate", "crossed"] = (
        "separate"  # crossed: rows by day also name the model, if both are asked
    )
    usage_late: float = 0.0  # seconds until a charge appears in usage reports
    usage_days: int | None = None  # how many days back usage reports reach; None: to the beginning


@dataclass(frozen=True, slots=True)
class ScenarioFault:
    """A fault of the calls, tasks or downloads that match.

    It applies to the `nth` match and the ones after it, `times` of them (None: all of them). For downloads, `task` is
    ignored; `prompt` and `uuid` refer to the task that made the video.
    """

    fault: Kind
    task: str | None = None  # taskType
    prompt: str | None = None  # a part of the positivePrompt
    uuid: str | None = None  # taskUUID
    nth: int = 1
    times: int | None = 1
    accepted: bool = True  # drop, status, error: whether the call took effect
    seconds: float = 1.0
    status: int | None = None  # HTTP status; None: the usual one of `code`, or 503
    retry_after: str | None = None  # the header's value, valid or not
    body: Literal["json", "html", "image", "empty", "garbage"] = "json"
    code: str = "timeoutProvider"
    message: str = "The provider did not answer in time."
    form: Form | None = None
    results: int | None = None  # how many of the results fail; None: all
    cost: Cost = "missing"
    factor: float = 10.0
    share: float = 0.5

    def matches(self, task: str | None, uuid: str, prompt: str) -> bool:
        """Whether it matches a task of a call (or a download, with `task` None)."""
        return (
            (self.task is None or self.task == task)
            and (self.uuid is None or self.uuid == uuid)
            and (self.prompt is None or self.prompt in prompt)
        )


@dataclass(frozen=True, slots=True)
class Scenario:
    """Behaviour and faults of one sandbox. The default is the service as documented, without faults."""

    behaviour: Behaviour = field(default_factory=Behaviour)
    faults: Sequence[ScenarioFault] = ()

    @property
    def digest(self) -> str:
        """Identifies this scenario, so that faults already played are remembered across restarts."""
        return digest(write_scenario(self))


def write_scenario(scenario: Scenario) -> Json:
    """The JSON form with every key, including defaults."""
    return {"behaviour": asdict(scenario.behaviour), "faults": [asdict(fault) for fault in scenario.faults]}


def read_scenario(text: str | bytes, name: str | None = None) -> Scenario:
    """Read a scenario from JSON text.

    Args:
        text: the JSON.
        name: where it is from, for messages: a file or a variable.

    Raises:
        ScenarioError: not a scenario; the message names the key.
    """
    try:
        return parse_scenario(orjson.loads(text))
    except orjson.JSONDecodeError as error:
        where = Location(name, error.lineno, error.colno) if name is not None else None
        raise ScenarioError(_in(name, f"the scenario is not JSON: {error}"), where=where) from error
    except ScenarioError as error:
        raise ScenarioError(_in(name, error.summary), hint=error.hint) from error


def _in(name: str | None, message: str) -> str:
    return message if name is None else f"in `{name}`, {message}"


def parse_scenario(value: Json) -> Scenario:
    """Read a scenario from a JSON value.

    Raises:
        ScenarioError: an unknown key or a value that is not allowed there.
    """
    parts = _mapping(value, "the scenario")
    _known(parts, ("behaviour", "faults"), "the scenario")
    faults = parts.get("faults", [])
    if not isinstance(faults, list):
        raise ScenarioError("`faults` must be a list")
    behaviour = _mapping(parts.get("behaviour", {}), "`behaviour`")
    _check(Behaviour, behaviour, "`behaviour`")
    for number, fault in enumerate(faults):
        _check(ScenarioFault, _mapping(fault, f"`faults[{number}]`"), f"`faults[{number}]`")
        if "fault" not in fault:
            raise ScenarioError(f"`faults[{number}]` has no `fault`", hint=_listed(get_args(Kind)))
    return Scenario(Behaviour(**behaviour), tuple(ScenarioFault(**fault) for fault in faults))


def _mapping(value: Json, what: str) -> Mapping[str, Json]:
    if not isinstance(value, dict):
        raise ScenarioError(f"{what} must be a mapping")
    return value


def _known(given: Mapping[str, Json], known: Sequence[str], what: str) -> None:
    for key in given:
        if key not in known:
            raise ScenarioError(f"{what} has no key `{key}`", hint=did_you_mean(key, known) or _listed(known))


def _check(kind: type[Behaviour | ScenarioFault], given: Mapping[str, Json], what: str) -> None:
    _known(given, [part.name for part in fields(kind)], what)
    hints = get_type_hints(kind)
    for key, value in given.items():
        if not _fits(value, hints[key]):
            allowed = get_args(hints[key]) if get_origin(hints[key]) is Literal else ()
            hint = _listed(allowed) if allowed else None
            raise ScenarioError(f"{what}: `{key}` cannot be `{orjson.dumps(value).decode()}`", hint=hint)


def _fits(value: Json, wanted: object) -> bool:
    origin = get_origin(wanted)
    if origin is Literal:
        return not isinstance(value, bool) and value in get_args(wanted)
    if origin is not None:  # a union
        return any(_fits(value, part) for part in get_args(wanted))
    if wanted is type(None):
        return value is None
    if isinstance(value, bool) or wanted is bool:
        return isinstance(value, bool) and wanted is bool
    return isinstance(value, (int, float) if wanted is float else wanted)  # type: ignore[arg-type]  # str, int or float


def _listed(names: Sequence[object]) -> str:
    return "one of " + ", ".join(f"`{name}`" for name in names)
