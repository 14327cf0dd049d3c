from pathlib import Path

from acceptance.commands import write_spec

from ltxspec.project.format import unformatted, write_formatted
from ltxspec.project.project import open_project

SPEC = "model: lightricks:2@0\nshots:\n    alley:   {prompt: Rain}  # ours\n"


def test_a_file_is_formatted_once_and_stays_so(tmp_path: Path) -> None:
    path = write_spec(tmp_path, SPEC)
    opened = open_project(tmp_path)
    (found,) = unformatted(opened)
    assert (found.file, found.before) == ("specs/night.yaml", path.read_text("utf-8"))
    assert "# ours" in found.after
    write_formatted(opened, found)
    assert path.read_text("utf-8") == found.after
    assert list(unformatted(opened)) == []
