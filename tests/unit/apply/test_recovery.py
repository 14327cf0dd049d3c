import pytest
from builders import task
from hypothesis import given
from hypothesis import strategies as st
from replacing import replace

from ltxspec.apply.ports import TaskReport, TaskState
from ltxspec.apply.recovery import Facts, RecoveryLimits, Step, next_step
from ltxspec.lock.models import Failure

LIMITS = RecoveryLimits(grace=60, task_timeout=1800, max_submits=4, replay_age=86400)
REFUSAL = Failure("invalidDuration", "no", permanent=True)


def report(state: TaskState, *, exists: bool = False) -> TaskReport:
    return TaskReport(task(), state, exists=exists, failure=REFUSAL if state is TaskState.FAILED else None)


UNKNOWN = report(TaskState.UNKNOWN)
VAGUE = report(TaskState.RUNNING)  # "processing", as an unknown id may be answered
RUNNING = report(TaskState.RUNNING, exists=True)
DONE = report(TaskState.SUCCEEDED, exists=True)
BROKEN = report(TaskState.FAILED, exists=True)

EMPTY = Facts(submits=1, poll=UNKNOWN, archive=UNKNOWN, waited=60)

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
    ("never sent, and nothing may be sent: as if it had not been planned", Facts(may_send=False), Step.DROP),
    ("a run that may not send waits and looks all the same", Facts(submits=1, may_send=False), Step.WAIT),
    ("all looks empty, and nothing may be sent: the next run goes on", replace(EMPTY, may_send=False), Step.LEAVE),
    ("all looks empty, and nobody wants it: never bought now", replace(EMPTY, unwanted=True), Step.LEAVE),
    ("nobody has wanted it for a day: given up", replace(EMPTY, unwanted=True, age=90000), Step.DROP),
    ("nobody wants it, a person says so: given up", replace(EMPTY, unwanted=True, consent=True), Step.DROP),
    ("a run that only collects gives nothing up", replace(EMPTY, unwanted=True, age=9e9, may_send=False), Step.LEAVE),
    (
        "a run that only collects gives up what nobody wants if a person says so",
        replace(EMPTY, unwanted=True, consent=True, may_send=False),
        Step.DROP,
    ),
    ("and nothing else", replace(EMPTY, consent=True, may_send=False), Step.LEAVE),
    ("all looks empty, and its end is recorded: an old journal", replace(EMPTY, recorded=True), Step.DROP),
    ("even if a person asks", replace(EMPTY, recorded=True, consent=True, may_send=False), Step.DROP),
    ("a recorded task that is there is waited for", Facts(submits=1, poll=RUNNING, recorded=True), Step.WAIT),
    ("an unwanted task that is there is waited for", Facts(submits=1, accepted=True, unwanted=True), Step.WAIT),
    ("a refused repeat says nothing of the first copy", replace(EMPTY, repeat_refused=REFUSAL), Step.LEAVE),
    (
        "a refused repeat is believed when a person asks",
        replace(EMPTY, repeat_refused=REFUSAL, consent=True),
        Step.RECORD,
    ),
    ("a refused repeat does not hide the first copy", Facts(submits=2, repeat_refused=REFUSAL, poll=DONE), Step.RECORD),
    ("a failure that only the archive tells is one", Facts(submits=1, poll=UNKNOWN, archive=BROKEN), Step.RECORD),
    ("but not while a poll shows the task alive", Facts(submits=1, poll=RUNNING, archive=BROKEN), Step.WAIT),
    (
        "nor after a repeat, whose refusal it may be",
        Facts(submits=2, repeated=True, poll=UNKNOWN, archive=BROKEN, waited=60),
        Step.SUBMIT,
    ),
    ("after a repeat a poll's failure is one", Facts(submits=2, repeated=True, poll=BROKEN), Step.RECORD),
    ("what the archive shows to be there is waited for", replace(EMPTY, submits=2, archive=RUNNING), Step.WAIT),
    ("and left open over the time limit", replace(EMPTY, archive=RUNNING, watched=1800), Step.LEAVE),
    ("an archive that knows an end without a proof proves nothing", replace(EMPTY, archive=VAGUE), Step.SUBMIT),
    ("an unclear order is repeated for a day", replace(EMPTY, age=86400), Step.SUBMIT),
    ("and not a second longer", replace(EMPTY, age=86401), Step.LEAVE),
]


@pytest.mark.parametrize(("facts", "step"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_the_table(facts: Facts, step: Step) -> None:
    assert next_step(facts, LIMITS) is step


def test_the_limits_are_the_documented_ones() -> None:
    assert RecoveryLimits() == RecoveryLimits(grace=60, task_timeout=1800, max_submits=4, replay_age=86400)


def test_an_order_that_was_never_sent_has_no_past() -> None:
    facts = Facts()
    assert (facts.submits, facts.waited, facts.watched, facts.age) == (0, 0, 0, 0)


# What the properties below must know, written down here once more: they would agree with any mistake of `Facts` itself.


def certainly_there(facts: Facts) -> bool:
    """The provider said that it has the order, or showed it; an archived failure may be the refusal of a repeat."""
    if facts.accepted or (facts.poll is not None and facts.poll.exists):
        return True
    return facts.archive is not None and facts.archive.exists and facts.archive.state is not TaskState.FAILED


def certainly_over(facts: Facts) -> bool:
    """A success is an end wherever it is shown, and a failure where the task itself is shown, live."""
    states = [report.state for report in (facts.poll, facts.archive) if report is not None]
    return TaskState.SUCCEEDED in states or (facts.poll is not None and facts.poll.state is TaskState.FAILED)


def looked_everywhere(facts: Facts) -> bool:
    return facts.poll is not None and facts.archive is not None and facts.waited >= 60


reports = st.none() | st.builds(TaskReport, st.just(task()), st.sampled_from(TaskState), exists=st.booleans())
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
    repeated=st.booleans(),
    may_send=st.booleans(),
    unwanted=st.booleans(),
    recorded=st.booleans(),
    repeat_refused=st.sampled_from([None, REFUSAL]),
)


@given(facts_of_any_kind)
def test_nothing_is_sent_when_the_provider_may_still_show_it(facts: Facts) -> None:
    if next_step(facts, LIMITS) is Step.SUBMIT:
        assert not certainly_there(facts)
        assert not certainly_over(facts)
        assert facts.may_send
        assert facts.submits == 0 or (looked_everywhere(facts) and not facts.unwanted and not facts.recorded)
        assert facts.submits == 0 or facts.consent or facts.age <= 86400
        assert facts.submits < 4


@given(facts_of_any_kind)
def test_nothing_is_given_up_that_may_have_been_paid(facts: Facts) -> None:
    if next_step(facts, LIMITS) is Step.DROP:
        assert not certainly_there(facts)
        assert not certainly_over(facts)
        assert facts.submits == 0 or ((facts.unwanted or facts.recorded) and looked_everywhere(facts))


@given(facts_of_any_kind)
def test_an_end_is_always_recorded(facts: Facts) -> None:
    if certainly_over(facts):
        assert next_step(facts, LIMITS) is Step.RECORD
    assert next_step(replace(facts, poll=DONE), LIMITS) is Step.RECORD


@given(facts_of_any_kind)
def test_what_is_certainly_there_is_only_ever_waited_for_recorded_or_left(facts: Facts) -> None:
    assert facts.at_provider is certainly_there(facts)
    if certainly_there(facts):
        assert next_step(facts, LIMITS) in {Step.WAIT, Step.RECORD, Step.LEAVE}


def test_success_anywhere_beats_failure_elsewhere() -> None:
    assert Facts(submits=2, poll=BROKEN, archive=DONE).end == DONE
    assert Facts(submits=2, poll=DONE, archive=BROKEN).end == DONE


def test_a_render_that_usually_takes_long_is_waited_for_longer_and_never_shorter() -> None:
    limits = RecoveryLimits(patient=True)
    assert limits.expecting(None).task_timeout == 1800
    assert limits.expecting(5).task_timeout == 1800
    assert limits.expecting(1200).task_timeout == 3600
    assert replace(limits, patient=False).expecting(1200).task_timeout == 1800  # as the user wrote
