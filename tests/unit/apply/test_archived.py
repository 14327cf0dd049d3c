from builders import lockfile, output, record, take, task
from msgspec.structs import replace

from ltxspec.apply.archived import with_archived
from ltxspec.apply.ports import Archived

LOST = replace(output(home=False), video_url="https://videos.example/1.mp4?signature=secret")


def test_a_hash_is_recorded_wherever_the_task_is() -> None:
    made = replace(take(), outputs=(replace(LOST, video_url="https://videos.example/0.mp4"),))
    after = with_archived(lockfile({"old": record(made)}, alley=record(made)), task(1), [LOST], [Archived("ab", 7)])
    (now,) = after.shots["alley"].takes[0].outputs
    assert (now.sha256, now.bytes, now.video_url) == ("ab", 7, "https://videos.example/1.mp4")
    assert after.retired["old"].takes == after.shots["alley"].takes


def test_a_recorded_hash_never_changes_and_what_is_missing_stays_so() -> None:
    locked = lockfile(alley=record(replace(take(), outputs=(replace(output(), sha256="cd"),))))
    assert with_archived(locked, task(1), [LOST], [Archived("ab", 7)]) == locked
    assert with_archived(locked, task(1), [LOST], [None]) == locked
    assert with_archived(locked, task(9), [LOST], [Archived("ab", 7)]) == locked
