"""The readable tree follows the lockfiles, and only warns where it cannot."""

import hashlib
from pathlib import Path

from builders import lockfile, record, take
from replacing import replace
from unit.project.projects import path_of, project

from ltxspec.lock.codec import encode_lockfile
from ltxspec.lock.models import Lockfile, Take
from ltxspec.project.links import relink
from ltxspec.project.project import ProjectContext


def archived(opened: ProjectContext, content: str, number: int = 1) -> Take:
    """A take whose video is in the archive."""
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    video = opened.root / ".ltxspec" / "archive" / sha256[:2] / f"{sha256}.mp4"
    video.parent.mkdir(parents=True, exist_ok=True)
    video.write_text(content)
    made = take(content, number=number)
    return replace(made, outputs=(replace(made.outputs[0], sha256=sha256, bytes=len(content)),))


def tree(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.iterdir())}


def test_shots_get_the_link_of_their_current_take_and_all_others_lose_theirs(tmp_path: Path) -> None:
    opened = project(tmp_path)
    first, second = archived(opened, "first"), archived(opened, "second", 2)
    both = record(first, second, current=2)
    relink(opened, [lockfile(alley=both, tower=record(first), lane=record(first))])
    assert tree(opened.renders / "night") == {"alley.mp4": "second", "lane.mp4": "first", "tower.mp4": "first"}
    failed = record(take(status="failed"))
    relink(opened, [lockfile({"lane": record(first)}, alley=replace(both, current=first.task_id), tower=failed)])
    assert tree(opened.renders / "night") == {"alley.mp4": "first"}


def test_previews_that_an_earlier_version_linked_among_the_paid_videos_lose_their_links(tmp_path: Path) -> None:
    opened = project(tmp_path)
    paid, preview = archived(opened, "paid"), archived(opened, "preview", 2)
    previews = Lockfile("sandbox", "night", {"alley": record(preview), "draft": record(preview)})
    relink(opened, [previews])  # as it was: all in one tree
    place = path_of(opened.on("sandbox"))
    place.parent.mkdir(parents=True)
    place.write_bytes(encode_lockfile(previews))
    relink(opened, [lockfile(alley=record(paid))])
    assert tree(opened.renders / "night") == {"alley.mp4": "paid"}
    relink(opened.on("sandbox"), [previews])
    assert tree(opened.renders / "night") == {"alley.mp4": "paid"}
    assert tree(opened.renders / "sandbox" / "night") == {"alley.mp4": "preview", "draft.mp4": "preview"}
    place.write_text("{")
    relink(opened, [lockfile(alley=record(paid))])


def test_a_tree_that_cannot_be_put_right_is_a_warning_and_hides_no_other_spec(tmp_path: Path) -> None:
    warnings: list[str] = []
    opened = replace(project(tmp_path), warn=warnings.append)
    made = archived(opened, "video")
    (opened.renders / "night").mkdir(parents=True)
    (opened.renders / "night" / "alley.mp4").write_text("my own cut")
    relink(opened, [lockfile(alley=record(made)), Lockfile("runware", "day", {"gate": record(made)})])
    (warning,) = warnings
    assert warning.startswith("`night` is missing some of its links: `")
    assert tree(opened.renders / "night") == {"alley.mp4": "my own cut"}
    assert tree(opened.renders / "day") == {"gate.mp4": "video"}
