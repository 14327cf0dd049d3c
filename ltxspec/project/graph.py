"""Shows which shots of a project follow from which, with what a plan would do about each."""

from collections.abc import Sequence

from ltxspec.plan.document import PlanOptions
from ltxspec.plan.graph import ShotGraph, shot_graph
from ltxspec.project.plan import plan_project
from ltxspec.project.project import ProjectContext
from ltxspec.project.remarks import remarks_of


def project_graph(project: ProjectContext, paths: Sequence[str] = (), *, whole: bool = False) -> ShotGraph:
    """The shots that follow from others, and those that they follow from. Offline; changes nothing.

    Args:
        project: the project, with its provider.
        paths: only these specs.
        whole: whether shots without links are part of it.

    Raises:
        Invalid: the specs have problems.
        LockfileError: a lockfile or a journal cannot be trusted.
    """
    planned = plan_project(project, PlanOptions(tuple(paths)))
    return shot_graph(planned.plan, remarks_of(project).certain, whole=whole)
