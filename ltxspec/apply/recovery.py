"""What to do next about one order: a pure decision over what is known. Nothing here sends or waits.

The whole promise of paying once rests on this table, read from top to bottom:

    the provider shows an end (poll or archive)      RECORD   write down what was paid for
    it refused the order for good                    RECORD   as a failed take
    accepted, within the time limit                  WAIT     poll
    accepted, over the time limit                    LEAVE    unresolved; never bought again
    never sent                                       SUBMIT   the first and only fresh order
    unclear, over the time limit                     LEAVE    a later run goes on
    unclear, not looked at, or within the grace time WAIT     an accepted task may become visible late
    unclear, archive not asked since the last order  LOOK_UP  read it before a refused replay could overwrite it
    unclear, too old or repeated too often           LEAVE    a person decides
    unclear, all looks empty                         SUBMIT   the same body under the same id
"""

from dataclasses import dataclass
from enum import StrEnum

from ltxspec.apply.ports import TaskReport, TaskState
from ltxspec.lock.models import Failure

_ENDS = frozenset({TaskState.SUCCEEDED, TaskState.FAILED})


class Step(StrEnum):
    """The next thing to do about an order."""

    SUBMIT = "submit"
    WAIT = "wait"
    LOOK_UP = "look-up"
    RECORD = "record"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long to wait and how often to repeat; seconds."""

    grace: float = 60.0
    task_timeout: float = 1800.0
    max_submits: int = 4  # the first order and three replays
    replay_age: float = 86400.0  # an unclear order older than this is not repeated without consent


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known about one order at this moment."""

    submits: int = 0  # times the order was (perhaps) sent, earlier runs included as one
    accepted: bool = False  # the provider said so
    poll: TaskReport | None = None  # the last successful look at the live state since the last order
    archive: TaskReport | None = None  # the same for the archive
    refused: Failure | None = None  # a definite no
    waited: float = 0.0  # seconds since the order was last sent
    watched: float = 0.0  # seconds this run has been following it
    age: float = 0.0  # seconds since its intent when this run began
    consent: bool = False  # a person asked for an old unclear order to be repeated (--retry)

    @property
    def end(self) -> TaskReport | None:
        """The report that ends the task, when there is one. Success anywhere beats failure elsewhere."""
        ends = [report for report in (self.poll, self.archive) if report is not None and report.state in _ENDS]
        return next((report for report in ends if report.state is TaskState.SUCCEEDED), ends[0] if ends else None)

    @property
    def at_provider(self) -> bool:
        """Whether the order is certainly at the provider."""
        return self.accepted or any(report is not None and report.exists for report in (self.poll, self.archive))


def next_step(facts: Facts, limits: Limits) -> Step:
    """Decide. Every row of the module's table is tested."""
    if facts.end is not None or facts.refused is not None:
        return Step.RECORD
    over_time = facts.watched >= limits.task_timeout
    if facts.at_provider:
        return Step.LEAVE if over_time else Step.WAIT
    if facts.submits == 0:
        return Step.SUBMIT
    return _unclear(facts, limits, over_time=over_time)


def _unclear(facts: Facts, limits: Limits, *, over_time: bool) -> Step:
    """The order may or may not have arrived."""
    if over_time:
        return Step.LEAVE
    if facts.poll is None or facts.waited < limits.grace:
        return Step.WAIT
    if facts.archive is None:
        return Step.LOOK_UP
    too_old = facts.age > limits.replay_age and not facts.consent
    return Step.LEAVE if too_old or facts.submits >= limits.max_submits else Step.SUBMIT
