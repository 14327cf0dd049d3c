"""Shots that addresses mean, in the order of the specs."""

import re
from pathlib import Path

import pytest
from builders import lockfile, record, take
from unit.project.filmed_projects import project_of
from unit.project.projects import path_of

from ltxspec.lock.codec import encode_lockfile
from ltxspec.project.current_videos import meant, not_rendered
from ltxspec.project.lookup import UnknownAddress
from ltxspec.project.project import ProjectContext

SHOTS = """\
shots:
  scene-10: {prompt: Ten.}
  scene-2: {prompt: Two.}
  alley: {prompt: Rain.}
  door: {prompt: Red.}
"""


@pytest.fixture
def project(tmp_path: Path) -> ProjectContext:
    opened = project_of(tmp_path, night=SHOTS)
    shots = {name: record(take(number=number)) for number, name in enumerate(("alley", "scene-2", "scene-10", "x"), 1)}
    path = path_of(opened)
    path.parent.mkdir()
    path.write_bytes(encode_lockfile(lockfile({"scene-old": record(take(number=9))}, **shots)))
    return opened


@pytest.mark.parametrize(
    ("patterns", "shots"),
    [
        (["night.alley"], ["alley"]),
        (["night.scene-*"], ["scene-10", "scene-2"]),
        (["night"], ["scene-10", "scene-2", "alley", "door", "x"]),
        (["night.alley", "night.scene-*", "night.alley"], ["scene-10", "scene-2", "alley"]),
        (["night.scene-old"], ["scene-old"]),
        (["night.*old"], ["scene-old"]),
    ],
)
def test_shots_come_in_the_order_of_their_spec_each_once(
    project: ProjectContext, patterns: list[str], shots: list[str]
) -> None:
    assert [address.instance for address in meant(project, patterns)] == shots


def test_of_a_shot_that_was_never_ordered_nothing_is_recorded(project: ProjectContext) -> None:
    found = meant(project, ["night.*"])
    assert [address.instance for address, record in found.items() if record is None] == ["door"]


def test_what_only_a_spec_has_is_meant_without_a_record_and_named_as_not_rendered(project: ProjectContext) -> None:
    found = meant(project, ["night.door", "night.alley"])
    assert [(address.instance, record is None) for address, record in found.items()] == [
        ("alley", False),
        ("door", True),
    ]
    assert not_rendered(["night.door", "night.alley", "night.d*", "night"], found) == ["night.door", "night.d*"]


@pytest.mark.parametrize("pattern", ["night.fog", "day.*"])
def test_what_no_spec_and_no_lockfile_has_is_an_error_also_beside_others(project: ProjectContext, pattern: str) -> None:
    with pytest.raises(UnknownAddress, match=re.escape(pattern)):
        meant(project, ["night.alley", pattern])


def test_a_spec_that_cannot_be_read_only_costs_the_order(project: ProjectContext) -> None:
    (project.root / "specs" / "night.yaml").write_text("shots: [")
    assert [address.instance for address in meant(project, ["night.scene-*"])] == ["scene-10", "scene-2"]
