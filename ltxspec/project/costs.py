"""Groups what was spent: by spec, shot, month, model, or a label of the current specs."""

from collections.abc import Sequence

from ltxspec.errors import Problems
from ltxspec.lock.by_task import takes_by_id
from ltxspec.lock.models import Take
from ltxspec.project.load import render_specs
from ltxspec.project.lookup import all_lockfiles, find
from ltxspec.project.project import ProjectContext
from ltxspec.suggest import did_you_mean
from ltxspec.values import ShotAddress

_LABEL = "label:"
NO_LABEL = "(none)"
_NAMED = 5  # labels named in one message


Group = tuple[tuple[str, ...], list[Take]]


def takes_by(project: ProjectContext, pattern: str | None, by: str) -> list[tuple[str, list[Take]]]:
    """As `grouped_takes`, with one name for each group: its names with commas between them."""
    return [(", ".join(names), takes) for names, takes in grouped_takes(project, pattern, by.split(","))]


def grouped_takes(project: ProjectContext, pattern: str | None, by: Sequence[str]) -> list[Group]:
    """All takes of the shots that match an address, in groups, sorted.

    Each task counts once, under the address of `takes_by_id`, also if that one does not match.
    Labels are those of the current specs; takes of shots without the label are under `NO_LABEL`, last.

    Args:
        project: the project.
        pattern: the address; None: every shot.
        by: what they are grouped by: `spec`, `shot`, `month`, `model` or `label:KEY`, the outermost first.

    Raises:
        UnknownAddress: nothing matches.
    """
    labels = {one: _labels(project, one.removeprefix(_LABEL)) for one in by if one.startswith(_LABEL)}
    groups: dict[tuple[str, ...], list[Take]] = {}
    lockfiles = all_lockfiles(project)
    left = dict(takes_by_id(lockfiles))
    for item in find(project, pattern, lockfiles):
        mine = [one.task_id for one in item.record.takes if left.get(one.task_id, (None,))[0] == item.address]
        for _, take in map(left.pop, mine):
            names = {
                "spec": item.address.spec,
                "shot": str(item.address),
                "month": take.submitted_at[:7] if take.submitted_at else "not dated",
                "model": take.model,
                **{one: found.get(item.address, NO_LABEL) for one, found in labels.items()},
            }
            groups.setdefault(tuple(names[one] for one in by), []).append(take)
    return sorted(groups.items(), key=lambda group: [(name == NO_LABEL, name) for name in group[0]])


def _labels(project: ProjectContext, key: str) -> dict[ShotAddress, str]:
    """The value of one label for each shot that has it. Warns of specs with problems, and if none has it."""
    problems = Problems()
    rendered = render_specs(project, (), problems=problems)
    if problems.errors:
        project.warn(
            f"shots with problems (`ltxspec validate` lists them) have no labels: their takes are under `{NO_LABEL}`"
        )
    keys = dict.fromkeys(key for spec in rendered for request in spec.requests for key in request.labels or ())
    if key not in keys:
        named = ", ".join(f"`{known}`" for known in list(keys)[:_NAMED]) + (" and more" if len(keys) > _NAMED else "")
        hint = did_you_mean(key, keys) or (f"the labels are {named}" if keys else "no shot has labels")
        project.warn(f"no shot has a label `{key}`, so all takes are under `{NO_LABEL}`; {hint}")
    return {
        request.address: request.labels[key]
        for spec in rendered
        for request in spec.requests
        if request.labels and key in request.labels
    }
