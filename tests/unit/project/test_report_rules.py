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
