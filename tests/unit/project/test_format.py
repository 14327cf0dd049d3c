from pathlib import Path

from acceptance.commands import write_spec

from ltxspec.project.format import Formatted, unformatted, write_formatted
from ltxspec.project.project import open_project

SPEC = "model: lightricks:2@0\nshots:\n    alley:   {prompt: Rain}  # ours\n"


def test_a_file_is_formatted_once_and_stays_so(tmp_path: Path) -> None:
    path = write_spec(tmp_path, SPEC)
    opened = open_project(tmp_path)
    (found,) = unformatted(opened)
    assert isinstance(found, Formatted)
    assert (found.file, found.before) == ("specs/night.yaml", path.read_text("utf-8"))
    assert "# ours" in found.after
    write_formatted(opened, found)
    assert path.read_text("utf-8") == found.after
    assert list(unformatted(opened)) == []


def test_a_file_that_is_no_yaml_is_an_error_and_the_others_follow(tmp_path: Path) -> None:
    write_spec(tmp_path, "a: [", "broken")
    write_spec(tmp_path, SPEC)
    (tmp_path / "specs" / "latin.yaml").write_bytes(b"a: \xff\n")
    kinds = [isinstance(item, Formatted) for item in unformatted(open_project(tmp_path))]
    assert kinds == [False, False, True]


def test_what_no_comparison_of_lines_shows_is_named(tmp_path: Path) -> None:
    path = write_spec(tmp_path, SPEC)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    (found,) = unformatted(open_project(tmp_path))
    assert isinstance(found, Formatted)
    assert found.unseen == "line endings, byte order mark"
