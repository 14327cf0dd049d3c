"""Finds pictures and other inputs at web addresses whose bytes have changed, for `status --check`.

An order names the address, and the provider fetches it: nothing records what was there. The first check after an order
remembers the hash on this machine, below `.ltxspec/cache`; every later one compares with it. What changed before the
first check, or between the order and it, is not seen.
"""

import asyncio
import hashlib
from collections.abc import Iterator, Mapping, Sequence

from ltxspec.apply.ports import Provider
from ltxspec.canonical import sha256_hex
from ltxspec.errors import LtxspecError, ProviderUnavailable
from ltxspec.plan.status import Finding, FindingKind, ShotState, ShotStatus
from ltxspec.project.project import ProjectContext
from ltxspec.redaction import redact_url
from ltxspec.storage.validation_cache import read_lines, write_lines
from ltxspec.values import Json, is_web_address

_TITLE = "ltxspec inputs 1"
_LARGEST = 64 * 2**20  # bytes of one input
_SECONDS = 20.0
_AT_ONCE = 8
_KEEPS = frozenset({ShotState.UP_TO_DATE, ShotState.TO_RECORD})  # states in which a shot stays with its take


class _TooLarge(Exception):
    """It is not compared."""


class _Hash:
    """A sink that keeps only the hash."""

    takes_anything = True

    def __init__(self) -> None:
        self.size = 0
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> None:
        """Add to the hash."""
        self.size += len(data)
        if self.size > _LARGEST:
            raise _TooLarge
        self.digest.update(data)

    def restart(self) -> None:
        """Begin anew."""
        self.size, self.digest = 0, hashlib.sha256()


async def check_inputs(project: ProjectContext, provider: Provider, shots: Sequence[ShotStatus]) -> list[Finding]:
    """Inputs of current takes that are gone, or that have other bytes than when they were first looked at.

    Nothing is asked for on the sandbox, whose orders fetch nothing either.
    """
    wanted = {} if project.service.free else dict(_inputs(shots))
    if not wanted:
        return []
    path = project.local / "cache" / "inputs"
    known = dict(line.split(" ", 1) for line in read_lines(path, _TITLE, project.root))
    turn = asyncio.Semaphore(_AT_ONCE)
    seen: dict[str, str | LtxspecError] = {}  # by address: several shots may begin with one picture

    async def look(url: str) -> None:
        async with turn:
            seen[url] = await _hash_of(provider, url)

    await asyncio.gather(*(look(url) for url in dict.fromkeys(url for url, _ in wanted.values())))
    found = [_compared(shot, url, seen[url], known.get(key)) for key, (url, shot) in wanted.items()]
    fresh = {key: now for key, (url, _) in wanted.items() if key not in known and isinstance(now := seen[url], str)}
    if fresh:
        write_lines(path, _TITLE, (f"{key} {sha256}" for key, sha256 in (known | fresh).items()), project.root)
    return [finding for finding in found if finding is not None]


def _inputs(shots: Sequence[ShotStatus]) -> Iterator[tuple[str, tuple[str, ShotStatus]]]:
    """The web addresses of inputs: what they are remembered under -> (address, the shot).

    A take has its own entry, as a new order fetches anew. Signatures change, so they do not count; none is kept.
    """
    for shot in shots:
        request = shot.change.request
        if shot.take is None or request is None or shot.state not in _KEEPS:
            continue
        for url in dict.fromkeys(_addresses(request.body.get("inputs"))):
            yield sha256_hex(f"{shot.take.task_id} {redact_url(url)}".encode()), (url, shot)


def _addresses(value: Json) -> Iterator[str]:
    if isinstance(value, str) and is_web_address(value):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _addresses(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _addresses(item)


async def _hash_of(provider: Provider, url: str) -> str | LtxspecError:
    """The hash of what is there now, or why it is unknown."""
    sink = _Hash()
    try:
        async with asyncio.timeout(_SECONDS):
            await provider.download(url, sink)
    except _TooLarge:
        return ProviderUnavailable(f"it is larger than {_LARGEST // 2**20} MiB and was not compared")
    except TimeoutError:
        return ProviderUnavailable("it did not arrive in time")
    except LtxspecError as error:
        return error
    return sink.digest.hexdigest()


def _compared(shot: ShotStatus, url: str, now: str | LtxspecError, before: str | None) -> Finding | None:
    name = redact_url(url)
    if isinstance(now, LtxspecError):
        is_gone = isinstance(now, ProviderUnavailable) and now.settled
        reason = "nothing is there any more" if is_gone else now.summary
        return Finding(
            FindingKind.INPUT_GONE if is_gone else FindingKind.NOT_CHECKED, f"{name}: {reason}", shot.address
        )
    if before is None or now == before:
        return None
    message = f"{name} has other bytes than when it was first looked at: a new render would begin differently"
    return Finding(FindingKind.INPUT_CHANGED, message, shot.address)
