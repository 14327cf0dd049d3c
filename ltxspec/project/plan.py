"""Plans what a change would render and what it would cost. Every command and the Python API use the same steps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from ltxspec.errors import Diagnostic, StorageError, WrongUsage
from ltxspec.formats import to_json
from ltxspec.plan.actions import Action, Change, Estimate, Plan, estimate
from ltxspec.plan.addresses import instead_of
from ltxspec.plan.bought_again import owned_elsewhere_warnings
from ltxspec.plan.cases import PlanContext
from ltxspec.plan.document import PlanDocument, PlanOptions
from ltxspec.plan.doubts import doubt_warning, doubted
from ltxspec.plan.followers import follower_warning
from ltxspec.plan.graph_selection import source_warnings, with_dependents
from ltxspec.plan.heirs import heirs_of_takes, with_heirs
from ltxspec.plan.limits import budget_warning
from ltxspec.plan.moves import heirs_of, idle_moves
from ltxspec.plan.pins import pin_warnings
from ltxspec.plan.planfile import plan_digest, read_plan_file
from ltxspec.plan.planner import plan_again
from ltxspec.plan.prices import shadowed_prices
from ltxspec.plan.recorded import RecordedState
from ltxspec.plan.renamed import renamed
from ltxspec.plan.retired import retired_models
from ltxspec.plan.same_render import same_renders
from ltxspec.plan.same_words import same_words
from ltxspec.plan.selecting import Selected, idle_retries, limited, selected
from ltxspec.plan.selection import Selection, selection
from ltxspec.plan.selection_check import check_selection, with_effect
from ltxspec.plan.spending import sums
from ltxspec.plan.unmet import unmet_warning
from ltxspec.plan.unsaved import unsaved_warning
from ltxspec.project.load import render_specs
from ltxspec.project.lookup import recorded_state
from ltxspec.project.others import Others, others_on_disk, planned_across
from ltxspec.project.project import ProjectContext
from ltxspec.project.remarks import remarks_of
from ltxspec.project.rules import limits_of, most_orders, terms_of, with_policies
from ltxspec.project.unclaimed import moved_from_unknown, moved_in_progress, unclaimed
from ltxspec.project.unread import unread_warnings
from ltxspec.project.variables import refuse_to_keep_secrets
from ltxspec.render.models import RenderedSpec, Request
from ltxspec.storage.trees import FileTree
from ltxspec.values import Json, Usd


@dataclass(frozen=True, slots=True)
class ProjectPlan:
    """A plan of a project, with its inputs: planning again with the same inputs must give the same plan."""

    project: ProjectContext
    options: PlanOptions
    plan: Plan
    rendered: Sequence[RenderedSpec]

    @property
    def changes(self) -> Sequence[Change]:
        """One change for each shot, in the order of the specs."""
        return self.plan.changes

    @property
    def named(self) -> Sequence[Change]:
        """The changes of the shots that the options select: without the sources that these take along."""
        return [change for change in self.plan.changes if change.address not in self.plan.included]

    @property
    def pending(self) -> Sequence[Change]:
        """The changes of shots that are not up to date."""
        return self.plan.pending

    @property
    def is_whole(self) -> bool:
        """Whether all specs of the project are planned."""
        return not self.options.paths

    @property
    def diagnostics(self) -> Sequence[Diagnostic]:
        """Warnings, and violations of the project's policies."""
        return self.plan.diagnostics

    @property
    def estimate(self) -> Estimate:
        """The expected cost in USD; shots without a known price are counted separately."""
        return estimate(self.plan.changes)

    @property
    def digest(self) -> str:
        """`sha256:<hex>`: approving a plan means approving its digest."""
        return plan_digest(self.plan)

    def to_json(self) -> dict[str, Json]:
        """The plan document: what `ltxspec plan --format json` prints."""
        return to_json(self.as_saved())

    def as_saved(self) -> PlanDocument:
        """The document that `apply` later compares with a new plan."""
        from ltxspec.report.plan.json import plan_document

        return plan_document(self.plan, self.options)

    def save(self, path: Path | str) -> None:
        """Write the plan document for `ltxspec apply FILE`. An existing file is replaced completely or not at all.

        Raises:
            WrongUsage: a variable may hold a secret.
            StorageError: the file cannot be written.
        """
        from ltxspec.report.plan.json import plan_json
        from ltxspec.storage.outputs import write_document

        refuse_to_keep_secrets(self.options.variables)
        if not Path(path).parent.is_dir():
            raise StorageError(
                f"the plan cannot be saved to `{Path(path).name}`: there is no such folder",
                hint="give a file in a folder you may write to",
            )
        write_document(Path(path), [plan_json(self.plan, self.options)])


def plan_project(
    project: ProjectContext,
    options: PlanOptions,
    rendered: Sequence[RenderedSpec] | None = None,
    recorded: Mapping[str, RecordedState] | None = None,
    *,
    is_saved: bool = False,
) -> ProjectPlan:
    """Plan according to `options`.

    Args:
        project: the project, with configuration, catalog and provider.
        options: paths, selected shots and variables.
        rendered: the specs, if they are rendered already.
        recorded: their recorded state, if it was read under a lock.
        is_saved: the options are those of a saved plan: shots they name may be gone.

    Raises:
        Invalid: the specs have problems.
        LockfileError: a lockfile or a journal cannot be trusted.
        WrongUsage: a selected shot does not exist.
    """
    wanted = selection(
        options.targets, options.retakes, options.retries, excludes=options.excludes, labels=options.labels
    )
    specs = rendered
    if specs is None:
        specs = render_specs(project, options.paths, options.variables, selected=wanted, with_context=True)
    others = others_on_disk(project, specs, options.variables)
    plan = plan_specs(project, specs, wanted, recorded, others, is_saved=is_saved)
    nameless = [] if options.paths else unclaimed(project, specs, plan.changes)
    nameless += moved_from_unknown(project, [spec.name for spec in specs], plan.changes)
    nameless += moved_in_progress(project, plan.changes, specs)
    nameless += follower_warning(plan.changes, others()) if options.paths else []
    unread = [] if project.service.free else unread_warnings(project)
    plan = replace(plan, diagnostics=[*plan.diagnostics, *nameless, *unread])
    if (most := most_orders(project, plan, specs, options)) is not None:
        plan = limited(plan, most)
    plan = replace(plan, diagnostics=[*plan.diagnostics, *source_warnings(plan)])
    plan = _with_verdicts(project, with_policies(project, plan) if project.config.policy else plan)
    return ProjectPlan(project, options, plan, specs)


def plan_specs(  # noqa: PLR0913  # what a plan is made of, each from another side
    project: ProjectContext,
    rendered: Sequence[RenderedSpec],
    selection: Selection,
    recorded: Mapping[str, RecordedState] | None = None,
    others: Others | None = None,
    *,
    is_saved: bool = False,
    tree: FileTree | None = None,
) -> Plan:
    """Plan rendered specs against their recorded state, without policies.

    Args:
        project: the project.
        rendered: the specs.
        selection: the selected shots.
        recorded: their recorded state, as far as it was read already.
        others: the other specs that have records; None: as they are on disk.
        is_saved: the selection is that of a saved plan.
        tree: the files of the commit whose verdicts count; None: those on disk.

    Raises:
        LockfileError, WrongUsage: as `plan_project`.
    """
    selection = with_dependents(selection, rendered)
    context = _context(project, selection)
    have = {spec.name: (recorded or {}).get(spec.name) or recorded_state(project, spec.name) for spec in rendered}
    diagnostics = check_selection(selection, rendered, have, is_saved=is_saved)
    verdicts = cache(lambda: remarks_of(project, tree).certain)
    changes, offered = planned_across(rendered, have, context, others or others_on_disk(project, rendered), verdicts)
    diagnostics += _remarks(project, rendered, have, changes)
    found = selected(changes, selection, {spec.name for spec in rendered if spec.is_context})
    targets, aside = found.changes, _not_touched(rendered, found)
    heirs = heirs_of_takes(changes, have, offered)
    money, unreported = sums(with_heirs(have, heirs, offered), aside, project.catalog)
    diagnostics = with_effect(diagnostics, selection, found.included)
    diagnostics += [*found.diagnostics, *idle_retries(targets, selection), *owned_elsewhere_warnings(targets)]
    diagnostics += [*same_renders(changes, targets), *same_words(targets, have), *unsaved_warning(targets, have)]
    diagnostics += [*unmet_warning(targets, have, verdicts), *pin_warnings(targets, have)]
    chosen = {id(change) for change in targets}
    own = [change for change in changes if change.address.spec not in aside]
    outside = [c for c in own if c.action is Action.RESUME and id(c) not in chosen]
    plan = Plan(
        project.provider, targets, diagnostics, money, unreported, outside, terms_of(project.config), offered,
        variables={spec.name: spec.variables for spec in rendered}, is_part=_leaves_out(rendered, own, targets),
        included=found.included, heirs=heirs,
    )  # fmt: skip
    diagnostics += [*shadowed_prices(plan, project.catalog), *retired_models(plan, project.catalog)]
    return plan


def _not_touched(rendered: Sequence[RenderedSpec], found: Selected) -> set[str]:
    """The specs that are only read because others refer to them, and of which the run needs nothing."""
    return {spec.name for spec in rendered if spec.is_context} - {address.spec for address in found.included}


def _context(project: ProjectContext, selection: Selection) -> PlanContext:
    whole = Selection(retakes=selection.retakes, retries=selection.retries)  # what is left out may be in progress
    config = project.config
    return PlanContext(config.project.id, project.provider, project.catalog, whole, config.provider.attempts)


def replanner(planned: ProjectPlan) -> Callable[[Request, RecordedState], Change]:
    """A function that decides on one shot during the run of a plan, once its sources have takes."""
    project, options = planned.project, planned.options
    context = _context(project, selection(retakes=options.retakes, retries=options.retries))
    others = others_on_disk(project, planned.rendered)
    known = cache(lambda: frozenset(task for other in others() for task in other.marks))
    return lambda request, recorded: plan_again(request, recorded, context, known())


def _remarks(
    project: ProjectContext,
    rendered: Sequence[RenderedSpec],
    have: Mapping[str, RecordedState],
    changes: Sequence[Change],
) -> list[Diagnostic]:
    """The warnings of the specs, and those about names: `moved:` without effect, and shots that may have moved."""
    moved = {change.address for change in changes if change.origin is not None}
    heirs, found = heirs_of(changes), list[Diagnostic]()
    given = [spec for spec in rendered if not spec.is_context]
    for spec in given:
        found += idle_moves(spec, have[spec.name], lambda name: _recorded(project, name, have), moved, heirs)
        found += spec.diagnostics
    own = [change for change in changes if any(change.address.spec == spec.name for spec in given)]
    return found + renamed(own, {spec.name: have[spec.name].lockfile for spec in given})


def _leaves_out(rendered: Sequence[RenderedSpec], changes: Sequence[Change], targets: Sequence[Change]) -> bool:
    return len(targets) < len(changes) or any(spec.left_out for spec in rendered)


def _recorded(project: ProjectContext, name: str, have: Mapping[str, RecordedState]) -> RecordedState:
    """What is recorded for any spec of the project."""
    return have.get(name) or recorded_state(project, name)


def read_saved_plan(path: Path, name: str) -> PlanDocument:
    """Read a plan document that `ProjectPlan.save` wrote.

    Args:
        path: the file.
        name: the file's name as the user wrote it.

    Raises:
        WrongUsage: the file cannot be read.
        PlanFileError: the file is not a plan document.
    """
    from ltxspec.storage.named import read_named

    if not path.exists() and (hint := instead_of(name)) is not None:
        raise WrongUsage(f"`{name}` does not exist", hint=hint)
    return read_plan_file(read_named(path, name), name)


def with_budget_warning(planned: ProjectPlan, max_cost: Usd | None = None) -> ProjectPlan:
    """The plan, with the text of the refusal as a warning if `apply --max-cost` would refuse it for a limit."""
    plan = planned.plan
    config = planned.project.config
    found = budget_warning(plan, limits_of(config).capped(max_cost))
    if config.budget.spans_project:
        from ltxspec.project.budgets import over_project_warnings

        found += over_project_warnings(planned.project, plan, planned.rendered, is_whole=planned.is_whole)
    return replace(planned, plan=replace(plan, diagnostics=[*plan.diagnostics, *found])) if found else planned


def _with_verdicts(project: ProjectContext, plan: Plan) -> Plan:
    """The plan with what people decided about the takes that it keeps; what it does stays the same."""
    remarks = remarks_of(project)
    found = doubted(plan.changes, remarks.by_task)
    warned = doubt_warning(found, lambda spec: recorded_state(project, spec).lockfile)
    return replace(plan, doubted=found, diagnostics=[*plan.diagnostics, *remarks.warnings, *warned])
