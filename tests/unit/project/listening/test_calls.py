from pathlib import Path

import pytest
from builders import own_intent
from unit.project.projects import project

from ltxspec.apply.events import ApplyEvent, EventKind
from ltxspec.errors import LockHeld, LtxspecError
from ltxspec.lock.journal import Abandoned, Accepted
from ltxspec.project.listening.calls import Listening, open_in, prepare_look
from ltxspec.project.locks import holding
from ltxspec.project.project import ProjectContext
from ltxspec.storage.journal import JournalFile
from ltxspec.values import TaskId

OTHER = TaskId("0b0b0b0b-1111-4222-8333-444444444444")


@pytest.fixture
def opened(tmp_path: Path) -> ProjectContext:
    (tmp_path / "ltxspec.toml").write_text("[webhook]\nlook_every = 100\n")
    return project(tmp_path)


def journal(opened: ProjectContext, spec: str = "night") -> TaskId:
    intent = own_intent(spec=spec, provider="runware")
    file = JournalFile(opened.paths_of(spec).journal)
    file.append(intent)
    file.append(Accepted(intent.task_id, "2026-11-22T10:00:00Z"))
    return intent.task_id


class Turns:
    """A listener whose time a test sets, and which notes the specs it would look at."""

    def __init__(self, opened: ProjectContext, monkeypatch: pytest.MonkeyPatch) -> None:
        self.time = 1000.0
        self.warnings: list[str] = []
        self.looked: list[str] = []
        self.events: list[ApplyEvent] = []
        self.error: LtxspecError | None = None
        monkeypatch.setattr("ltxspec.project.listening.calls.prepare_look", self._look)
        self.listening = Listening(opened, self.events.append, self.warnings.append, lambda: self.time)

    def _look(self, _: ProjectContext, spec: str) -> object:
        from contextlib import nullcontext

        self.looked.append(spec)
        if self.error is not None:
            raise self.error
        return nullcontext(None)

    def turn(self, seconds: float = 0.0) -> list[str]:
        """The specs that are looked at after so many seconds."""
        self.time += seconds
        self.looked = []
        self.listening.turn()
        return self.looked


@pytest.fixture
def turns(opened: ProjectContext, monkeypatch: pytest.MonkeyPatch) -> Turns:
    return Turns(opened, monkeypatch)


def test_only_open_tasks_of_the_journal_are_heard(opened: ProjectContext) -> None:
    task = journal(opened)
    path = opened.paths_of("night").journal
    assert open_in(path, opened.root, [OTHER, task]) == [task]
    assert open_in(path, opened.root, [OTHER]) == []
    JournalFile(path).append(Abandoned(task, "2026-11-22T10:00:01Z", "gone"))
    assert open_in(path, opened.root, [task]) == []
    assert open_in(opened.paths_of("missing").journal, opened.root, [task]) == []


def test_a_journal_that_cannot_be_read_is_not_an_empty_one(opened: ProjectContext, turns: Turns) -> None:
    task = journal(opened)
    path = opened.paths_of("night").journal
    path.write_bytes(path.read_bytes().replace(b"alley", b"ALLEY"))
    with pytest.raises(LtxspecError, match="damaged"):
        turns.listening.heard([task])


def test_a_call_is_noted_once_and_a_strangers_not_at_all(opened: ProjectContext, turns: Turns) -> None:
    task = journal(opened)
    for tasks in ([OTHER], [task, OTHER], [task], []):
        turns.listening.heard(tasks)
    assert turns.listening.calls.left() == [task]


def test_everything_open_is_looked_at_in_the_beginning_then_ever_more_rarely(
    opened: ProjectContext, turns: Turns
) -> None:
    journal(opened)
    journal(opened, "gone")
    assert turns.turn() == ["gone", "night"]
    assert [len(turns.turn(pause)) for pause in (50, 51, 100, 101, 399, 2)] == [0, 2, 0, 2, 0, 2]
    assert [len(turns.turn(pause)) for pause in (590, 20, 590, 20)] == [0, 2, 0, 2]


def test_a_spec_is_looked_at_when_one_of_its_tasks_is_called_about(opened: ProjectContext, turns: Turns) -> None:
    task = journal(opened)
    journal(opened, "gone")
    turns.turn()
    turns.listening.heard([task])
    assert turns.turn(1) == ["night"]
    assert turns.listening.calls.left() == []
    assert turns.turn(1) == []


def test_calls_about_what_another_process_works_on_are_left_to_it(opened: ProjectContext, turns: Turns) -> None:
    task = journal(opened)
    turns.error = LockHeld("an apply runs")
    turns.listening.heard([task])
    assert turns.turn() == ["night"]
    assert (turns.turn(1), turns.turn(1.5)) == ([], ["night"])
    assert (turns.listening.calls.left(), turns.warnings) == ([task], [])
    said = [(event.kind, event.message) for event in turns.events]
    assert said == [(EventKind.WAITING_FOR_LOCK, "`night`: calls are left to the command that works on it")]


def test_what_cannot_be_done_is_said_once_and_tried_again_later(opened: ProjectContext, turns: Turns) -> None:
    task = journal(opened)
    turns.error = LtxspecError("no key")
    turns.listening.heard([task])
    assert turns.turn() == ["night"]
    assert (turns.turn(50), turns.turn(51)) == ([], ["night"])
    assert (turns.listening.calls.left(), turns.warnings) == ([task], ["no key"])


def test_a_spec_whose_records_cannot_be_read_holds_no_other_one_up(opened: ProjectContext, turns: Turns) -> None:
    tasks = [journal(opened, name) for name in ("day", "night")]
    lockfile = opened.paths_of("day").lockfile
    lockfile.parent.mkdir(parents=True)
    lockfile.write_text("{")
    turns.listening.heard(tasks)
    assert turns.turn() == ["night"]
    assert turns.turn(2.0) == []
    assert len(turns.warnings) == 1
    lockfile.unlink()
    assert turns.turn() == ["day"], "the call is kept until then"


def test_a_call_about_a_task_that_has_ended_meanwhile_is_forgotten(turns: Turns) -> None:
    turns.listening.calls.leave(OTHER)
    assert turns.turn() == []
    assert turns.listening.calls.left() == []


def test_a_folder_that_cannot_be_written_ends_nothing(opened: ProjectContext, turns: Turns) -> None:
    (opened.local).mkdir(exist_ok=True)
    (opened.local / "calls").write_text("a file")
    turns.listening.beat()
    assert turns.turn() == []
    assert len(turns.warnings) == 1


def test_one_look_takes_the_lock_of_its_spec_alone(opened: ProjectContext) -> None:
    journal(opened)
    journal(opened, "gone")
    with holding(opened, ["gone"], wait=0, command="apply"):
        with prepare_look(opened, "night") as run:
            assert run is not None
            assert (run.settings.submit, run.settings.limits.task_timeout) == (False, 1.0)
            assert [job.ledger.spec for job in run.jobs] == ["night"]
        with pytest.raises(LockHeld), prepare_look(opened, "gone"):
            pass
    with prepare_look(opened, "missing") as run:
        assert run is None
