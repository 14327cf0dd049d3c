"""Retries of free requests: a few attempts, with growing waits, within a time limit for all of them.

Orders never use this module. What is tried again is what runware-sdk 1.8.0 tries again (`transport/rest.py`): 408, 429,
5xx, time-outs and broken connections. It does so with orders, too.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager

from ltxspec.apply.ports import Clock
from ltxspec.connections import place_of
from ltxspec.errors import ProviderRefused, ProviderUnavailable
from ltxspec.providers.runware.classify import OrderRefusal, key_refusal
from ltxspec.providers.runware.client import Broken, Client
from ltxspec.providers.runware.codes import ErrorKind
from ltxspec.providers.runware.patience import Patience, bounded
from ltxspec.providers.runware.wire import WireReply, decode_reply, parse_retry_after
from ltxspec.values import TaskId

_ATTEMPTS = 4
_FIRST_WAIT, _GROWTH, _LONGEST_WAIT = 1.0, 2.0, 15.0  # seconds; runware-sdk 1.8.0: 1, doubling, at most 30
_LONGEST_ASKED_WAIT = 30.0  # a longer Retry-After is passed to the caller, who may do something else meanwhile
_AT_ONCE = 4  # the service recommends 2 to 4 requests for steady use
_LARGE, _LARGE_AT_ONCE = 64 * 1024, 2  # bytes; uploads have separate slots, so that polls never wait for them

Jitter = Callable[[], float]  # returns a number from 0 up to 1, like `random.random`


class Reads:
    """Sends free requests until they are answered."""

    def __init__(self, client: Client, clock: Clock, jitter: Jitter, patience: Patience) -> None:
        self._client = client
        self._clock = clock
        self._jitter = jitter
        self._patience = patience
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._large_turn = asyncio.Semaphore(_LARGE_AT_ONCE)

    async def ask(self, body: bytes, about: Iterable[TaskId]) -> WireReply:
        """Post a free request about some tasks; repeat it while there is no answer, or none that mentions them.

        Returns:
            A reply that mentions the tasks or has a final status. It may be unreadable when the status is final (an
            HTML page with 200): the caller may then try another request.

        Raises:
            ProviderUnavailable: no answer after all attempts, or within the time limit.
            ProviderRefused: with `whole_run`, when the key is invalid.
        """
        async with bounded(self._patience.for_question(body), self.place):
            return await self._ask(body, frozenset(about))

    def in_time(self) -> AbstractAsyncContextManager[None]:
        """A time limit for several requests that together give one answer. Raises ProviderUnavailable."""
        return bounded(self._patience.question, self.place)

    async def _ask(self, body: bytes, wanted: frozenset[TaskId]) -> WireReply:
        result = await self._try(body)
        for attempt in range(1, _ATTEMPTS):
            asked_wait = result.retry_after or 0.0
            if _answer(result, wanted) or asked_wait > _LONGEST_ASKED_WAIT:
                break
            await self._clock.sleep(max(self._wait(attempt), asked_wait))
            result = await self._try(body)
        return self._with_good_key(_answer(result, wanted) or _last_word(result, self.place))

    @property
    def place(self) -> str:
        """The service's address, fit for a message."""
        return place_of(self._client.base_url)

    async def post(self, body: bytes, seconds: float) -> WireReply:
        """Post once and decode. Raises Broken when no answer came within `seconds`."""
        answer = await self._client.post(body, seconds)
        retry_after = parse_retry_after(answer.retry_after, self._clock.now())
        return decode_reply(answer.status, answer.content, retry_after)

    async def _try(self, body: bytes) -> WireReply | ProviderUnavailable:
        """One attempt, once a slot is free."""
        async with self._large_turn if len(body) > _LARGE else self._turn:
            try:
                return await self.post(body, self._patience.for_request(body))
            except Broken as error:
                return self._unanswered(error)

    def _unanswered(self, error: Broken) -> ProviderUnavailable:
        """The error for a missing answer. If no connection was made, the reason already names the address."""
        what = f"the service at `{self.place}` did not answer"
        if not error.sent and error.cure:
            what = "the service could not be reached"
        return ProviderUnavailable(f"{what}: {error.reason}", hint=error.cure)

    def _with_good_key(self, reply: WireReply) -> WireReply:
        refusal = key_refusal(reply)
        if refusal is not None:
            raise refused(refusal, "the key", self._client)
        return reply

    def _wait(self, attempt: int) -> float:
        """Seconds before the next attempt: growing, and randomised so that machines do not retry in step."""
        return min(_FIRST_WAIT * _GROWTH ** (attempt - 1), _LONGEST_WAIT) * (0.5 + self._jitter() / 2)


def refused(refusal: OrderRefusal, what: str, client: Client) -> ProviderRefused:
    """The error for a definite refusal. `what` was refused: "the order", "the request".

    An address other than the service's own is included with its setting: it may not be the intended service.
    """
    reason = refusal.message.rstrip(".") or "no reason given"
    about = f", about `{'`, `'.join(refusal.parameters)}`" if refusal.parameters else ""
    where = f" at `{place_of(client.base_url)}` (from {client.named_by})" if client.named_by else ""
    return ProviderRefused(
        f"the service{where} refused {what} (`{refusal.code}`{about}): {reason}",
        provider_code=refusal.code,
        whole_run=refusal.whole_run,
        every_copy=refusal.every_copy,
        hint=_HINTS.get(refusal.kind),
    )


_HINTS = {
    ErrorKind.AUTH: "check `RUNWARE_API_KEY`, and that the account is active",
    ErrorKind.QUOTA: "add credits to the account, then run the same command again",
    ErrorKind.SAFETY: "change the prompt or the images: the same request will be refused again",
    ErrorKind.VALIDATION: "correct the shot: the same request will be refused again",
    ErrorKind.MISSING: "correct the model or the image that the shot names",
}


def _answer(result: WireReply | ProviderUnavailable, wanted: frozenset[TaskId]) -> WireReply | None:
    """The reply, if it mentions the tasks or if a retry would bring the same reply."""
    if isinstance(result, ProviderUnavailable):
        return None
    settled = result.readable and not result.transient
    return result if settled or result.mentioned(wanted) else None


def unanswered(what: str, place: str, reply: WireReply, *, settled: bool = False) -> ProviderUnavailable:
    """The error for a reply that is not an answer.

    Args:
        what: what was done, such as "asked for a task".
        place: the service's address.
        reply: the reply.
        settled: whether the same request would always be answered like this.
    """
    first = next((error for error in reply.errors if error.code or error.message), None)
    detail = f" (`{first.code or 'no code'}`: {first.message or 'no message'})" if first else ""
    return ProviderUnavailable(
        f"{what}, the service at `{place}` answered {reply.summary}{detail}",
        retry_after=reply.retry_after,
        settled=settled,
        hint=reply.cure,
    )


def _last_word(result: WireReply | ProviderUnavailable, place: str) -> WireReply:
    """The result after the last attempt: an unreadable answer with a final status, or an error."""
    if isinstance(result, ProviderUnavailable):
        raise result
    if not result.transient:
        return result
    raise unanswered("asked several times", place, result)
