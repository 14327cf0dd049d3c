"""WebSocket sessions: what a client that lost its connection finds when it comes back with the session's id.

They are in memory only, for a limited time and in a limited number, and so is what each keeps: a client that comes too
late starts a new session and looks for its results, which the sandbox stores.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from uuid import uuid4

KEPT_SECONDS = 600.0  # how long a session is kept without a connection
LARGEST_NUMBER = 256  # of sessions, with and without a connection; the one that is longest without gives way
KEPT_FRAMES = 64  # replies that one session keeps for a client that is away; the oldest give way
KEPT_BYTES = 2**20  # of these replies together


class Line(Protocol):
    """One open connection of a client."""

    async def send(self, content: str | bytes) -> bool:
        """Send a frame of text or bytes; False when the connection is gone."""
        ...

    async def leave(self) -> None:
        """Close it: the session goes on elsewhere."""
        ...


@dataclass(eq=False)
class Session:
    """One authenticated client, over all of its connections."""

    uuid: str
    key: str | None = field(repr=False)  # with which it authenticated; only this resumes it
    line: Line | None = None
    away_since: float = 0.0  # seconds since the epoch; of interest while `line` is None
    _kept: deque[str | bytes] = field(default_factory=deque, repr=False)
    _bytes: int = 0

    async def deliver(self, content: str | bytes, *, keep: bool) -> None:
        """Send a frame to where the client is now; `keep` it for a client that is away."""
        if (self.line is None or not await self.line.send(content)) and keep:
            self._keep(content)

    def _keep(self, content: str | bytes) -> None:
        self._kept.append(content)
        self._bytes += len(content)
        while len(self._kept) > KEPT_FRAMES or self._bytes > KEPT_BYTES:
            self._bytes -= len(self._kept.popleft())

    async def replay(self) -> None:
        """Send what was kept, oldest first; what cannot be sent stays."""
        while self._kept:
            content = self._kept.popleft()
            self._bytes -= len(content)
            if self.line is None or not await self.line.send(content):
                self._kept.appendleft(content)
                self._bytes += len(content)
                return


class Sessions:
    """The sessions of one sandbox."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now  # seconds since the epoch
        self._all: dict[str, Session] = {}

    def __len__(self) -> int:
        """How many there are, with and without a connection."""
        return len(self._all)

    async def join(self, line: Line, key: str | None, wanted: object = None) -> Session:
        """The session that a connection belongs to from now on.

        Args:
            line: the connection. An earlier connection of the same session is closed.
            key: with which the client authenticated.
            wanted: the id that the client asks to resume. Without one, or if it is unknown, over or of another key,
                the session is a new one with an id of its own.
        """
        self._forget()
        session = self._all.get(wanted) if isinstance(wanted, str) else None
        if session is None or session.key != key:
            session = self._new(key)
        earlier, session.line = session.line, line
        if earlier is not None and earlier is not line:
            await earlier.leave()
        return session

    def part(self, session: Session, line: Line) -> None:
        """Note that a connection is gone, unless the session has another one by now."""
        if session.line is line:
            session.line, session.away_since = None, self._now()

    def _forget(self) -> None:
        """Drop the sessions that were without a connection for too long."""
        oldest = self._now() - KEPT_SECONDS
        for session in [one for one in self._all.values() if one.line is None and one.away_since < oldest]:
            del self._all[session.uuid]

    def _new(self, key: str | None) -> Session:
        away = [session for session in self._all.values() if session.line is None]
        if away and len(self._all) >= LARGEST_NUMBER:
            del self._all[min(away, key=lambda session: session.away_since).uuid]
        session = Session(str(uuid4()), key)
        self._all[session.uuid] = session
        return session
