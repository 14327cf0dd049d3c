"""Makes a review from two versions of the project, for `diff`, `review` and `comment`. Nothing is checked out."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Final

from ltxspec.errors import Diagnostic, LtxspecError
from ltxspec.lock.models import ShotRecord
from ltxspec.plan.actions import Change, FieldChange
from ltxspec.plan.policy import Decided, check_policies
from ltxspec.plan.prices import shadowed_prices
from ltxspec.plan.recorded import record_under
from ltxspec.plan.selection import Selection
from ltxspec.plan.unmet import unmet_warning
from ltxspec.project.plan import plan_specs
from ltxspec.project.project import ProjectContext
from ltxspec.project.remarks import Remarks, remarks_of
from ltxspec.project.revisions import Revisions, choose_revisions
from ltxspec.project.rules import limits_of, rules_of
from ltxspec.project.snapshot import SnapshotReading, project_at, read_side
from ltxspec.render.expectations import NONE, Expectations
from ltxspec.review.causes import causes_of
from ltxspec.review.compare import ComparisonTerms, compare
from ltxspec.review.models import WORKING_TREE, Cause, Review, RuleChange
from ltxspec.review.rules import delivery_changes, model_changes, setting_changes
from ltxspec.review.scopes import SpecScope
from ltxspec.review.sides import ReviewSide
from ltxspec.storage.finding import CONFIG_NAME
from ltxspec.storage.settings import policies, settings
from ltxspec.storage.trees import FolderTree, GitTree
from ltxspec.storage.validation_cache import FileVerdicts
from ltxspec.values import ShotAddress

AT_BASE: Final = "at the base, "  # how the message begins about what cannot be read there


class NoProject(LtxspecError):
    """There is nothing to review: no configuration, no spec and no lockfile on either side."""

    code = "no-project"


def make_review(project: ProjectContext, base: str | None = None, head: str | None = None) -> Review:
    """Review the change between two versions of a project.

    Args:
        project: the project on disk; the records of its provider are compared.
        base: a git revision, `A..B` or `A...B`; None: the merge base with the target branch of the change.
        head: a git revision; None: the working tree, including tasks in progress.

    Raises:
        UnknownRevision: git does not know one of them.
        NoProject: neither of them has a project here.
        Invalid: the configuration of one of them is not valid.
        StorageError: git is missing, there is no repository, or something cannot be read.
    """
    revisions = choose_revisions(project.root, project.environ, base, head)
    with ExitStack() as stack, FileVerdicts(project.local / "cache" / "verdicts", project.root) as verdicts:
        old = _read_commit(revisions.base, project, stack, verdicts)
        if revisions.head is None:
            new = read_side(WORKING_TREE, project, FolderTree(project.root), verdicts)
        else:
            new = _read_commit(revisions.head, project, stack, verdicts)
        _refuse_nothing(old, new, project)
        return _compared(old, new, revisions)


def _refuse_nothing(old: SnapshotReading, new: SnapshotReading, project: ProjectContext) -> None:
    """Where neither side has a project, "no changes" would be wrong: it is not the folder that is meant."""
    if old.has_project or new.has_project:
        return
    raise NoProject(
        f"there is no project in `{project.root}`, neither at `{old.name[:12]}` nor at `{new.name[:12]}`",
        hint=f"run it in the folder of `{CONFIG_NAME}` (`-C FOLDER`), and commit the specs before the review",
    )


def _read_commit(commit: str, project: ProjectContext, stack: ExitStack, verdicts: FileVerdicts) -> SnapshotReading:
    tree = stack.enter_context(GitTree(project.root, commit))
    return read_side(commit, project_at(project, tree), tree, verdicts)


def _compared(old: SnapshotReading, new: SnapshotReading, revisions: Revisions) -> Review:
    plannable = [spec for name, spec in new.specs.rendered.items() if name in new.recorded]
    config = new.project.config
    unruled = replace(new.project, config=replace(config, policy=()))
    plan = plan_specs(unruled, plannable, Selection(), new.recorded, new.others, tree=new.tree)
    said, remarks = remarks_of(old.project, old.tree), remarks_of(new.project, new.tree)
    decided = Decided(remarks.by_task, remarks.unread)
    broken = check_policies(rules_of(config), plan, new.project.catalog, new.tree, decided)
    sides = old.side(new.files, said), new.side(old.files, remarks)
    terms = ComparisonTerms(
        plan=replace(plan, diagnostics=broken),
        limits=limits_of(config),
        diagnostics=[
            *_head_problems(new),
            *broken,
            *shadowed_prices(plan, new.project.catalog),
            *remarks.warnings,
            *_base_problems(old, said),
            *_remarks(revisions),
        ],
        causes=_Causes(old, new).find,
        rules=_rules(old, new, sides),
        catalog=old.project.catalog,
    )
    review = compare(*sides, terms)
    shots = {shot.address for shot in review.shots}
    alone = [change for change in _asked_anew(old, plan.changes) if change.address not in shots]
    records = _records(new, (shot.address for shot in review.shots))
    counted = {**records, **_records(new, (item.address for item in review.redecided))}
    return replace(
        review,
        base_name=revisions.base_name,
        diagnostics=(*review.diagnostics, *unmet_warning(alone, new.recorded, lambda: remarks.by_task)),
        head_commit=revisions.head or revisions.checkout,
        records=records,
        expected=_expected(new, review),
        numbers={take.task_id: place for item in counted.values() for place, take in enumerate(item.takes, 1)},
        verdicts=remarks.verdicts,
        noted=remarks.noted,
        withdrawn=remarks.withdrawn,
    )


def _records(new: SnapshotReading, shots: Iterable[ShotAddress]) -> Mapping[ShotAddress, ShotRecord]:
    """All takes of shots, at the head."""
    found = {}
    for address in (shot for shot in shots if shot.spec in new.recorded):
        record = record_under(new.recorded[address.spec].lockfile, address.instance)
        if record is not None:
            found[address] = record
    return found


def _asked_anew(old: SnapshotReading, changes: Sequence[Change]) -> list[Change]:
    """The changes of shots of which this change expects something else than the base did."""
    before = {request.address: request.expect for spec in old.specs.rendered.values() for request in spec.requests}
    return [
        change
        for change in changes
        if change.request is not None and before.get(change.address, NONE) != change.request.expect
    ]


def _expected(new: SnapshotReading, review: Review) -> Mapping[ShotAddress, Expectations]:
    """What the head expects of the videos of each shot of the review."""
    shots = {shot.address for shot in review.shots}
    every = (request for spec in new.specs.rendered.values() for request in spec.requests)
    return {one.address: one.expect for one in every if one.expect and one.address in shots}


def _rules(old: SnapshotReading, new: SnapshotReading, sides: tuple[ReviewSide, ReviewSide]) -> list[RuleChange]:
    """Changes of rules and prices; those of bounded length come first, so that a long list cannot hide them."""
    was, now = (reading.project.config.delivery.parameters() for reading in (old, new))
    return [*rules_between(old.project, new.project), *delivery_changes(*sides, was, now)]


def rules_between(old: ProjectContext, new: ProjectContext) -> list[RuleChange]:
    """Changes in settings, prices, model files and policies of a project, independent of its specs."""
    before, after = old.config, new.config
    return [
        *setting_changes(settings(before), settings(after)),
        *model_changes(old.catalog, new.catalog),
        *setting_changes(policies(before), policies(after)),
    ]


class _Causes:
    """Finds causes in the two versions of a spec; each version is prepared once."""

    def __init__(self, old: SnapshotReading, new: SnapshotReading) -> None:
        self._sides = (old, new)
        self._scopes: tuple[dict[str, SpecScope], dict[str, SpecScope]] = ({}, {})

    def find(self, before: ShotAddress, after: ShotAddress, changes: Sequence[FieldChange]) -> Sequence[Cause]:
        """The causes of one shot's changes."""
        views = self._scope(0, before.spec).view(before.instance), self._scope(1, after.spec).view(after.instance)
        return causes_of(views[0], views[1], changes) if views[0] and views[1] else ()

    def _scope(self, which: int, spec: str) -> SpecScope:
        scopes, side = self._scopes[which], self._sides[which]
        if spec not in scopes:
            scopes[spec] = SpecScope(side.specs.parsed[spec], side.tree)
        return scopes[spec]


def _head_problems(new: SnapshotReading) -> list[Diagnostic]:
    lockfiles = [
        Diagnostic("error", error.code, error.summary, error.where, error.hint)
        for error in (*new.unreadable.values(), *new.edited.values())
    ]
    return [*new.problems.diagnostics, *lockfiles]


def _remarks(revisions: Revisions) -> list[Diagnostic]:
    hint = "name the base: `ltxspec review REVISION`; or tell git: `git remote set-head origin --auto`"
    return [Diagnostic("warning", "base-is-head", revisions.remark, hint=hint)] if revisions.remark else []


def _base_problems(old: SnapshotReading, said: Remarks) -> list[Diagnostic]:
    """What cannot be read at the base: one warning per file without a location, as this change need not fix it."""
    broken = [
        Diagnostic(
            "warning",
            "base-unrendered",
            f"`{file}` cannot be rendered at the base, so its earlier prompts come from the lockfile",
        )
        for file in old.specs.broken
    ]
    unreadable = [
        Diagnostic(
            "warning",
            "base-unreadable",
            f"the base's lockfile of `{spec}` cannot be read, so the takes bought for it in this change are unknown",
        )
        for spec in old.unreadable
    ]
    unheard = [replace(found, message=f"{AT_BASE}{found.message}", where=None) for found in said.warnings]
    return [*broken, *unreadable, *unheard]
