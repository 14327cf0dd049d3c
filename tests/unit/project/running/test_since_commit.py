"""What a machine has ordered since the commit that is checked out."""

from decimal import Decimal
from pathlib import Path

from acceptance.repositories import git
from builders import change, record, request, take

from ltxspec.lock.codec import encode_lockfile
from ltxspec.lock.models import Lockfile
from ltxspec.plan.actions import Action
from ltxspec.plan.recorded import RecordedState
from ltxspec.project.project import open_project
from ltxspec.project.running.since_commit import since_commit
from ltxspec.values import Usd


def test_what_the_commit_does_not_know_is_what_was_ordered_since(tmp_path: Path) -> None:
    (tmp_path / "ltxspec.toml").write_text("")
    project = open_project(tmp_path, "runware")
    shot = change(Action.NO_OP, request("alley"))
    takes = [
        take(number=1, cost="0.50"),
        take(number=2, cost="0.70", status="failed", attempt=2),
        take(number=3, cost="0.60", retake=2, model="lightricks:2@0", width=1920, height=1080, duration=8),
        take(number=4, cost=None, status="failed", model="nobody:1@1", attempt=3),
        take(number=5, cost="0", status="failed", attempt=4),
    ]
    path = project.paths_of("night").lockfile
    path.parent.mkdir(parents=True)
    path.write_bytes(encode_lockfile(Lockfile("runware", "night", {"alley": record(takes[0])})))
    recorded = {"night": RecordedState(Lockfile("runware", "night", {"alley": record(*takes)}))}
    assert since_commit(project, [shot], recorded, None) == [], "no repository"
    git(tmp_path, "init", "--quiet")
    assert since_commit(project, [shot], recorded, None) == [], "no commit"
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "--quiet", "-m", "one take")
    found = since_commit(project, [shot], recorded, Usd("3"))
    assert sorted((one.usd, bool(one.planned)) for one in found) == [
        (Decimal(0), False), (Decimal("0.60"), True), (Decimal("0.70"), False), (Decimal(3), False)
    ]  # fmt: skip
    assert sum(one.usd for one in since_commit(project, [shot], recorded, None)) == Decimal("1.30")
