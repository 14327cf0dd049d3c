"""Which rules changed is found out from the commits of a report, and from nothing that the report chooses."""

from decimal import Decimal
from pathlib import Path

import pytest
from acceptance.repositories import commit, git
from replacing import replace
from unit.project.reviewed_projects import edit, opened, project

from ltxspec.project.report_rules import known_rules
from ltxspec.project.review import make_review
from ltxspec.review.models import Review
from ltxspec.storage.git_refs import AmbiguousRevision


@pytest.fixture
def films(tmp_path: Path) -> Path:
    """The branch `feature` raises the limit; `main` is checked out."""
    root = project(tmp_path / "films")
    edit(root, "ltxspec.toml", '"5.00"', '"90.00"')
    commit(root, "loose")
    git(root, "switch", "--quiet", "main")
    return root


def review(root: Path) -> Review:
    return make_review(opened(root), "main", "feature")


def test_settings_and_limits_are_those_of_the_commits(films: Path) -> None:
    known = known_rules(opened(films), replace(review(films), rules=[], limit=None))
    assert known is not None
    assert list(known.changes) == review(films).rules
    assert known.limits.per_apply == Decimal(90)
    assert "webhookURL" in known.delivery


def test_a_base_that_is_not_where_the_head_went_apart_is_not_believed(films: Path) -> None:
    told = review(films)
    for base in (told.head, "HEAD", "--help", "0" * 40):
        assert known_rules(opened(films), replace(told, base=base)) is None
    git(films, "switch", "--quiet", "feature")
    assert known_rules(opened(films), told) is None, "the change itself is checked out"


def test_without_the_commits_nothing_is_known(films: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert known_rules(opened(elsewhere), review(films)) is None


def test_a_change_that_merged_an_older_branch_does_not_choose_its_base(tmp_path: Path) -> None:
    """Seen from the older branch the limit was always that high."""
    root = project(tmp_path / "films")
    git(root, "switch", "--quiet", "-c", "older", "main")
    commit(root, "on a branch")
    git(root, "switch", "--quiet", "main")
    edit(root, "ltxspec.toml", '"5.00"', '"1.00"')
    commit(root, "tight")
    tight = git(root, "rev-parse", "HEAD").stdout.strip()
    git(root, "merge", "--quiet", "--no-ff", "--message=merge", "older")
    git(root, "switch", "--quiet", "-c", "undone", "older")
    git(root, "merge", "--quiet", "--no-ff", "--message=merge", tight)
    edit(root, "ltxspec.toml", '"1.00"', '"5.00"')
    commit(root, "as it was")
    git(root, "switch", "--quiet", "main")
    for base in ("older", tight):
        told = make_review(opened(root), base, "undone")
        assert known_rules(opened(root), told) is None
    with pytest.raises(AmbiguousRevision, match="diverged at more than one commit"):
        make_review(opened(root), "main...undone")
