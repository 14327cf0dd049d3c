"""Asking again: what costs nothing may be repeated, a few times, with growing waits, within a bound for all of it.

Orders never pass through here.
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
_FIRST_WAIT, _GROWTH, _LONGEST_WAIT = 1.0, 2.0, 15.0  # seconds; what official clients use is 1 s, doubling, at most 30
_LONGEST_ASKED_WAIT = 30.0  # a longer Retry-After is handed to the caller, who may have better things to do
_AT_ONCE = 4  # the service's advice for steady use is 2 to 4 requests
_LARGE, _LARGE_AT_ONCE = 64 * 1024, 2  # bytes: uploads take turns of their own, so that looks never wait for them

Jitter = Callable[[], float]  # a number from 0 up to 1, as `random.random` gives


class Reads:
    """Sends free requests until one is answered."""

    def __init__(self, client: Client, clock: Clock, jitter: Jitter, patience: Patience) -> None:
        self._client = client
        self._clock = clock
        self._jitter = jitter
        self._patience = patience
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._large_turn = asyncio.Semaphore(_LARGE_AT_ONCE)

    async def ask(self, body: bytes, about: Iterable[TaskId]) -> WireReply:
        """Post a free request about some tasks; repeat it while the answer is missing or says nothing about them.

        Returns:
            A reply that speaks of the tasks or has a settled status. It may be unreadable when the status was settled
            (a page of HTML with 200): the caller may then ask in another way.

        Raises:
            ProviderUnavailable: no answer after all attempts, or in all the time there is for them.
            ProviderRefused: with `whole_run`, when the key is bad.
        """
        async with bounded(self._patience.for_question(body), self.place):
            return await self._ask(body, frozenset(about))

    def in_time(self) -> AbstractAsyncContextManager[None]:
        """A bound for several questions that together give one answer. Raises ProviderUnavailable."""
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
        """Where the service is, fit for a message."""
        return place_of(self._client.base_url)

    async def post(self, body: bytes, seconds: float) -> WireReply:
        """Post once and decode. Raises Broken when no answer came in that time."""
        answer = await self._client.post(body, seconds)
        retry_after = parse_retry_after(answer.retry_after, self._clock.now())
        return decode_reply(answer.status, answer.content, retry_after)

    async def _try(self, body: bytes) -> WireReply | ProviderUnavailable:
        """One attempt, when it is its turn."""
        async with self._large_turn if len(body) > _LARGE else self._turn:
            try:
                return await self.post(body, self._patience.for_request(body))
            except Broken as error:
                return self._unanswered(error)

    def _unanswered(self, error: Broken) -> ProviderUnavailable:
        """No answer. Where no connection came about, the reason names the place itself."""
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
        """Seconds before the next attempt, longer each time, spread so that many machines do not ask as one."""
        return min(_FIRST_WAIT * _GROWTH ** (attempt - 1), _LONGEST_WAIT) * (0.5 + self._jitter() / 2)


def refused(refusal: OrderRefusal, what: str, client: Client) -> ProviderRefused:
    """The error for a definite no. `what` was refused: "the order", "the request".

    An address that is not the service's own is named, with its setting: another one may have answered than was meant.
    """
    reason = refusal.message.rstrip(".") or "no reason given"
    about = f", about `{'`, `'.join(refusal.parameters)}`" if refusal.parameters else ""
    where = f" at `{place_of(client.base_url)}` (from {client.named_by})" if client.named_by else ""
    return ProviderRefused(
        f"the service{where} refused {what} (`{refusal.code}`{about}): {reason}",
        provider_code=refusal.code,
        whole_run=refusal.whole_run,
        every_copy=refusal.kind is ErrorKind.VALIDATION,  # depends on the request alone
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
    """The reply, if it speaks of the tasks or if asking again would bring the same."""
    if isinstance(result, ProviderUnavailable):
        return None
    settled = result.readable and not result.transient
    return result if settled or result.mentioned(wanted) else None


def unanswered(what: str, place: str, reply: WireReply, *, settled: bool = False) -> ProviderUnavailable:
    """The error for a reply that is no answer.

    Args:
        what: what was done, such as "asked for a task".
        place: the service's address.
        reply: what came.
        settled: whether the same question would always be answered so.
    """
    first = next((error for error in reply.errors if error.code or error.message), None)
    told = f" (`{first.code or 'no code'}`: {first.message or 'no message'})" if first else ""
    return ProviderUnavailable(
        f"{what}, the service at `{place}` answered {reply.told}{told}",
        retry_after=reply.retry_after,
        settled=settled,
        hint=reply.cure,
    )


def _last_word(result: WireReply | ProviderUnavailable, place: str) -> WireReply:
    """What is left after the last attempt: an unreadable answer with a settled status, or an error."""
    if isinstance(result, ProviderUnavailable):
        raise result
    if not result.transient:
        return result
    raise unanswered("asked several times", place, result)
