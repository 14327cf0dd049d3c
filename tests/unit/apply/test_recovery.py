from dataclasses import replace

import pytest
from builders import task
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.apply.ports import TaskReport, TaskState
from ltxspec.apply.recovery import Facts, Limits, Step, next_step
from ltxspec.lock.models import Failure

LIMITS = Limits(grace=60, task_timeout=1800, max_submits=4, replay_age=86400)
REFUSAL = Failure("invalidDuration", "no", permanent=True)


def report(state: TaskState, *, exists: bool = False) -> TaskReport:
    return TaskReport(task(), state, exists=exists)


UNKNOWN = report(TaskState.UNKNOWN)
VAGUE = report(TaskState.RUNNING)  # "processing", as an unknown id may be answered
RUNNING = report(TaskState.RUNNING, exists=True)
DONE = report(TaskState.SUCCEEDED, exists=True)
BROKEN = report(TaskState.FAILED, exists=True)

ROWS = [
    ("a poll that shows the end is recorded", Facts(submits=1, poll=DONE), Step.RECORD),
    ("a failure at the provider is recorded", Facts(submits=1, accepted=True, poll=BROKEN), Step.RECORD),
    ("the archive's end counts when polling knows nothing", Facts(submits=1, poll=UNKNOWN, archive=DONE), Step.RECORD),
    ("a definite refusal is recorded", Facts(submits=0, refused=REFUSAL), Step.RECORD),
    ("an accepted task is waited for", Facts(submits=1, accepted=True, watched=100), Step.WAIT),
    ("a task that shows itself is waited for, asked or not", Facts(poll=RUNNING), Step.WAIT),
    ("an accepted task over time is left, not bought again", Facts(submits=1, accepted=True, watched=1800), Step.LEAVE),
    ("nothing sent yet: send", Facts(), Step.SUBMIT),
    ("nothing sent, and the id is unknown: send", Facts(poll=UNKNOWN), Step.SUBMIT),
    ("nothing sent, and a vague answer proves nothing: send", Facts(poll=VAGUE), Step.SUBMIT),
    ("unclear and not looked at: look", Facts(submits=1, waited=1000), Step.WAIT),
    ("unclear within the grace time: wait", Facts(submits=1, poll=UNKNOWN, waited=59), Step.WAIT),
    ("unclear after the grace time: ask the archive", Facts(submits=1, poll=UNKNOWN, waited=60), Step.LOOK_UP),
    ("all looks empty: the same body again", Facts(submits=1, poll=VAGUE, archive=UNKNOWN, waited=60), Step.SUBMIT),
    (
        "repeated often enough: a person decides",
        Facts(submits=4, poll=UNKNOWN, archive=UNKNOWN, waited=60),
        Step.LEAVE,
    ),
    (
        "an old unclear order is not repeated by itself",
        Facts(submits=1, poll=UNKNOWN, archive=UNKNOWN, waited=90000, age=90000),
        Step.LEAVE,
    ),
    (
        "an old unclear order is repeated when a person asks",
        Facts(submits=1, poll=UNKNOWN, archive=UNKNOWN, waited=90000, age=90000, consent=True),
        Step.SUBMIT,
    ),
    ("unclear over the time limit is left", Facts(submits=1, poll=UNKNOWN, watched=1800, waited=10), Step.LEAVE),
]


@pytest.mark.parametrize(("facts", "step"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_the_table(facts: Facts, step: Step) -> None:
    assert next_step(facts, LIMITS) is step


reports = st.sampled_from([None, UNKNOWN, VAGUE, RUNNING, DONE, BROKEN])
facts_of_any_kind = st.builds(
    Facts,
    submits=st.integers(0, 6),
    accepted=st.booleans(),
    poll=reports,
    archive=reports,
    waited=st.floats(0, 1e6),
    watched=st.floats(0, 1e6),
    age=st.floats(0, 1e6),
    consent=st.booleans(),
)


@given(facts_of_any_kind)
def test_nothing_is_sent_when_the_provider_may_still_show_it(facts: Facts) -> None:
    if next_step(facts, LIMITS) is Step.SUBMIT:
        assert not facts.at_provider
        assert facts.end is None
        assert facts.submits == 0 or (facts.poll is not None and facts.archive is not None and facts.waited >= 60)


@given(facts_of_any_kind)
def test_an_end_is_always_recorded(facts: Facts) -> None:
    assert next_step(replace(facts, poll=DONE), LIMITS) is Step.RECORD


def test_success_anywhere_beats_failure_elsewhere() -> None:
    facts = Facts(submits=2, poll=BROKEN, archive=DONE)
    assert facts.end == DONE
