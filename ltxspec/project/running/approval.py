"""Refuses a plan that is not the saved or approved one, and reports how they differ, including the cost."""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized

from msgspec.structs import replace

from ltxspec.errors import Invalid, LtxspecError, Refused, WrongUsage
from ltxspec.lock.by_task import takes_by_id
from ltxspec.lock.models import Lockfile
from ltxspec.plan.actions import Action, Change, Plan, Reason, estimate
from ltxspec.plan.document import PlanDocument, PlannedShot, PlanOptions, Problem
from ltxspec.plan.doubts import ABOUT_VERDICTS
from ltxspec.plan.idle_limits import IDLE
from ltxspec.plan.limits import OVER_PROJECT, budget_warning
from ltxspec.plan.planfile import applied, as_planned, plan_differences, plan_digest, terms_of
from ltxspec.plan.unmet import UNMET
from ltxspec.project.path_globs import matching
from ltxspec.project.project import ProjectContext
from ltxspec.values import TaskId, dollars, money_text

_MOST_COMMITS = 10  # searched for the approved plan, newest first
_MOST_LINES = 20
_CHANGING = {*ABOUT_VERDICTS, UNMET, OVER_PROJECT, IDLE}  # codes of warnings that a saved plan need not have
_SAVE_AGAIN = "review the current plan and save it again: `ltxspec plan -o FILE`"


@contextlib.contextmanager
def refusing_gone(project: ProjectContext, saved: PlanDocument | None) -> Iterator[None]:
    """While specs are read: refuse a saved plan whose specs or variables are not there any more. Raises Refused."""
    message = "the saved plan is out of date: {} that it names are gone"
    gone = [path for path in saved.options.paths if _is_gone(project, path)] if saved else []
    if gone:
        raise Refused(
            "stale-plan",
            message.format("specs"),
            hint=f"run it in the folder where it was saved; or {_SAVE_AGAIN}",
            details=_cut([f"{path}: there is no such file or folder" for path in gone]),
        )
    try:
        yield
    except Invalid as error:
        errors = [item for item in error.diagnostics if item.severity == "error"]
        if saved is None or {item.code for item in errors} != {"unknown-variable"}:
            raise
        details = _cut([item.message for item in errors])
        raise Refused("stale-plan", message.format("variables"), hint=_SAVE_AGAIN, details=details) from error


def _is_gone(project: ProjectContext, path: str) -> bool:
    """Whether a path of a saved plan names nothing any more."""
    try:
        return not all((project.folder / name).exists() for name in matching(project.folder, path))
    except WrongUsage:
        return True


def refuse_stale(
    saved: PlanDocument,
    plan: Plan,
    lockfiles: Iterable[Lockfile] = (),
    retaking: Callable[[Sequence[str]], Plan] | None = None,
) -> None:
    """Refuse a plan that differs from the saved one.

    Args:
        saved: the saved plan.
        plan: the present plan.
        lockfiles: what is recorded now: it tells whether the saved plan has been applied.
        retaking: plans again with the retakes of these shots only; None: all retakes are still to be made.

    Raises:
        Refused: with the differences, including the cost, as details.
    """
    if saved.digest != plan_digest(plan):
        recorded = {task for lockfile in lockfiles for task in _succeeded(lockfile)}
        raise _out_of_date(saved, plan, recorded, retaking)
    policies = plan.terms.policies if plan.terms is not None else None
    if saved.limits is not None and saved.limits.policies != policies:
        raise Refused(
            "stale-plan",
            "the policies of the project have changed since the plan was saved",
            hint=_SAVE_AGAIN,
        )
    wrong = _untrue(saved, plan)
    if wrong is not None:
        raise Refused(
            "stale-plan",
            f"the saved plan differs from what ltxspec would write now: `{wrong}` does not match its digest",
            hint=f"the file was edited, or its warnings have changed; {_SAVE_AGAIN}",
        )


def _out_of_date(
    saved: PlanDocument, plan: Plan, recorded: set[TaskId], retaking: Callable[[Sequence[str]], Plan] | None
) -> Refused:
    """How much of a saved plan has been applied, what is left of it, and what differs."""
    done = applied(saved, plan, recorded)
    retaken = [shot.address for shot in saved.shots if Reason.RETAKE_REQUESTED.value in shot.reasons]
    if retaking is not None and not done.isdisjoint(retaken):  # they, and what follows from them, are not planned twice
        plan = retaking([address for address in retaken if address not in done])
        done = applied(saved, plan, recorded)
    left, ordered = as_planned(saved, plan, done)
    under_way = {str(change.address) for change in ordered}
    lines = plan_differences(saved, plan, done | under_way)
    if lines or not (done or under_way):
        return Refused(
            "stale-plan",
            "the saved plan is out of date: planning again gives a different plan",
            hint=_SAVE_AGAIN,
            details=[
                *_cut(lines),
                *([f"{_counted(done)} as planned: that part has been applied already"] if done else []),
            ],
        )
    going = [f"{_counted(under_way)} in progress"] if under_way else []
    parts = [*([f"{_counted(done)} as it says"] if done else []), *going]
    if left:
        price = dollars(estimate(left).usd) + (" and more: some prices are unknown" if estimate(left).unknown else "")
        return Refused(
            "stale-plan",
            f"the saved plan has been applied in part: {', '.join(parts)}, and {_counted(left)} left, for {price}",
            hint="nothing is lost: `ltxspec plan` with the same options shows what is left, and `-o FILE` saves it",
            details=_cut([f"{change.address}: left, {_words(change)} as planned" for change in left]),
        )
    if under_way:
        message, hint = ", ".join(parts), "`ltxspec collect` fetches what is in progress; it is never ordered twice"
        return Refused(
            "stale-plan", f"the saved plan has been applied: {message}, and nothing is left to order", hint=hint
        )
    return Refused(
        "stale-plan",
        f"the saved plan has been applied already: {parts[0]}, and nothing is left to do",
        hint="`ltxspec plan` shows what there is to do now",
    )


def _succeeded(lockfile: Lockfile) -> set[TaskId]:
    return {task for task, (_, take) in takes_by_id([lockfile]).items() if take.status == "succeeded"}


def _counted(done: Sized) -> str:
    number = len(done)
    return "1 shot is" if number == 1 else f"{number:,} shots are"


def _untrue(saved: PlanDocument, plan: Plan) -> str | None:
    """The first place where a saved plan differs from the present plan although the digests match; None if none.

    Only versions and locations in files may differ.
    """
    from ltxspec.report.diagnostics import problem_of
    from ltxspec.report.plan.json import plan_document

    document = plan_document(plan, saved.options)
    then, now = _by_address(saved.shots), _by_address(document.shots)
    different = (address for address in sorted(then.keys() | now) if then.get(address) != now.get(address))
    shot = next(different, _listed_twice(saved.shots))
    if shot is not None:
        return shot
    terms = terms_of(saved.limits)
    over = budget_warning(plan, terms.limits) if terms is not None else []  # `plan -o` warned of these
    problems = _compared(document.diagnostics)
    if _compared(saved.diagnostics) not in (
        problems,
        [*problems, *(_anywhere(problem_of(item)) for item in over)],
    ):
        return "/diagnostics"
    if saved.summary != document.summary:
        return "/summary"
    if saved.later != document.later:
        return "/later"
    return "/estimate" if saved.estimate != document.estimate else None


def _by_address(shots: Iterable[PlannedShot]) -> dict[str, list[PlannedShot]]:
    """All entries by address: a shot may also have a task of an earlier version."""
    found: dict[str, list[PlannedShot]] = {}
    for shot in shots:
        found.setdefault(shot.address, []).append(replace(shot, source=None))
    return found


def _anywhere(problem: Problem) -> Problem:
    return replace(problem, file=None, line=None, column=None)


def _compared(problems: Iterable[Problem]) -> list[Problem]:
    """The warnings that must be the same; what is found or decided about takes meanwhile changes no plan."""
    return [_anywhere(problem) for problem in problems if problem.code not in _CHANGING]


def _listed_twice(shots: Iterable[PlannedShot]) -> str | None:
    """A shot that is listed twice, not counting tasks in progress."""
    names = Counter(shot.address for shot in shots if shot.action is not Action.RESUME)
    return next((name for name, number in names.items() if number > 1), None)


def refuse_unapproved(project: ProjectContext, plan: Plan, approved: str) -> None:
    """Refuse a plan whose digest is not the approved one.

    To explain the difference, the approved plan is searched for in the latest commits (a review is always of a
    commit). If it is found, the differences are shown; otherwise, what the present plan would do.

    Raises:
        Refused: with the differences, including the cost, as details.
    """
    digest = plan_digest(plan)
    if approved == digest:
        return
    seen = _approved_plan(project, approved)
    if seen is None:
        lines = [f"now {_money(plan)}", *(f"{change.address}: now {_words(change)}" for change in plan.pending)]
    else:
        from ltxspec.report.plan.json import plan_document

        document = plan_document(seen, PlanOptions())
        lines = [f"approved {_money(seen)}, now {_money(plan)}", *plan_differences(document, plan)]
    raise Refused(
        "not-approved",
        f"the plan is not the approved one (approved {approved}, now {digest})",
        hint="review the current plan and approve its digest",
        details=_cut(lines),
    )


def _approved_plan(project: ProjectContext, approved: str) -> Plan | None:
    """The plan with this digest from the newest commit that has it; None if none of the searched commits does."""
    from ltxspec.storage.git import run_git

    try:
        done = run_git(project.root, "rev-list", f"--max-count={_MOST_COMMITS}", "HEAD")
    except LtxspecError:
        return None
    for commit in done.stdout.decode().split():
        plan = _plan_at(project, commit)
        if plan is not None and plan_digest(plan) == approved:
            return plan
    return None


def _plan_at(project: ProjectContext, commit: str) -> Plan | None:
    """The plan of the whole project at a commit; None if it cannot be planned."""
    from ltxspec.plan.selection import Selection
    from ltxspec.project.plan import plan_specs
    from ltxspec.project.snapshot import project_at, read_side
    from ltxspec.storage.trees import GitTree
    from ltxspec.storage.validation_cache import FileVerdicts

    try:
        with (
            GitTree(project.root, commit) as tree,
            FileVerdicts(project.local / "cache" / "verdicts", project.root) as verdicts,
        ):
            side = read_side(commit, project_at(project, tree), tree, verdicts)
            plannable = [spec for name, spec in side.specs.rendered.items() if name in side.recorded]
            return plan_specs(side.project, plannable, Selection(), side.recorded, side.others, tree=tree)
    except LtxspecError:
        return None


def _money(plan: Plan) -> str:
    total = estimate(plan.changes)
    return dollars(total.usd) + (f" and {total.unknown} unknown" if total.unknown else "")


def _words(change: Change) -> str:
    if not change.action.spends:
        return change.action.value
    price = money_text(change.estimate, "an unknown price")
    return f"{change.action.value} for {price}"


def _cut(lines: Sequence[str]) -> list[str]:
    more = [f"… and {len(lines) - _MOST_LINES} more"] if len(lines) > _MOST_LINES else []
    return [*lines[:_MOST_LINES], *more]
