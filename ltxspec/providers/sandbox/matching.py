"""Determines which faults of a scenario apply now."""

from collections.abc import Mapping, Sequence

from ltxspec.providers.sandbox.scenario import Scenario, ScenarioFault
from ltxspec.providers.sandbox.tasks import TaskStore
from ltxspec.values import Json

Subject = tuple[str | None, str, str]  # taskType (None for a download), taskUUID, prompt


def subject(task: Mapping[str, Json], store: TaskStore) -> Subject:
    """The values that faults are matched against; a look-up uses the prompt of the task it asks about."""
    uuid, prompt = str(task.get("taskUUID", "")), task.get("positivePrompt")
    if prompt is None:
        known = store.task(uuid)
        prompt = None if known is None else known.body.get("positivePrompt")
    return str(task.get("taskType")), uuid, str(prompt or "")


def matching(
    scenario: Scenario, store: TaskStore, subjects: Sequence[Subject], kinds: frozenset[str]
) -> tuple[ScenarioFault, ...]:
    """The faults of some kinds that apply now; every matching fault is counted, once per call.

    Counts are stored under the scenario's digest: "once" means once per state folder, even if the sandbox is
    restarted.
    """
    found = []
    for number, fault in enumerate(scenario.faults):
        if fault.fault not in kinds or not any(fault.matches(*one) for one in subjects):
            continue
        count = store.count(f"{scenario.digest} {number}")
        if fault.nth <= count and (fault.times is None or count < fault.nth + fault.times):
            found.append(fault)
    return tuple(found)
