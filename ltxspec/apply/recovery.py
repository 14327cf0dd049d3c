"""Decides the next step for one order, purely from the known facts. Nothing here sends or waits.

The guarantee of paying only once rests on this table, read from top to bottom:

    the provider shows an end (poll or archive)      RECORD   record what was paid for
    definitely refused, no earlier copy of the order RECORD   as a failed take
    certainly accepted, within the time limit        WAIT     poll
    certainly accepted, over the time limit          LEAVE    unresolved; never ordered again
    never sent, and nothing may be sent any more     DROP     as if it had not been planned; nothing was paid
    never sent                                       SUBMIT   the first and only new order
    unclear, over the time limit                     LEAVE    a later run resumes it
    unclear, not looked at, or within the grace time WAIT     an accepted task may become visible late
    unclear, archive not asked since the last order  LOOK_UP  read it before a refused repeat could overwrite it
    not found, but its end is recorded               DROP     the journal is an old copy; never ordered again
    not found, and a repeat was refused              LEAVE    says nothing about the first copy (consent: RECORD)
    not found, and no shot requests it any more      LEAVE    never ordered now (consent, or an apply after a day: DROP)
    not found, and nothing may be sent               LEAVE    the next apply resumes it
    not found, too old or repeated too often         LEAVE    the user decides
    not found                                        SUBMIT   the same body under the same id

"Consent" is the user's `--retry`. A failure shown only by the archive is not an end once an order was repeated, or may
have been repeated by a machine whose journal is not here: the record may be the refusal of the repeat. Nor is it an end
while a poll shows the task alive. Sending an earlier run's order again may cost money again: without approval and room
in the budget nothing may be sent.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from ltxspec.apply.ports import TaskReport, TaskState
from ltxspec.lock.models import Failure

_PATIENCE: Final = 3.0  # times the usual length of a render after which one is over time


class Step(StrEnum):
    """The next thing to do about an order."""

    SUBMIT = "submit"
    WAIT = "wait"
    LOOK_UP = "look-up"
    RECORD = "record"
    LEAVE = "leave"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class RecoveryLimits:
    """How long to wait, in seconds, and how often to repeat."""

    grace: float = 60.0
    task_timeout: float = 1800.0
    max_submits: int = 4  # the first order and three repeats, in one run
    patient: bool = False  # whether slow models may take longer than `task_timeout`, because it is only the default
    replay_age: float = 86400.0  # an unclear order older than this is not repeated without consent

    def expecting(self, seconds: float | None) -> "RecoveryLimits":
        """The limits for a render that usually takes so many seconds; never shorter ones."""
        longer = _PATIENCE * seconds if seconds is not None and self.patient else 0.0
        return replace(self, task_timeout=longer) if longer > self.task_timeout else self


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything currently known about one order."""

    submits: int = 0  # times the order was (perhaps) sent; earlier runs count as one
    repeated: bool = False  # sent more than once, or possibly so by a machine whose journal is not here
    accepted: bool = False  # the provider confirmed it
    poll: TaskReport | None = None  # the last successful look at the live state since the last order
    archive: TaskReport | None = None  # the same for the archive
    refused: Failure | None = None  # definite refusal of the first copy of the order, or of every copy
    repeat_refused: Failure | None = None  # definite refusal of a repeat, after the first copy got no clear answer
    waited: float = 0.0  # seconds since the order was last sent
    watched: float = 0.0  # seconds this run has been following it
    age: float = 0.0  # seconds since its intent when this run began
    consent: bool = False  # the user asked to retry the shot (--retry)
    may_send: bool = True  # false for `collect`, and once the run is stopping
    unwanted: bool = False  # no shot of the spec requests it any more
    recorded: bool = False  # the lockfile has its end: what the journal lacks happened after it was copied

    @property
    def end(self) -> TaskReport | None:
        """The report that ends the task, when there is one. Success anywhere beats failure elsewhere."""
        ends = [report for report in (self.poll, self.archive) if report is not None and _is_end(report, self)]
        return next((report for report in ends if report.state is TaskState.SUCCEEDED), ends[0] if ends else None)

    @property
    def at_provider(self) -> bool:
        """Whether the order is certainly at the provider."""
        archived = self.archive is not None and self.archive.exists and self.archive.state is not TaskState.FAILED
        return self.accepted or archived or (self.poll is not None and self.poll.exists)


def _is_end(report: TaskReport, facts: Facts) -> bool:
    """Whether a report ends the task; a failure only in the archive counts only if it must concern this order."""
    if report.state is TaskState.FAILED and report is facts.archive:
        alive = facts.poll is not None and facts.poll.exists
        return not alive and not facts.repeated
    return report.state in {TaskState.SUCCEEDED, TaskState.FAILED}


def next_step(facts: Facts, limits: RecoveryLimits) -> Step:
    """Decide the next step. Every row of the module's table is tested."""
    if facts.end is not None or facts.refused is not None:
        return Step.RECORD
    over_time = facts.watched >= limits.task_timeout
    if facts.at_provider:
        return Step.LEAVE if over_time else Step.WAIT
    if facts.submits == 0:
        return Step.SUBMIT if facts.may_send else Step.DROP
    if over_time:
        return Step.LEAVE
    if facts.poll is None or facts.waited < limits.grace:
        return Step.WAIT
    return Step.LOOK_UP if facts.archive is None else _all_looks_empty(facts, limits)


def _all_looks_empty(facts: Facts, limits: RecoveryLimits) -> Step:
    """The order may or may not have arrived, and the provider does not know it."""
    if facts.recorded:
        return Step.DROP
    too_old = facts.age > limits.replay_age
    if facts.repeat_refused is not None:
        return Step.RECORD if facts.consent else Step.LEAVE
    if facts.unwanted:
        return Step.DROP if facts.consent or (too_old and facts.may_send) else Step.LEAVE
    if not facts.may_send:
        return Step.LEAVE
    again = facts.submits < limits.max_submits and (facts.consent or not too_old)
    return Step.SUBMIT if again else Step.LEAVE
