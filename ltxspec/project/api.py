"""The Python API: a project with everything that the commands do, as methods. Each is one use case of this layer."""

import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from ltxspec.errors import WrongUsage
from ltxspec.project import project as opened
from ltxspec.values import Json, parse_usd

if TYPE_CHECKING:
    from typing import Unpack

    from ltxspec.apply.events import ApplyEvent, Emit, RunSummary
    from ltxspec.project.apply import ApplyOptions
    from ltxspec.project.plan import ProjectPlan
    from ltxspec.project.shots import Shot
    from ltxspec.review.models import Review


class ApplyTerms(TypedDict, total=False):
    """How a plan is applied, beside what it says itself."""

    allow_unknown_cost: bool
    parallelism: int | None
    detach: bool
    lock_timeout: float  # seconds


@dataclass(frozen=True, slots=True)
class Project(opened.Project):
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
    ) -> "ProjectPlan":
        """Plan: what applying would render, and for how much. Offline, without a key, free.

        Args:
            paths: spec files or folders; none: those of the configuration.
            targets: addresses of shots, with wildcards: plan only these.
            retakes: render these once more.
            retries: try these again, which failed.
            variables: values in the place of the specs' own.
            provider: another one than the project's.

        Raises:
            Invalid: the specs have problems, or a pattern names no shot.
            LockfileError: a lockfile or a journal cannot be trusted.
        """
        from ltxspec.plan.document import PlanOptions
        from ltxspec.project.plan import plan_project, with_budget_warning

        project = self.on(opened.known_provider(provider)) if provider is not None else self
        wanted = PlanOptions(tuple(paths), tuple(targets), tuple(retakes), tuple(retries), dict(variables or {}))
        return with_budget_warning(plan_project(project, wanted))

    def apply(
        self,
        plan: "ProjectPlan",
        on_event: "Emit | None" = None,
        *,
        max_cost: object = None,
        **terms: "Unpack[ApplyTerms]",
    ) -> "RunSummary":
        """Order what a plan says, wait, archive and record. Giving the plan approves it, and nothing else is ordered.

        Args:
            plan: what `plan` gave; its provider is used.
            on_event: is handed each event when it happens.
            max_cost: the most that may be spent in USD, as text, whole number or Decimal; `[budget]` holds beside it.
            terms: `allow_unknown_cost`, `parallelism`, `detach` and `lock_timeout`, as the options of `ltxspec apply`.

        Raises:
            Refused: the plan is not what planning gives now, passes a limit, or breaks a policy. Nothing was ordered.
            LockHeld: another process works on one of the specs.
            ProviderError: there is no key, or the provider cannot be reached.
        """
        from ltxspec.project.apply import apply_plan

        return apply_plan(plan, _apply_options(max_cost, terms), on_event or (lambda _: None))

    def apply_events(
        self, plan: "ProjectPlan", *, max_cost: object = None, **terms: "Unpack[ApplyTerms]"
    ) -> "AsyncGenerator[ApplyEvent, None]":
        """The same, asynchronously: the events as they happen, the last one with the summary.

        Leaving the loop early stops further orders and waits for what is in progress.
        """
        from ltxspec.project.apply import apply_events

        return apply_events(plan, _apply_options(max_cost, terms))

    def collect(self, paths: Sequence[str] = (), on_event: "Emit | None" = None) -> "RunSummary | None":
        """Finish what is in progress; order nothing new. None when nothing is.

        Raises:
            LockHeld: another process works on one of the specs.
        """
        from ltxspec.project.collect import collect

        return collect(self, paths, on_event or (lambda _: None))

    def shots(self, pattern: str | None = None) -> "list[Shot]":
        """What is recorded: takes, files and costs, of the shots an address means (with wildcards), or of all.

        Raises:
            UnknownAddress: nothing matches.
            LockfileError: a lockfile cannot be trusted.
        """
        from ltxspec.project.shots import shots

        return shots(self, pattern)

    def review(self, base: str | None = None, head: str | None = None) -> "Review":
        """What changed between two git revisions, as data; by default from the main branch to the working tree.

        Raises:
            UnknownRevision: git does not know one of them.
            StorageError: no git, no repository, or something cannot be read.
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
    """Find the project around a folder, as the commands do.

    Args:
        folder: where to look for `ltxspec.toml`, upwards.
        provider: wins over `LTXSPEC_PROVIDER` and the configuration.
        config: a configuration file to use instead, relative to `folder`.
        environ: where the provider's key and address come from.

    Raises:
        WrongUsage: there is no such folder or provider.
        Invalid: the configuration cannot be read.
        StorageError: a link leads out of the project from where ltxspec writes.
    """
    found = opened.open_project(folder, provider, config=config, environ=environ)
    return Project(**{field.name: getattr(found, field.name) for field in fields(found)})


def _apply_options(max_cost: object, terms: ApplyTerms) -> "ApplyOptions":
    from ltxspec.project.apply import ApplyOptions

    most = None
    if max_cost is not None:
        most = parse_usd(max_cost) if not isinstance(max_cost, float) else None
        if most is None or most < 0:
            raise WrongUsage(f"`max_cost` is no amount in USD: {max_cost!r}", hint='give text, such as "5.00"')
    return ApplyOptions(max_cost=most, **terms)
