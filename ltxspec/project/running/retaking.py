"""Plans again with some of the retakes that were asked for: the others are made."""

from collections.abc import Sequence

from msgspec.structs import replace

from ltxspec.plan.actions import Plan
from ltxspec.plan.document import PlanOptions
from ltxspec.project.locks import LockedSpecs
from ltxspec.project.plan import plan_project
from ltxspec.project.project import ProjectContext


def plan_retaking(project: ProjectContext, options: PlanOptions, held: LockedSpecs, retakes: Sequence[str]) -> Plan:
    """The present plan under the locks, with the retakes of these addresses only.

    Raises:
        Invalid, LockfileError: as `plan_project`.
    """
    only = replace(options, retakes=tuple(retakes))
    return plan_project(project, only, held.rendered, held.recorded, is_saved=True).plan
