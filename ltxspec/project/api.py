"""The Python API: a project whose methods do what the commands do. Each method is one use case of this layer."""

import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from ltxspec.errors import WrongUsage
from ltxspec.project import project as opened
from ltxspec.values import Json, parse_usd

if TYPE_CHECKING:
    from datetime import date
    from typing import Unpack

    from ltxspec.apply.events import ApplyEvent, Emit, RunSummary
    from ltxspec.plan.reconciling import Reconciliation
    from ltxspec.project.apply import ApplyOptions
    from ltxspec.project.plan import ProjectPlan
    from ltxspec.project.shots import Shot
    from ltxspec.project.whence import Provenance
    from ltxspec.review.models import Review


class ApplyTerms(TypedDict, total=False):
    """Options for applying a plan that are not part of the plan."""

    allow_unknown_cost: bool
    parallelism: int | None
    detach: bool
    lock_timeout: float  # seconds
    shard: str | None  # K/N: only this part of the plan, with its part of the limits


class Selectors(TypedDict, total=False):
    """Options that leave shots out of a plan."""

    excludes: Sequence[str]
    labels: Sequence[str]
    limit: "int | Literal['budget'] | None"


@dataclass(frozen=True, slots=True)
class Project(opened.ProjectContext):
    """A project on disk, as its configuration describes it. Relative paths are relative to where it was opened."""

    def plan(
        self,
        paths: Sequence[str] = (),
        *,
        targets: Sequence[str] = (),
        retakes: Sequence[str] = (),
        retries: Sequence[str] = (),
        variables: Mapping[str, Json] | None = None,
        provider: str | None = None,
        **selectors: "Unpack[Selectors]",
    ) -> "ProjectPlan":
        """Plan what applying would render and what it would cost. Free; needs neither network nor key.

        Args:
            paths: spec files or folders; if empty, those of the configuration.
            targets: addresses of the shots to plan, with wildcards; if empty, all.
            retakes: addresses of shots to render once more.
            retries: addresses of failed shots to try again.
            variables: values that override the specs' own.
            provider: used instead of the project's provider.
            selectors: `excludes`, `labels` (as `KEY=VALUE`) and `limit`, as the options of `ltxspec plan`.

        Raises:
            Invalid: the specs have problems, or a pattern names no shot.
            LockfileError: a lockfile or a journal cannot be trusted.
        """
        from ltxspec.plan.document import PlanOptions
        from ltxspec.project.plan import plan_project, with_budget_warning

        project = self.on(opened.known_provider(provider)) if provider is not None else self
        wanted = PlanOptions(
            tuple(paths),
            tuple(targets),
            tuple(retakes),
            tuple(retries),
            dict(variables or {}),
            excludes=tuple(selectors.get("excludes", ())),
            labels=tuple(selectors.get("labels", ())),
            limit=selectors.get("limit"),
        )
        return with_budget_warning(plan_project(project, wanted))

    def apply(
        self,
        plan: "ProjectPlan",
        on_event: "Emit | None" = None,
        *,
        max_cost: object = None,
        **terms: "Unpack[ApplyTerms]",
    ) -> "RunSummary":
        """Order what a plan lists, wait, archive and record. Passing the plan approves exactly that plan.

        Args:
            plan: the result of `plan`; its provider is used.
            on_event: called with each event as it happens.
            max_cost: spending limit in USD, as text, whole number or Decimal; `[budget]` applies as well.
            terms: `allow_unknown_cost`, `parallelism`, `detach`, `lock_timeout` and `shard`, as the options of
                `ltxspec apply`.

        Raises:
            Refused: the plan is out of date, exceeds a limit, or violates a policy. Nothing was ordered.
            LockHeld: another process is working on one of the specs.
            ProviderError: there is no key, or the provider cannot be reached.
        """
        from ltxspec.project.apply import apply_plan

        return apply_plan(plan, _apply_options(max_cost, terms), on_event or (lambda _: None))

    def apply_events(
        self, plan: "ProjectPlan", *, max_cost: object = None, **terms: "Unpack[ApplyTerms]"
    ) -> "AsyncGenerator[ApplyEvent, None]":
        """Like `apply`, asynchronously: yields the events as they happen; the last one carries the summary.

        Leaving the loop early stops further orders and waits for what is in progress.
        """
        from ltxspec.project.apply import apply_events

        return apply_events(plan, _apply_options(max_cost, terms))

    def collect(
        self, paths: Sequence[str] = (), on_event: "Emit | None" = None, *, retry: Sequence[str] = ()
    ) -> "RunSummary | None":
        """Finish what is in progress; order nothing new. Returns None if nothing is in progress.

        Args:
            paths: only these specs.
            on_event: called with each event as it happens.
            retry: addresses of shots that are gone, whose orders are given up if the provider does not know them.

        Raises:
            Refused: something is to be given up, and a spec that may need it has problems.
            LockHeld: another process is working on one of the specs.
        """
        from ltxspec.project.collect import collect

        return collect(self, paths, on_event or (lambda _: None), retry)

    def reconcile(
        self, first: "date | None" = None, last: "date | None" = None, *, keys: Sequence[str] = ()
    ) -> "Reconciliation":
        """Compare all recorded costs with the provider's own usage report, as `ltxspec cost --reconcile` does.

        Costs agree on the days that are compared only if neither `differs` nor `undecided` of the result is true.

        Args:
            first: the first day, in UTC; by default that of the first recorded order.
            last: the last day, in UTC; by default today.
            keys: ids of API keys, as the provider's reports name them; if empty, all keys of the account.

        Raises:
            WrongUsage: there are no days from `first` to `last`.
            LockfileError: a lockfile or a journal cannot be trusted.
            ProviderError: there is no key, no answer, or no report that can be read.
        """
        from ltxspec.project.reconcile import ReconcileOptions, reconcile_costs

        return reconcile_costs(self, ReconcileOptions(first, last, tuple(keys)))

    def shots(self, pattern: str | None = None) -> "list[Shot]":
        """Recorded takes, files and costs of the shots that match an address (with wildcards), or of all shots.

        Raises:
            UnknownAddress: nothing matches.
            LockfileError: a lockfile cannot be trusted.
        """
        from ltxspec.project.shots import shots

        return shots(self, pattern)

    def whence(self, file: Path | str, *, history: bool = False) -> "Provenance":
        """The takes that a video file is, wherever it lies, with the lines of their specs.

        Args:
            file: a video, or a labelled copy of one; a relative path begins where the project was opened.
            history: if no lockfile of the working tree records it, search those of every commit as well.

        Raises:
            WrongUsage: the file cannot be read.
            UnknownVideo: nothing that was searched records it.
        """
        from ltxspec.project.whence import whence

        return whence(self, self.folder / file, str(file), history=history)

    def review(self, base: str | None = None, head: str | None = None) -> "Review":
        """The changes between two git revisions, as data; by default from the main branch to the working tree.

        Raises:
            UnknownRevision: git does not know one of them.
            StorageError: git is missing, there is no repository, or something cannot be read.
        """
        from ltxspec.project.review import make_review

        return make_review(self, base, head)


def open_project(
    folder: Path | str = ".",
    provider: str | None = None,
    *,
    config: str | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Project:
    """Find the project that contains a folder, as the commands do.

    Args:
        folder: where the search for `ltxspec.toml` starts; it continues in the parent folders.
        provider: overrides `LTXSPEC_PROVIDER` and the configuration.
        config: a configuration file to use instead, relative to `folder`.
        environ: holds the provider's key and address.

    Raises:
        WrongUsage: there is no such folder or provider.
        Invalid: the configuration cannot be read.
        StorageError: a symbolic link in a place that ltxspec writes to leads out of the project.
    """
    found = opened.open_project(folder, provider, config=config, environ=environ)
    return Project(**{field.name: getattr(found, field.name) for field in fields(found)})


def _apply_options(max_cost: object, terms: ApplyTerms) -> "ApplyOptions":
    from ltxspec.project.apply import ApplyOptions
    from ltxspec.project.running.sharding import shard_of

    most = None
    if max_cost is not None:
        most = parse_usd(max_cost) if not isinstance(max_cost, float) else None
        if most is None or most < 0:
            raise WrongUsage(f"`max_cost` is not an amount in USD: {max_cost!r}", hint='pass a string, such as "5.00"')
    given: dict[str, Any] = {name: value for name, value in terms.items() if name != "shard"}
    return ApplyOptions(max_cost=most, shard=shard_of(terms.get("shard")), **given)
