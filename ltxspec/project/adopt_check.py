"""What a project says about a render that is adopted: whether its address exists, and whether the shot requests it."""

from ltxspec.errors import Diagnostic, WrongUsage
from ltxspec.lock.models import Lockfile, Take
from ltxspec.plan.addresses import suggestion
from ltxspec.plan.differences import request_changes
from ltxspec.plan.recorded import answers
from ltxspec.project.load import LoadedSpecs
from ltxspec.project.lookup import UnknownAddress, readable_lockfiles
from ltxspec.project.project import ProjectContext
from ltxspec.render.models import Request
from ltxspec.report import wording as phrases
from ltxspec.values import ShotAddress, TaskId

_NAMED = 6  # fields that one warning names


def recorded_tasks(project: ProjectContext) -> dict[TaskId, ShotAddress]:
    """Every task that a readable lockfile of the project records, and the shot that has it."""
    return {
        take.task_id: ShotAddress(lockfile.spec, key)
        for lockfile in readable_lockfiles(project)[0]
        for key, record in {**lockfile.retired, **lockfile.shots}.items()
        for take in record.takes
    }


def refuse_second_record(project: ProjectContext, address: ShotAddress, task: TaskId) -> None:
    """Refuse a task that any lockfile of the project records already. Raises WrongUsage."""
    for lockfile in readable_lockfiles(project)[0]:
        for key, record in {**lockfile.retired, **lockfile.shots}.items():
            if record.take(task) is not None:
                owner = ShotAddress(lockfile.spec, key)
                hint = None if owner == address else f"`ltxspec lock mv '{owner}' '{address}'` moves its takes"
                raise WrongUsage(f"task `{task}` is already recorded as `{owner}`", hint=hint)


def refuse_unknown(specs: LoadedSpecs, lockfile: Lockfile, address: ShotAddress) -> None:
    """Refuse a shot that neither a spec nor the lockfile has, if every spec can be read. Raises UnknownAddress."""
    if address.instance in lockfile.shots or address.instance in lockfile.retired or not specs.rendered:
        return
    if _is_unread(specs, address):
        return
    known = requests_of(specs)
    if address in known:
        return
    if address.spec in specs.rendered:
        own = [each for each in known if each.spec == address.spec]
        raise UnknownAddress(f"`{address.spec}` has no shot `{address.instance}`", hint=suggestion(str(address), own))
    near = suggestion(str(address), list(known))
    raise UnknownAddress(
        f"no spec is named `{address.spec}`", hint=f"{near}; a shot of a new spec is adopted once the spec is written"
    )


def remarks(project: ProjectContext, specs: LoadedSpecs, address: ShotAddress, take: Take) -> list[Diagnostic]:
    """Warnings about a take that is not what its shot requests: the next plan would buy the shot again."""
    if _is_unread(specs, address):
        file = next(file for file, name in specs.broken.items() if name in (address.spec, ""))
        message = f"`{file}` has errors, so it is unknown whether `{address}` requests this render"
        return [Diagnostic("warning", "import-differs", message, hint="`ltxspec validate` says what is wrong")]
    requests = requests_of(specs)
    wanted = requests.get(address)
    if wanted is not None and answers(take, wanted, project.catalog):
        return []
    same = next((each for each, request in requests.items() if answers(take, request, project.catalog)), None)
    if wanted is None:
        message = f"no spec requests `{address}` now: the render is kept as history"
    else:
        message = (
            f"`{address}` requests another render, and is bought at the next apply: {_fields(project, take, wanted)}"
        )
    hint = "correct the spec, or keep the take as history"
    if same is not None:
        hint = f"it is what `{same}` requests: `ltxspec lock mv '{address}' '{same}'` moves it there"
    return [Diagnostic("warning", "import-differs", message, hint=hint)]


def _is_unread(specs: LoadedSpecs, address: ShotAddress) -> bool:
    """Whether the spec of an address may be one that cannot be read."""
    return address.spec not in specs.rendered and bool({address.spec, ""} & set(specs.broken.values()))


def requests_of(specs: LoadedSpecs) -> dict[ShotAddress, Request]:
    """Every request of the specs that can be read, by address."""
    return {request.address: request for spec in specs.rendered.values() for request in spec.requests}


def _fields(project: ProjectContext, take: Take, wanted: Request) -> str:
    """The fields that differ, with the value of the render and that of the spec."""
    model = project.catalog.find(wanted.body["model"])
    changes = request_changes(take, wanted, model)
    named = []
    for change in changes[:_NAMED]:
        name = phrases.field_name(change.path)
        named.append(f"{name} differs" if phrases.is_text(change) else f"{name} {_values(change.before, change.after)}")
    more = f" and {len(changes) - _NAMED} more" if len(changes) > _NAMED else ""
    return (", ".join(named) or "its inputs differ") + more


def _values(before: object, after: object) -> str:
    old, new = phrases.values(before, after)
    return f"{old} → {new}"
