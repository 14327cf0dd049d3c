"""Determines which rules changed between the commits of a report, if the reader's repository has these commits.

The commits are named by the report, so they are verified with git: the base must be the merge base of the head and the
checked-out commit, which the change cannot choose.
"""

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING

from ltxspec.errors import LtxspecError
from ltxspec.project.project import ProjectContext
from ltxspec.project.review import rules_between
from ltxspec.project.rules import limits_of
from ltxspec.project.snapshot import project_at
from ltxspec.report.review.known_rules import KnownRules
from ltxspec.storage.git_refs import commit_of, merge_base
from ltxspec.storage.trees import GitTree

if TYPE_CHECKING:
    from ltxspec.review.models import Review

_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


def known_rules(project: ProjectContext, review: "Review") -> KnownRules | None:
    """The rules that changed between the commits of a report; None if this cannot be determined here.

    Args:
        project: where the report is read; a checkout of the target branch of the change determines the base commit.
        review: as read from the report.
    """
    if not all(map(_COMMIT.fullmatch, (review.base, review.head))):
        return None
    try:
        here = commit_of(project.root, "HEAD")
        if merge_base(project.root, here, review.head) != review.base:
            return None
        with ExitStack() as stack:
            trees = [stack.enter_context(GitTree(project.root, commit)) for commit in (review.base, review.head)]
            before, after = (project_at(project, tree) for tree in trees)
            delivery = frozenset(name for model in after.catalog.models for name in model.delivery)
            return KnownRules(rules_between(before, after), limits_of(after.config), delivery)
    except LtxspecError:
        return None
