"""Chooses the real adapters: project folder, configuration, catalog, lockfiles, provider, archive."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ltxspec.errors import Diagnostic
from ltxspec.lock.journal import fold
from ltxspec.plan.actions import Action, Change, Plan
from ltxspec.plan.addresses import refuse_unknown
from ltxspec.plan.planner import PlanContext, plan_spec
from ltxspec.plan.prices import shadowed_prices
from ltxspec.plan.recorded import Owned
from ltxspec.plan.selection import Selection
from ltxspec.plan.spending import assumed, spent
from ltxspec.project.project import Project
from ltxspec.render.models import RenderedSpec
from ltxspec.storage.provenance import refuse_stranger
from ltxspec.storage.state import read_state
from ltxspec.values import ShotAddress, TaskId

if TYPE_CHECKING:
    from ltxspec.apply.ports import Provider
    from ltxspec.storage.archive import FolderArchive


def owned(project: Project, spec: str) -> Owned:
    """Lockfile and journal of a spec, read without taking its lock."""
    lockfile, events = read_state(project.paths_of(spec))
    have = Owned(lockfile, fold(events))
    refuse_stranger(project.paths_of(spec), have.journal, project.root, project.config.project.id)
    return have


def make_plan(
    project: Project,
    rendered: Sequence[RenderedSpec],
    selection: Selection,
    holdings: Mapping[str, Owned] | None = None,
) -> Plan:
    """Plan all rendered specs. `holdings` gives what is owned where it was read under a lock."""
    whole = replace(selection, targets=())  # what is under way outside of the targets is committed money, too
    context = PlanContext(
        project.config.project.id, project.provider, project.catalog, whole, project.config.provider.attempts
    )
    have = {spec.name: (holdings or {}).get(spec.name) or owned(project, spec.name) for spec in rendered}
    diagnostics = _check_selection(selection, rendered, have)
    changes: list[Change] = []
    money, unreported = {}, {}
    for spec in rendered:
        changes += plan_spec(spec, have[spec.name], context)
        diagnostics += spec.diagnostics
        money[spec.name] = spent(have[spec.name])
        unreported[spec.name] = assumed(have[spec.name], project.catalog)
    targets = [change for change in changes if selection.is_target(change.address)]
    others = [c for c in changes if c.action is Action.RESUME and not selection.is_target(c.address)]
    plan = Plan(project.provider, targets, diagnostics, money, unreported, others)
    diagnostics += shadowed_prices(plan, project.catalog)
    return _with_policies(project, plan) if project.config.policy else plan


def _with_policies(project: Project, plan: Plan) -> Plan:
    """The plan, with what the project's own rules say of it."""
    from ltxspec.plan.policy import Rule, check_policies

    rules = [Rule(rule.assertion, rule.message, rule.severity, rule.where) for rule in project.config.policy]
    found = check_policies(rules, plan, project.catalog, project.files)
    return replace(plan, diagnostics=[*plan.diagnostics, *found])


def _check_selection(
    selection: Selection, rendered: Sequence[RenderedSpec], have: Mapping[str, Owned]
) -> list[Diagnostic]:
    """Refuse patterns that name no shot; warn of those that `--target` leaves without effect."""
    if not (selection.targets or selection.retakes or selection.retries):
        return []
    wanted = [request.address for spec in rendered for request in spec.requests]
    known = dict.fromkeys([*wanted, *(address for name in have for address in _recorded(name, have[name]))])
    refuse_unknown(selection.unmatched(known), known)
    targets = [address for address in known if selection.is_target(address)]
    return [
        Diagnostic("warning", "outside-target", f"`{pattern.text}` is outside of `--target`: nothing is done for it")
        for pattern in (*selection.retakes, *selection.retries)
        if not any(pattern.matches(address) for address in targets)
    ]


def _recorded(spec: str, have: Owned) -> list[ShotAddress]:
    """Every shot that the lockfile or the journal of a spec knows."""
    ordered = [task.intent.instance for task in have.journal.open.values()]
    return [ShotAddress(spec, key) for key in (*have.lockfile.shots, *have.lockfile.retired, *ordered)]


def open_provider(project: Project, labels: Mapping[TaskId, str] | None = None, *, need_key: bool = True) -> "Provider":
    """The render service this project talks to.

    Args:
        project: says which.
        labels: what the sandbox burns into the videos of tasks.
        need_key: false for downloads only, which never carry a key.
    """
    from ltxspec.media.animatic import write_animatic
    from ltxspec.project.service import address_setting, service_address
    from ltxspec.providers.registry import ProviderSettings, SandboxParts
    from ltxspec.providers.registry import open_provider as open_named
    from ltxspec.storage.clock import SystemClock

    service, configured = project.service, project.service_config.base_url
    sandbox = SandboxParts(
        catalog=project.catalog,
        make_video=write_animatic,
        folder=project.local / service.folder,
        speed=project.config.sandbox.speed,
        scenario=_scenario(project.environ.get("LTXSPEC_SANDBOX_SCENARIO")) if not service.address else None,
        label=lambda task: (labels or {}).get(TaskId(task)),
    )
    return open_named(
        project.provider,
        ProviderSettings(
            clock=SystemClock(),
            base_url=service_address(service, configured, project.environ),
            named_by=address_setting(service, configured, project.environ),
            key=project.environ.get(service.key) or (None if need_key else "not-needed"),
            poll_chunk=service.polling.batch,
            sandbox=sandbox,
        ),
    )


def open_archive(project: Project, specs: Iterable[str] = ()) -> "FolderArchive":
    """Where finished videos are kept.

    Args:
        project: says where.
        specs: those whose links will be written.

    Raises:
        StorageError: a link leads the archive, or the tree of links, out of the project.
    """
    from ltxspec.media.probe import check_decodes
    from ltxspec.storage.archive import FolderArchive

    root = project.root / project.config.archive.url
    archive = FolderArchive(root, project.renders, check_decodes, project=project.root, ident=project.config.project.id)
    archive.refuse_outside(specs)
    return archive


def local_places(project: Project) -> dict[str, str]:
    """Videos that are home: SHA-256 -> path as shown to users."""
    archive = open_archive(project)
    return {sha256: project.label(path) for sha256, path in archive.contents().items()}


def _scenario(source: str | None) -> str | bytes | None:
    """The faults the sandbox shall play, as JSON: given as such, or as the name of a file."""
    if not source or source.lstrip().startswith("{"):
        return source
    from ltxspec.storage.named import LARGEST_INPUT, read_named

    return read_named(Path(source), source, LARGEST_INPUT)
