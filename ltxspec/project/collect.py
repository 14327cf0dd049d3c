"""Prepares `collect`, which works on journals. Specs are used if readable; broken or deleted ones do not block it."""

import asyncio
import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ltxspec.apply.budget import RunBudget
from ltxspec.apply.engine import Job
from ltxspec.apply.events import Emit, RunSummary
from ltxspec.errors import LtxspecError, Problems, Refused, StorageError
from ltxspec.plan.document import PlanOptions
from ltxspec.plan.selection import selection
from ltxspec.project.context_specs import with_referred, without_context
from ltxspec.project.load import render_specs
from ltxspec.project.locks import LockedSpecs, holding
from ltxspec.project.lookup import recorded_state
from ltxspec.project.others import others_on_disk
from ltxspec.project.plan import ProjectPlan, plan_specs
from ltxspec.project.project import ProjectContext
from ltxspec.project.running.run import PreparedRun, jobs_of, settings_of
from ltxspec.project.spec_files import spec_files
from ltxspec.render.models import RenderedSpec
from ltxspec.storage.durable import read_file
from ltxspec.storage.files import MAX_TEXT


@dataclass(frozen=True, slots=True)
class Collection:
    """The specs whose tasks are to be collected."""

    names: Sequence[str]  # of specs that have a journal
    rendered: Sequence[RenderedSpec]  # the readable ones of these, and those that they refer to
    broken: Sequence[str]  # spec files that cannot be read, as shown to users

    @property
    def own(self) -> Sequence[RenderedSpec]:
        """The specs without those that are only referred to: of these, no task is collected."""
        return [spec for spec in self.rendered if not spec.is_context]


def journalled(project: ProjectContext) -> list[str]:
    """Specs that have a journal with this provider, sorted; their spec files may no longer exist."""
    folder = project.paths_of("any").journal.parent
    return sorted(path.stem for path in folder.glob("*.jsonl"))


@contextlib.contextmanager
def prepare_collect(
    project: ProjectContext, paths: Sequence[str] = (), *, retries: Sequence[str] = (), lock_timeout: float = 0.0
) -> Iterator[PreparedRun | None]:
    """Lock what is in progress, and prepare to finish it. Nothing is ordered.

    Args:
        project: the project, with its provider.
        paths: only these specs.
        retries: shots that are gone, whose orders are given up if the provider does not know them.
        lock_timeout: seconds to wait for another process that is working on one of them.

    Yields:
        The run, valid while the locks are held; None if nothing is in progress.

    Raises:
        WrongUsage: a path does not exist.
        Refused: it is unknown whether an order that is to be given up is needed.
        LockHeld: another process is working on a spec.
        LockfileError, StorageError: a record cannot be read or locked.
    """
    collection = what_to_collect(project, paths)
    if retries and collection.broken:
        raise Refused(
            "unread-spec",
            f"`--retry` gives up what no shot needs, and `{collection.broken[0]}` has problems",
            hint="`ltxspec validate` lists them",
        )
    for file in collection.broken:
        project.warn(f"`{file}` has problems (`ltxspec validate` lists them); only its journal is used")
    with holding(project, collection.names, wait=lock_timeout, command="collect") as held:
        if not any(item.journal.open for item in held.recorded.values()):
            yield None
            return
        jobs = jobs_for(project, held, collection, PlanOptions(tuple(paths), retries=tuple(retries)))
        yield PreparedRun(project, jobs, settings_of(project, submit=False), RunBudget(None))


def collect(
    project: ProjectContext,
    paths: Sequence[str] = (),
    emit: Emit = lambda _: None,
    retries: Sequence[str] = (),
) -> RunSummary | None:
    """Finish what is in progress; order nothing new. Returns None if nothing is. Raises as `prepare_collect`."""
    with prepare_collect(project, paths, retries=retries) as prepared:
        return asyncio.run(prepared.carry_out(emit)) if prepared is not None else None


def in_progress_elsewhere(project: ProjectContext, paths: Sequence[str]) -> list[str]:
    """The specs with orders in progress that are not among those that the paths name, sorted."""
    asked = what_to_collect(project, paths).names if paths else journalled(project)
    others = [name for name in journalled(project) if name not in asked]
    return [name for name in others if recorded_state(project, name).journal.open]


def what_to_collect(project: ProjectContext, paths: Sequence[str]) -> Collection:
    """All specs that have a journal, or those of them that the paths name.

    Raises:
        WrongUsage: a given path does not exist.
    """
    names, problems = journalled(project), Problems()
    try:
        rendered = render_specs(project, paths, problems=problems, with_context=True)
        files = spec_files(project, paths)
    except LtxspecError:
        if paths:
            raise
        rendered, files = [], []  # not even a folder with specs
    sound = {spec.file for spec in rendered}
    broken = [file for file in files if project.label(file) not in sound]
    if paths:
        texts = [_text(file, project.root) for file in broken]
        named = {name for text in texts for name in names if _is_called(text, name)}
        given = {spec.name for spec in without_context(rendered)}
        names = [name for name in names if name in named or name in given]
    return Collection(names, with_referred(rendered, names), [project.label(file) for file in broken])


def _text(file: Path, root: Path) -> str:
    """The text of an invalid spec; empty if it cannot be read."""
    try:
        return read_file(file, root, MAX_TEXT).decode("utf-8", "replace")
    except StorageError:
        return ""


def _is_called(text: str, name: str) -> bool:
    """Whether an invalid spec appears to have this name."""
    named = rf"(?:^|[\s{{,])name:[ \t]*[\"']?{re.escape(name)}[\"']?[ \t]*(?:$|[,}}#])"
    return bool(re.search(named, text, re.MULTILINE))


def jobs_for(project: ProjectContext, held: LockedSpecs, collection: Collection, options: PlanOptions) -> list[Job]:
    """One job for each journal: with the shots of its spec if there is one, otherwise with the journal only.

    Takes of specs that are only referred to are read without their locks: other processes may be working on them.
    """
    known = {spec.name for spec in collection.own}
    alone = [RenderedSpec(name, "", None, ()) for name in collection.names if name not in known]
    specs = [*_with_readable_takes(project, collection.rendered), *alone]
    others = others_on_disk(project, specs, readable=True)
    plan = plan_specs(project, specs, selection(retries=options.retries), held.recorded, others)
    planned = ProjectPlan(project, options, plan, specs)
    return [_giving_up_what_is_gone(job, collection) for job in jobs_of(held, planned, only_open=True)]


def _with_readable_takes(project: ProjectContext, specs: Sequence[RenderedSpec]) -> list[RenderedSpec]:
    """The specs without those that are only referred to and whose records cannot be read: they hold nothing up."""
    found = []
    for spec in specs:
        try:
            if spec.is_context:
                recorded_state(project, spec.name)
        except LtxspecError as error:
            project.warn(f"{error.summary}; what follows from `{spec.name}` is collected without its takes")
            continue
        found.append(spec)
    return found


def _giving_up_what_is_gone(job: Job, collection: Collection) -> Job:
    """The job, with consent only for orders whose shots are gone from a spec that can be read.

    A shot that is there may still want its order: variables of another run are not known here.
    """
    present = {request.address for spec in collection.own for request in spec.requests}
    known = any(spec.name == job.ledger.spec for spec in collection.own)
    return replace(job, retries=frozenset(one for one in job.retries if known and one not in present))
