from pathlib import Path

import pytest

from ltxspec.spec.files import FileProblem
from ltxspec.storage.recording import RecordingFolder


@pytest.fixture
def files(tmp_path: Path) -> RecordingFolder:
    (tmp_path / "specs").mkdir()
    (tmp_path / "rain.txt").write_text("Rain")
    return RecordingFolder(tmp_path)


def asked(files: RecordingFolder, root: Path) -> set[str]:
    return {Path(path).relative_to(root).as_posix() for path in files.asked}


def test_a_file_is_recorded_in_both_places_where_it_may_be(files: RecordingFolder, tmp_path: Path) -> None:
    assert files.read_text("rain.txt", beside="specs/night.yaml") == "Rain"
    assert asked(files, tmp_path) == {"rain.txt", "specs/rain.txt"}


def test_a_file_that_is_missing_is_recorded(files: RecordingFolder, tmp_path: Path) -> None:
    with pytest.raises(FileProblem):
        files.sha256("fog.png", beside="specs/night.yaml")
    assert asked(files, tmp_path) == {"fog.png", "specs/fog.png"}


def test_a_link_is_recorded_with_what_it_leads_to(files: RecordingFolder, tmp_path: Path) -> None:
    (tmp_path / "now.txt").symlink_to("rain.txt")
    files.read_text("now.txt", beside="")
    assert asked(files, tmp_path) == {"now.txt", "rain.txt"}


def test_what_leads_out_of_the_project_is_not_recorded(files: RecordingFolder, tmp_path: Path) -> None:
    with pytest.raises(FileProblem):
        files.read_text("../../secret", beside="specs/night.yaml")
    assert asked(files, tmp_path) == set()
