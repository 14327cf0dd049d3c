from pathlib import Path

from builders import record, take
from unit.project.projects import path_of, project

from ltxspec.lock.models import Lockfile
from ltxspec.project.archives.verify import verify_archive


def test_what_is_not_archived_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    night = Lockfile("runware", "night", {"alley": record(take(), take(number=2))})
    opened = project(tmp_path, night, Lockfile("runware", "day", {"gate": record(take(number=3))}))
    path_of(opened, "day").write_text("{")
    found = verify_archive(opened)
    assert (found.sound, len(found.bad), len(found.unreadable)) == (0, 2, 1)
    assert len(verify_archive(opened, only_current=True).bad) == 1
