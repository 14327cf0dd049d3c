"""Feeds an entry point mutated inputs for a bounded time, keeping those that reach code no other reached.

An input must be understood or refused with an error of ours, in bounded time. Anything else is a finding.
"""

import random
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from fuzz.mutations import mutated

import ltxspec
from ltxspec.errors import LtxspecError

_PACKAGE = str(Path(ltxspec.__file__).parent)
_SECONDS = 10.0  # for one input, on a machine that does other things too


class TooSlow(BaseException):
    """An input that is still being read. No `except Exception` may hide it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A place where bytes of a stranger come in."""

    name: str
    feed: Callable[[bytes], object]  # raises LtxspecError for what it refuses, and checks what must hold for the rest
    samples: Sequence[bytes]
    words: Sequence[bytes] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """An input that was neither understood nor refused."""

    entry: str
    data: bytes
    error: str


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one entry point."""

    inputs: int
    refused: int
    kept: int  # inputs that reached new code
    lines: int  # of ltxspec that were reached
    findings: Sequence[Finding]


def fuzz(entry: Entry, seed: int, *, runs: int | None = None, seconds: float = 0.0) -> Result:
    """Try samples first, then mutations, until `runs` inputs were tried or, without that, `seconds` went by."""
    source, lines = random.Random(f"{entry.name}:{seed}"), set[tuple[int, int]]()
    pool, findings, refused, tried = list(entry.samples), dict[str, Finding](), 0, 0
    waiting = list(entry.samples)
    ends = time.monotonic() + seconds
    while tried < runs if runs is not None else time.monotonic() < ends:
        data = waiting.pop() if waiting else mutated(source, _chosen(source, pool), pool, entry.words)
        before = len(lines)
        error = _error_of(entry, data, lines)
        tried += 1
        if isinstance(error, LtxspecError):
            refused += 1
        elif error is not None:
            finding = Finding(entry.name, data, _where(error))
            findings.setdefault(finding.error, finding)
        if len(lines) > before and tried > len(entry.samples):
            pool.append(data)
    return Result(tried, refused, len(pool) - len(entry.samples), len(lines), tuple(findings.values()))


def _chosen(source: random.Random, pool: Sequence[bytes]) -> bytes:
    """Newer ones more often: what reached new code last is nearest to what was not reached yet."""
    return pool[max(source.randrange(len(pool)), source.randrange(len(pool)))]


def _error_of(entry: Entry, data: bytes, lines: set[tuple[int, int]]) -> BaseException | None:
    """Feed one input, and note which lines of ltxspec that reached."""
    before = signal.signal(signal.SIGALRM, _on_alarm)
    tracing = sys.gettrace()  # of a debugger, or of whoever measures the tests
    signal.setitimer(signal.ITIMER_REAL, _SECONDS)
    sys.settrace(_tracer(lines))
    try:
        entry.feed(data)
    except (Exception, TooSlow) as error:  # noqa: BLE001  # whatever it is, it is what we look for
        return error
    finally:
        sys.settrace(tracing)
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return None


def _tracer(lines: set[tuple[int, int]]) -> Callable[[FrameType, str, Any], Any]:
    def line(frame: FrameType, event: str, _argument: object) -> Any:
        if event == "line":
            lines.add((id(frame.f_code), frame.f_lineno))
        return line

    def call(frame: FrameType, _event: str, _argument: object) -> Any:
        return line if frame.f_code.co_filename.startswith(_PACKAGE) else None

    return call


def _on_alarm(_number: int, _frame: FrameType | None) -> None:
    raise TooSlow(f"not read within {_SECONDS:.0f} seconds")


def _where(error: BaseException) -> str:
    """The error with the innermost line of ltxspec that raised it."""
    place, trace = "", error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.startswith(_PACKAGE):
            place = f"{Path(file).relative_to(_PACKAGE)}:{trace.tb_lineno}: "
        trace = trace.tb_next
    return f"{place}{type(error).__name__}: {str(error)[:200]}"
