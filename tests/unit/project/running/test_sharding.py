"""Which part of a plan a shard is, and that every machine still compares the whole."""

from pathlib import Path

import pytest
from acceptance.commands import ltxspec, write_spec

from ltxspec.errors import WrongUsage
from ltxspec.plan.actions import Action
from ltxspec.plan.planfile import PlanFileError, plan_digest
from ltxspec.plan.shards import Shard
from ltxspec.project.api import Project, open_project
from ltxspec.project.plan import read_saved_plan
from ltxspec.project.running.sharding import part_of, shard_of, sharing_of
from ltxspec.values import Usd

SPEC = """\
model: lightricks:ltx@2.5-fast
defaults: {width: 1280, height: 720}
shots:
  rain: {matrix: {hour: [1, 2, 3, 4, 5, 6]}, prompt: "Rain at {{ hour }}"}
  alley: {prompt: An alley.}
  street: {prompt: A street., inputs: {frameImages: [{shot: alley, frame: last}]}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    write_spec(tmp_path, SPEC)
    return open_project(tmp_path, "sandbox")


def test_the_parts_are_the_whole_and_have_its_digest(project: Project) -> None:
    planned = project.plan()
    parts = [part_of(planned, Shard(number, 3)) for number in (1, 2, 3)]
    assert sorted(one.address for part in parts for one in part.changes) == sorted(
        one.address for one in planned.changes
    )
    assert {part.digest for part in parts} == {planned.digest}
    assert sum(part.estimate.usd for part in parts) == planned.estimate.usd
    chain = [part for part in parts if {"alley", "street"} & {one.address.instance for one in part.changes}]
    assert len(chain) == 1


def test_without_a_shard_the_part_is_the_whole(project: Project) -> None:
    planned = project.plan()
    assert part_of(planned, None) is planned
    assert sharing_of(planned, None, None) is None


def test_a_selection_leaves_every_shot_in_its_shard(project: Project) -> None:
    shard = Shard(2, 3)
    whole = {one.address for one in part_of(project.plan(), shard).changes}
    some = project.plan(targets=["night.rain"])
    found = {one.address for one in part_of(some, shard).changes}
    assert found == whole & {one.address for one in some.changes}


def test_the_shares_of_all_shards_are_within_the_limit(project: Project) -> None:
    planned = project.plan()
    found = [sharing_of(planned, Shard(number, 4), None) for number in (1, 2, 3, 4)]
    shares = [one.of(Usd(20)) for one in found if one is not None]
    assert len(shares) == 4
    assert Usd("19.99") < sum(shares) <= 20
    for number, share in enumerate(shares, 1):
        assert share >= part_of(planned, Shard(number, 4)).estimate.usd


def test_a_document_of_a_shard_says_so_and_is_no_saved_plan(project: Project, tmp_path: Path) -> None:
    part = part_of(project.plan(), Shard(1, 3))
    document = part.to_json()
    assert (document["shard"], document["digest"]) == ("1/3", plan_digest(project.plan().plan))
    part.save(tmp_path / "part.json")
    with pytest.raises(PlanFileError, match="is the shard 1/3 of a plan"):
        read_saved_plan(tmp_path / "part.json", "part.json")
    assert "shard" not in project.plan().to_json()


def test_the_option_is_read() -> None:
    assert (shard_of(None), shard_of("2/5")) == (None, Shard(2, 5))
    with pytest.raises(WrongUsage, match="K/N"):
        shard_of("5/2")


def test_what_is_in_progress_is_continued_by_its_own_shard_alone(project: Project) -> None:
    folder = project.folder
    ltxspec("apply", "--provider", "sandbox", "--target", "night.rain", "--detach", cwd=folder)
    before = {one.address for one in project.plan().changes if one.action is Action.RESUME}
    shard = Shard(2, 3)
    mine = before & {one.address for one in part_of(project.plan(), shard).changes}
    assert 0 < len(mine) < len(before)
    ltxspec("apply", "--provider", "sandbox", "--shard", str(shard), cwd=folder)
    left = {one.address for one in project.plan().changes if one.action is Action.RESUME}
    assert left == before - mine


def test_programs_apply_a_shard_as_well(project: Project) -> None:
    planned = project.plan(targets=["night.rain"])
    mine = [one.address for one in part_of(planned, Shard(1, 3)).changes]
    summary = project.apply(planned, shard="1/3", max_cost="20")
    assert sorted(one.address for one in summary.outcomes) == sorted(mine)
    with pytest.raises(WrongUsage):
        project.apply(project.plan(), shard="0/3")
