import asyncio
from uuid import UUID

import pytest

from ltxspec.providers.sandbox import sessions
from ltxspec.providers.sandbox.sessions import KEPT_BYTES, KEPT_FRAMES, KEPT_SECONDS, Session, Sessions


class Wire:
    """A connection that breaks after some frames."""

    def __init__(self, lasts: int = 1000) -> None:
        self.lasts, self.got, self.left = lasts, list[str | bytes](), False

    async def send(self, content: str | bytes) -> bool:
        if len(self.got) >= self.lasts:
            return False
        self.got.append(content)
        return True

    async def leave(self) -> None:
        self.left = True


class Desk:
    """The sessions of a sandbox, and the time."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.sessions = Sessions(lambda: self.time)

    def join(self, line: Wire, wanted: object = None, key: str = "k") -> Session:
        return asyncio.run(self.sessions.join(line, key, wanted))


@pytest.fixture
def desk() -> Desk:
    return Desk()


def deliver(session: Session, *contents: str, keep: bool = True) -> None:
    async def go() -> None:
        for content in contents:
            await session.deliver(content, keep=keep)

    asyncio.run(go())


def test_a_client_is_given_an_id_of_its_own(desk: Desk) -> None:
    first, second = desk.join(Wire()), desk.join(Wire())
    assert first.uuid != second.uuid
    assert UUID(first.uuid).version == 4


def test_results_are_sent_to_where_the_client_is(desk: Desk) -> None:
    line = Wire()
    deliver(desk.join(line), "one", "two")
    assert line.got == ["one", "two"]


def test_what_came_while_it_was_away_is_sent_when_it_is_back(desk: Desk) -> None:
    line, back = Wire(), Wire()
    session = desk.join(line)
    desk.sessions.part(session, line)
    deliver(session, "one", "two")
    assert desk.join(back, session.uuid) is session
    asyncio.run(session.replay())
    asyncio.run(session.replay())
    assert (line.got, back.got) == ([], ["one", "two"])


def test_what_a_broken_connection_did_not_take_is_kept(desk: Desk) -> None:
    first, second, third = Wire(1), Wire(1), Wire()
    session = desk.join(first)
    deliver(session, "one", "two", "three")
    for line in (second, third):
        desk.join(line, session.uuid)
        asyncio.run(session.replay())
    assert (first.got, second.got, third.got) == (["one"], ["two"], ["three"])


def test_what_is_not_to_be_kept_is_lost(desk: Desk) -> None:
    line, back = Wire(), Wire()
    session = desk.join(line)
    desk.sessions.part(session, line)
    deliver(session, "an acknowledgement", keep=False)
    desk.join(back, session.uuid)
    asyncio.run(session.replay())
    assert back.got == []


def test_a_session_is_in_one_place_only(desk: Desk) -> None:
    first, second = Wire(), Wire()
    session = desk.join(first)
    assert desk.join(second, session.uuid) is session
    desk.sessions.part(session, first)  # noticed late
    deliver(session, "one")
    assert (first.left, second.left, first.got, second.got) == (True, False, [], ["one"])


@pytest.mark.parametrize("wanted", ["00000000-0000-4000-8000-000000000000", "", 7, None, ["a"]])
def test_an_unknown_id_starts_a_new_session(desk: Desk, wanted: object) -> None:
    assert desk.join(Wire(), wanted).uuid != wanted


def test_only_its_own_key_resumes_a_session(desk: Desk) -> None:
    session = desk.join(Wire(), key="mine")
    assert desk.join(Wire(), session.uuid, key="other") is not session
    assert "mine" not in repr(session)


def test_a_session_is_kept_for_a_limited_time(desk: Desk) -> None:
    line = Wire()
    session = desk.join(line)
    desk.time += 10 * KEPT_SECONDS  # with a connection it lasts
    desk.sessions.part(session, line)
    desk.time += KEPT_SECONDS
    assert desk.join(line, session.uuid) is session
    desk.sessions.part(session, line)
    desk.time += KEPT_SECONDS + 1
    assert desk.join(Wire(), session.uuid) is not session
    assert len(desk.sessions) == 1


def test_there_is_a_limited_number_of_sessions(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "LARGEST_NUMBER", 3)
    lines = [Wire() for _ in range(3)]
    stays, longest, shorter = [desk.join(line) for line in lines]
    for session, line in ((longest, lines[1]), (shorter, lines[2])):
        desk.time += 1
        desk.sessions.part(session, line)
    desk.join(Wire())
    assert len(desk.sessions) == 3
    assert desk.join(Wire(), stays.uuid) is stays
    assert desk.join(Wire(), shorter.uuid) is shorter
    assert desk.join(Wire(), longest.uuid) is not longest


def test_a_session_keeps_a_limited_number_of_replies(desk: Desk) -> None:
    line, back = Wire(), Wire()
    session = desk.join(line)
    desk.sessions.part(session, line)
    deliver(session, *map(str, range(KEPT_FRAMES + 2)))
    desk.join(back, session.uuid)
    asyncio.run(session.replay())
    assert back.got == [str(number) for number in range(2, KEPT_FRAMES + 2)]


def test_a_session_keeps_replies_of_a_limited_size(desk: Desk) -> None:
    line, back = Wire(), Wire()
    session = desk.join(line)
    desk.sessions.part(session, line)
    deliver(session, "a", "b" * (KEPT_BYTES - 1), "c", "d" * (KEPT_BYTES + 1), "e")
    desk.join(back, session.uuid)
    asyncio.run(session.replay())
    assert back.got == ["e"]
