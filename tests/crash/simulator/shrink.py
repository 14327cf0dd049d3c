"""Makes a failing script short: steps, troubles and manners go while the same promise is still broken."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace

from crash.simulator.script import Script, Setting, Step, with_steps
from crash.simulator.service import Manners

from ltxspec.providers.sandbox.scenario import Behaviour

MOST_TRIES = 400


def shortened(script: Script, fails: Callable[[Script], bool], tries: int = MOST_TRIES) -> Script:
    """The shortest script that was found and that still fails."""
    left = [tries]

    def still(candidate: Script) -> bool:
        left[0] -= 1
        return left[0] >= 0 and fails(candidate)

    while left[0] > 0:
        shorter = _fewer_steps(script, still)
        shorter = _simpler(shorter, still)
        if shorter == script:
            break
        script = shorter
    return script


def _fewer_steps(script: Script, still: Callable[[Script], bool]) -> Script:
    """Leave out ever smaller runs of steps."""
    size = max(len(script.steps) // 2, 1)
    while size:
        start = 0
        while start < len(script.steps):
            candidate = with_steps(script, script.steps[:start] + script.steps[start + size :])
            if still(candidate):
                script = candidate
            else:
                start += size
        size //= 2
    return script


def _simpler(script: Script, still: Callable[[Script], bool]) -> Script:
    """Take away what is not needed: of the setting, the provider's manners, the spec and each step."""
    for candidates in (_plainer, _with_fewer_shots, _with_simpler_steps):
        changed = True
        while changed:
            found = next((one for one in candidates(script) if still(one)), None)
            changed = found is not None
            script = found or script
    return script


def _plainer(script: Script) -> Iterator[Script]:
    manners, plain = script.manners, Manners()
    for item in fields(Manners):
        if getattr(manners, item.name) != getattr(plain, item.name):
            yield replace(script, manners=replace(manners, **{item.name: getattr(plain, item.name)}))
    for item in fields(Behaviour):
        if getattr(manners.behaviour, item.name) != getattr(plain.behaviour, item.name):
            behaviour = replace(manners.behaviour, **{item.name: getattr(plain.behaviour, item.name)})
            yield replace(script, manners=replace(manners, behaviour=behaviour))
    for number in range(len(manners.faults)):
        faults = manners.faults[:number] + manners.faults[number + 1 :]
        yield replace(script, manners=replace(manners, faults=faults))
    if script.setting != Setting():
        yield replace(script, setting=Setting())


def _with_fewer_shots(script: Script) -> Iterator[Script]:
    if len(script.shots) > 1:
        for number in range(len(script.shots)):
            yield replace(script, shots=script.shots[:number] + script.shots[number + 1 :])


def _with_simpler_steps(script: Script) -> Iterator[Script]:
    for number, step in enumerate(script.steps):
        for simpler in _ways(step):
            yield with_steps(script, [*script.steps[:number], simpler, *script.steps[number + 1 :]])


def _ways(step: Step) -> Iterator[Step]:
    yield from step.simpler()
    for number in range(len(step.words)):
        if step.act.startswith("apply") and step.words[number] in ("--retake", "--retry"):
            yield replace(step, words=step.words[:number] + step.words[number + 1 :])
