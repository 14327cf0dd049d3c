"""Render specs for AI video: what Terraform is to servers, for paid video shots.

The steps in order, each with its main files:

    spec         read and check what the user writes     spec/parsing.py, spec/expansion.py
    render       turn specs into requests                render/requests.py (catalog/ describes the models)
    fingerprint  request -> fingerprint -> task UUID     fingerprint.py
    plan         the difference to what is recorded      plan/planner.py
    apply        the only step that spends money         apply/engine.py
    lock         what was bought, and for which request  lock/models.py, lock/journal.py
    report       show plans, runs and reviews            report/

Everything up to the plan is a pure function of text. `apply` has outside access only through the protocols in
`apply/ports.py`. Everything that reads or changes a project on disk is a use case in `project/`, under the locks of
what it changes (`project/locks.py`); `project/adapters.py` chooses the real adapters. `cli/` reads options, calls and
prints.

The same use cases are available from Python: `ltxspec.open_project(folder).plan()`; see `docs/python.md`. The public
names are below; each is loaded on first use.
"""

from typing import TYPE_CHECKING, Any

from ltxspec.version import __version__

if TYPE_CHECKING:
    from ltxspec.apply.events import ApplyEvent as ApplyEvent
    from ltxspec.apply.events import EventKind as EventKind
    from ltxspec.apply.events import Outcome as Outcome
    from ltxspec.apply.events import RunSummary as RunSummary
    from ltxspec.apply.events import ShotOutcome as ShotOutcome
    from ltxspec.errors import Diagnostic as Diagnostic
    from ltxspec.errors import Invalid as Invalid
    from ltxspec.errors import Location as Location
    from ltxspec.errors import LockfileError as LockfileError
    from ltxspec.errors import LockHeld as LockHeld
    from ltxspec.errors import LtxspecError as LtxspecError
    from ltxspec.errors import ProviderError as ProviderError
    from ltxspec.errors import Refused as Refused
    from ltxspec.errors import StorageError as StorageError
    from ltxspec.errors import WrongUsage as WrongUsage
    from ltxspec.lock.models import Output as Output
    from ltxspec.lock.models import Take as Take
    from ltxspec.plan.actions import Action as Action
    from ltxspec.plan.actions import Change as Change
    from ltxspec.plan.actions import Estimate as Estimate
    from ltxspec.plan.actions import Reason as Reason
    from ltxspec.plan.document import PlanDocument as PlanDocument
    from ltxspec.plan.document import PlanOptions as PlanOptions
    from ltxspec.plan.reconciling import Reconciliation as Reconciliation
    from ltxspec.project.api import Project as Project
    from ltxspec.project.api import open_project as open_project
    from ltxspec.project.plan import ProjectPlan as ProjectPlan
    from ltxspec.project.shots import Shot as Shot
    from ltxspec.project.whence import Origin as Origin
    from ltxspec.project.whence import Provenance as Provenance
    from ltxspec.review.models import Review as Review
    from ltxspec.values import ShotAddress as ShotAddress

_PUBLIC = {
    "apply.events": ("ApplyEvent", "EventKind", "Outcome", "RunSummary", "ShotOutcome"),
    "errors": (
        "Diagnostic", "Invalid", "Location", "LockHeld", "LockfileError", "LtxspecError", "ProviderError", "Refused",
        "StorageError", "WrongUsage",
    ),
    "lock.models": ("Output", "Take"),
    "plan.actions": ("Action", "Change", "Estimate", "Reason"),
    "plan.document": ("PlanDocument", "PlanOptions"),
    "plan.reconciling": ("Reconciliation",),
    "project.api": ("Project", "open_project"),
    "project.plan": ("ProjectPlan",),
    "project.shots": ("Shot",),
    "project.whence": ("Origin", "Provenance"),
    "review.models": ("Review",),
    "values": ("ShotAddress",),
}  # fmt: skip
_MODULES = {name: module for module, names in _PUBLIC.items() for name in names}
__all__ = ["__version__", *_MODULES]  # noqa: PLE0604  # it is still a list of strings


def __getattr__(name: str) -> Any:
    """Load a public name's module on first use: `import ltxspec` itself costs nothing."""
    from importlib import import_module

    if name == "EventKind":
        return import_module("ltxspec.apply.events").EventKind
    if name not in _MODULES:
        raise AttributeError(f"module `ltxspec` has no name `{name}`")
    return getattr(import_module(f"ltxspec.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
