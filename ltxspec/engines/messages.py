"""What the machines of a spread run say to each other: questions of a shard, and answers of the driver.

Requests hold functions, which do not travel: they are left out, and attached again where a message arrives.
"""

import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ltxspec.apply.engine import RunSettings
from ltxspec.apply.events import ApplyEvent, ShotOutcome
from ltxspec.catalog.models import Catalog
from ltxspec.engines.account import Account
from ltxspec.engines.agreeing import Agreed
from ltxspec.errors import LtxspecError
from ltxspec.lock.journal import Event
from ltxspec.lock.models import Lockfile
from ltxspec.plan.actions import Change
from ltxspec.render.models import Request
from ltxspec.storage.config import Config
from ltxspec.values import Fingerprint, ShotAddress, TaskId


@dataclass(frozen=True, slots=True)
class Ask:
    """A question of a shard; what happened since its last one comes along."""

    shard: int
    attempt: str  # differs each time the shard is run
    kind: str
    arguments: tuple[object, ...] = ()
    events: tuple[ApplyEvent, ...] = ()
    number: int = 0  # counts in an attempt; a question may arrive twice, and is answered once


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure as it travels: exceptions with arguments of their own do not."""

    code: str
    summary: str
    hint: str | None = None
    exit_code: int = 1

    @classmethod
    def of(cls, error: LtxspecError) -> "Failure":
        """The failure that an error is."""
        return cls(error.code, error.summary, error.hint, error.exit_code)


@dataclass(frozen=True, slots=True)
class Answer:
    """The driver's answer."""

    value: object = None
    failure: Failure | None = None
    stop: str | None = None  # why nothing more may be ordered
    by_user: bool = False  # whether the user stopped it


class Failed(LtxspecError):
    """What failed on another machine."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.summary, hint=failure.hint)
        self.code = failure.code  # type: ignore[misc]  # the reason is data, as in `Refused`
        self.exit_code = failure.exit_code  # type: ignore[misc]  # the same


@dataclass(frozen=True, slots=True)
class SpecPart:
    """One spec's part of a shard."""

    spec: str
    lockfile: Lockfile
    events: Sequence[Event]  # of this shard's orders that an earlier attempt left open
    keys: frozenset[str]  # instance keys that the spec has now
    changes: Sequence[Change]
    retries: frozenset[ShotAddress]
    requests: Sequence[Request]  # those that say under which conditions others may follow from them
    is_context: bool


@dataclass(frozen=True, slots=True)
class Work:
    """What a shard has to do. It travels with the first answer, never with the task that the scheduler keeps."""

    provider: str
    config: Config
    catalog: Catalog
    folder: str | None  # the project, where the machine shares the driver's files; None: it has a store to send to
    parts: Sequence[SpecPart]
    settings: RunSettings
    is_limited: bool  # orders one by one until a first price is known
    labels: Mapping[TaskId, str]
    agreed: Agreed
    account: Account  # where the driver looks for its orders


@dataclass(frozen=True, slots=True)
class ShardEnd:
    """How a shard ended."""

    outcomes: Sequence[ShotOutcome] = ()
    unstored: int = 0  # videos
    failure: Failure | None = None  # before its first order


def pack(message: object) -> bytes:
    """A message as bytes."""
    return pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)


def unpack(message: bytes) -> object:
    """The message that `pack` made. Only for what the own processes of a run sent: it is trusted like their code."""
    return pickle.loads(message)  # noqa: S301  # both ends are this program, on machines that run its code


def bare(request: Request) -> Request:
    """A request without its functions."""
    return replace(request, identify=None, earlier=tuple)


def bare_change(change: Change) -> Change:
    """A change whose request has no functions."""
    return change if change.request is None else replace(change, request=bare(change.request))


Identify = Callable[[ShotAddress, Sequence[str]], Sequence[Fingerprint]]
Earlier = Callable[[ShotAddress], Sequence[Fingerprint]]


def attached(change: Change, identify: Identify, earlier: Earlier) -> Change:
    """A change that arrived, with functions that do what those did that were left out."""
    request = change.request
    if request is None:
        return change
    return replace(change, request=attached_request(request, identify, earlier))


def attached_request(request: Request, identify: Identify, earlier: Earlier) -> Request:
    """As `attached`, for a request."""
    address = request.address
    named = (lambda *names: identify(address, names)) if request.references else None
    return replace(request, identify=named, earlier=lambda: earlier(address))
