"""The service as seen by apply: `RunwareProvider` implements `apply.ports.Provider`.

An order leaves this module at most once per call of `submit`; only free requests are repeated. The official SDK repeats
orders by itself, under the same id (runware-sdk 1.8.0, `transport/rest.py`); here the caller looks for the task first.
`docs/provider.md` has the facts that this package relies on, with their sources and tests.
"""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from uuid import uuid4

from ltxspec.apply.ports import Acceptance, Clock, Fill, LocalMedia, RenderOrder, Sink, TaskReport
from ltxspec.errors import NotSent, ProviderRefused, ProviderUnavailable, SubmissionUncertain
from ltxspec.plan.usage import UsageQuestion, UsageReport
from ltxspec.providers.runware.classify import (
    OrderRefusal,
    Unclear,
    judge_archive,
    judge_submission,
    request_refusal,
)
from ltxspec.providers.runware.client import Broken, Client, Connection
from ltxspec.providers.runware.codes import ErrorKind, kind_of
from ltxspec.providers.runware.download import DEFAULT_SIZE_LIMIT, Downloads, service_at
from ltxspec.providers.runware.patience import Patience, RequestPace
from ltxspec.providers.runware.polling import Polls
from ltxspec.providers.runware.reads import Jitter, Reads, refused, unanswered
from ltxspec.providers.runware.usage import oldest_key, read_usage
from ltxspec.providers.runware.wire import (
    Item,
    account_details,
    balance,
    encode,
    first_identifier,
    get_task_details,
    store_media,
)
from ltxspec.values import Json, TaskId, Usd

_NO_TIME = frozenset(
    {
        ErrorKind.RATE_LIMIT,
        ErrorKind.TIMEOUT,
        ErrorKind.SERVER,
        ErrorKind.PROVIDER,
        ErrorKind.QUOTA,
        ErrorKind.CONNECTION,
        ErrorKind.CONFLICT,
    }
)
_BUSY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_ORDERS_AT_ONCE = 8  # together with the free requests, fewer than there are connections
_MEDIA_ID = ("mediaUUID", "imageUUID")  # the older upload task returns the second


@dataclass(frozen=True, slots=True)
class Tuning:
    """Settings of the adapter for users and tests."""

    poll_chunk: int = 20  # tasks per poll request
    size_limit: int = DEFAULT_SIZE_LIMIT  # bytes of one video
    patience: Patience = field(default_factory=Patience)  # time limits for answers
    pace: RequestPace = field(default_factory=RequestPace)  # minimum speed of videos
    jitter: Jitter = random.random  # spreads waits; not used for anything secret
    fill: Fill | None = None  # adds addresses to an order at the moment it is sent


class RunwareProvider:
    """The service behind one key. `name` is "sandbox" when the same client talks to the sandbox."""

    def __init__(
        self, connection: Connection, clock: Clock, *, name: str = "runware", tuning: Tuning | None = None
    ) -> None:
        tuning = tuning or Tuning()
        self._name = name
        self._client = Client(connection)
        self._patience = tuning.patience
        self._reads = Reads(self._client, clock, tuning.jitter, tuning.patience)
        self._polls = Polls(self._reads, tuning.poll_chunk)
        self._downloads = Downloads(
            self._client,
            clock,
            service_at(self._client.base_url),
            size_limit=tuning.size_limit,
            pace=tuning.pace,
        )
        self._ordering = asyncio.Semaphore(_ORDERS_AT_ONCE)
        self._fill = tuning.fill
        self._stored: dict[str, str] = {}  # SHA-256 of an image -> its id at the service
        self._storing: dict[str, asyncio.Lock] = {}

    @property
    def name(self) -> str:
        """The name used in lockfiles and task ids."""
        return self._name

    async def upload(self, media: LocalMedia) -> str:
        """Store an image at the service and return its media id; identical bytes are sent once per process.

        Raises:
            ProviderRefused: the image is definitely refused, or, with `whole_run`, the key is.
            ProviderUnavailable: it could not be stored now.
        """
        async with self._storing.setdefault(media.sha256, asyncio.Lock()):
            known = self._stored.get(media.sha256)
            if known is None:
                known = self._stored[media.sha256] = await self._store(media)
            return known

    async def submit(self, order: RenderOrder) -> Acceptance:
        """Send one order in a separate POST, once, without any retry.

        Raises:
            ProviderRefused: definitely refused; nothing was accepted or billed. `whole_run` for key and balance.
            NotSent: no connection was made, so nothing left this machine.
            SubmissionUncertain: anything but a clear yes: time-out, 408, 429, 5xx, an unreadable body, an unknown code,
                no mention of this order. It may have been accepted; `retry_after` is the wait the service requests.
            ValueError: the order's body is for another task, which is a bug of the caller; nothing is sent.
        """
        body = _order_body(await _filled(order, self._fill))
        try:
            async with self._ordering:
                reply = await self._reads.post(body, self._patience.for_order(body))
        except Broken as error:
            if not error.sent:
                raise NotSent(f"the service could not be reached: {error.line}") from None
            raise SubmissionUncertain(f"the order got no answer: {error.reason}") from None
        verdict = judge_submission(reply, order.task_id)
        match verdict:
            case Acceptance():
                return verdict
            case OrderRefusal():
                raise refused(verdict, "the order", self._client)
            case Unclear():
                raise SubmissionUncertain(
                    f"the service gave no clear answer to the order: {verdict.reason}",
                    retry_after=verdict.retry_after,
                    busy=reply.status in _BUSY,
                )

    async def poll(self, tasks: Sequence[RenderOrder]) -> Mapping[TaskId, TaskReport]:
        """Poll tasks under way, up to `poll_chunk` per request; the result contains every requested task.

        UNKNOWN means that the service answered but did not mention the task, or said only that it may not exist.

        Raises:
            ProviderUnavailable: the poll itself failed after a few attempts; this says nothing about any task.
            ProviderRefused: with `whole_run`, when the key is invalid.
        """
        return await self._polls.look(tasks)

    async def look_up(self, task: RenderOrder) -> TaskReport:
        """Ask the archive (`getTaskDetails`) for the last response to a task.

        Raises:
            ProviderUnavailable: the request failed; `settled` if the service will never answer it.
            ProviderRefused: with `whole_run`, when the key is invalid.
        """
        reply = await self._reads.ask(encode(get_task_details(task.task_id)), [task.task_id])
        kinds = {kind_of(error.code) for error in reply.errors}
        settled = reply.readable and not reply.transient
        if reply.items_of(task.task_id) or ErrorKind.NO_SUCH_TASK in kinds:
            return judge_archive(reply, task)
        if settled and reply.status < HTTPStatus.BAD_REQUEST and not kinds:
            return judge_archive(reply, task)
        is_settled = settled and not kinds & _NO_TIME
        raise unanswered("asked for a task in its archive", self._reads.place, reply, settled=is_settled)

    async def details(self, task: TaskId) -> tuple[Json, Json]:
        """The request and the reply of an earlier task, as kept by the archive (`getTaskDetails`).

        Raises:
            ProviderRefused: the archive does not know it; with `whole_run`, when the key is invalid.
            ProviderUnavailable: no answer.
        """
        fields = (await self._ask_alone(get_task_details(task), f"the question for task `{task}`")).fields
        return fields.get("request"), fields.get("response")

    async def download(self, url: str, sink: Sink) -> None:
        """Download a video into `sink`, resuming a partial download; the key is not sent.

        Raises:
            ProviderUnavailable: gone (404, 410), not a video, too large, or not available now. A retry is free.
        """
        await self._downloads.fetch(url, sink)

    async def account(self) -> Usd | None:
        """The account's balance in USD; None when the service does not report it.

        Raises:
            ProviderUnavailable: no answer.
            ProviderRefused: with `whole_run`, when the key is invalid.
        """
        return balance(await self._ask_alone(account_details(str(uuid4())), "the question for the balance"))

    async def usage(self, question: UsageQuestion) -> UsageReport:
        """The account's own report of requests and spending, by day and model.

        Raises:
            ProviderUnavailable: no answer, or one that cannot be read.
            ProviderRefused: the service has no such reports; with `whole_run`, when the key is invalid.
        """
        report = await read_usage(self._ask_alone, question)
        try:
            details = await self._ask_alone(account_details(str(uuid4())), "the question for the account's keys")
        except (ProviderRefused, ProviderUnavailable):
            return report  # the report alone is an answer
        return replace(report, since=oldest_key(details))

    async def close(self) -> None:
        """Close connections."""
        await self._client.close()

    async def _store(self, media: LocalMedia) -> str:
        item = await self._ask_alone(store_media(str(uuid4()), media.content), f"the image `{media.name}`")
        media_id = first_identifier(item.fields, _MEDIA_ID)
        if media_id is None:
            raise ProviderUnavailable(f"the service stored the image `{media.name}` but did not name it")
        return media_id

    async def _ask_alone(self, task: Mapping[str, Json], what: str) -> Item:
        """The single item that answers a free task. Raises ProviderRefused, ProviderUnavailable."""
        task_id = TaskId(task["taskUUID"])
        reply = await self._reads.ask(encode(task), [task_id])
        items = reply.items_of(task_id)
        if items:
            return items[0]
        refusal = request_refusal(reply, task_id)
        if refusal is not None:
            raise refused(refusal, what, self._client)
        if reply.status == HTTPStatus.NOT_FOUND and (errors := reply.errors_of(task_id)):
            raise ProviderRefused(
                f"HTTP 404, {errors[0].message or 'no message'}", provider_code=errors[0].code or "404"
            )
        raise unanswered(f"sent {what}", self._reads.place, reply)


async def _filled(order: RenderOrder, fill: Fill | None) -> RenderOrder:
    """The order with the addresses that only this sending knows; those that it has itself count."""
    return order if fill is None else replace(order, body={**await fill(order), **order.body})


def _order_body(order: RenderOrder) -> bytes:
    """The bytes of an order, independent of the order of its keys."""
    if order.body.get("taskUUID") != order.task_id:
        raise ValueError("an order must be sent under its own task id")
    try:
        return encode(order.body)
    except ValueError as error:
        raise ProviderRefused(
            f"the order was not sent, because it cannot be written as JSON: {error}", provider_code="notSent"
        ) from None
