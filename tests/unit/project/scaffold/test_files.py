"""Git learns to merge and show lockfiles; that it then does so: `acceptance/test_lock_commands.py`."""

import subprocess
from pathlib import Path

from acceptance.repositories import git

from ltxspec.project.scaffold.files import SETTINGS, has_drivers, install_drivers


def test_the_drivers_are_set_in_the_repository_around_a_folder(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    inner = tmp_path / "videos"
    inner.mkdir()
    assert has_drivers(inner) is False
    assert install_drivers(inner)
    assert install_drivers(inner), "doing it twice is fine"
    assert has_drivers(tmp_path) is True
    for name, value in SETTINGS.items():
        assert git(tmp_path, "config", "--get-all", name).stdout.rstrip("\n") == value


def test_outside_of_a_repository_nothing_happens(tmp_path: Path) -> None:
    assert has_drivers(tmp_path) is None
    assert not install_drivers(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_where_ltxspec_is_not_found_lockfiles_are_shown_as_the_text_they_are(tmp_path: Path) -> None:
    file = tmp_path / "night.lock.json"
    file.write_text("{}\n")
    command = ["sh", "-c", f'{SETTINGS["diff.ltxspec.textconv"]} "$@"', "textconv", str(file)]
    shown = subprocess.run(command, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=True)
    assert shown.stdout == "{}\n"
