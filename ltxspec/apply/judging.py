"""Says what of a take's videos is not as expected, or, where nothing is expected, not as ordered."""

from collections.abc import Mapping

from ltxspec.apply.events import EventKind
from ltxspec.apply.task import TaskRun
from ltxspec.lock.models import Take
from ltxspec.plan.expectations import differences, unmet_by
from ltxspec.render.expectations import Expectations


def expected_of(run: TaskRun) -> Expectations:
    """What the spec expects of the videos of a task now; nothing if no shot wants it any more."""
    request = run.change.request if run.change is not None else None
    return run.expect if request is None else request.expect


def judge(run: TaskRun, take: Take) -> Mapping[str, str]:
    """The expectations that a take does not meet, in words, after saying so."""
    expect = expected_of(run)
    if not expect:
        _compare(run, take)
        return {}
    found = unmet_by(take, expect)
    if found:
        listed = "; ".join(f"`{name}`: {words}" for name, words in found.items())
        run.tell(EventKind.SHOT_UNMET, f"not as expected: {listed}")
    return found


def _compare(run: TaskRun, take: Take) -> None:
    """A remark on videos that differ from their order. What all videos of a model have in common is said once a run."""
    found: dict[str, str] = {}
    for output in take.outputs:
        if output.facts is not None:
            found |= differences(take.request, output.facts)
    kind = (take.model, *sorted(found))
    if found and kind not in run.context.remarked:
        run.context.remarked.add(kind)
        words = "; ".join(found.values())
        message = f"the video differs from its order: {words} (said once a run for each model; `expect:` checks it)"
        run.tell(EventKind.SHOT_REMARK, message)
