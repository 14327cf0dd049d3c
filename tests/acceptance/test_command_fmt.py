"""`ltxspec fmt`: only the layout changes."""

from pathlib import Path

from acceptance.commands import ltxspec

UNTIDY = """\
# What the spec is about.
apiVersion:   ltxspec/v1   # the version
kind: RenderSpec
metadata: {name: untidy}
model: lightricks:2@0
defaults: {width: 1920, height: 1080}
shots:
    # the first
    alley:
        prompt: |
             Rain,
               more rain.
        checks:
        - assert: fps == 25\x20\x20
    tower: {prompt: A tower}
"""
TIDY = """\
# What the spec is about.
apiVersion: ltxspec/v1  # the version
kind: RenderSpec
metadata: {name: untidy}
model: lightricks:2@0
defaults: {width: 1920, height: 1080}
shots:
  # the first
  alley:
    prompt: |
      Rain,
        more rain.
    checks:
      - assert: fps == 25
  tower: {prompt: A tower}
"""


def untidy(folder: Path) -> Path:
    path = folder / "specs" / "untidy.yaml"
    path.parent.mkdir()
    path.write_text(UNTIDY, encoding="utf-8")
    return path


def test_a_spec_is_laid_out_once_and_means_the_same(tmp_path: Path) -> None:
    path = untidy(tmp_path)
    before = ltxspec("render", "--format", "json", cwd=tmp_path).out
    assert ltxspec("fmt", cwd=tmp_path).out == "formatted specs/untidy.yaml\n"
    assert path.read_text("utf-8") == TIDY
    assert ltxspec("render", "--format", "json", cwd=tmp_path).out == before
    assert ltxspec("fmt", cwd=tmp_path).out == ""


def test_check_and_diff_write_nothing(tmp_path: Path) -> None:
    path = untidy(tmp_path)
    assert ltxspec("fmt", "--check", cwd=tmp_path, check=1).out == "not formatted: specs/untidy.yaml\n"
    shown = ltxspec("fmt", "--diff", cwd=tmp_path, check=1).out
    assert "\n-    alley:\n" in shown
    assert "\n+  alley:\n" in shown
    assert path.read_text("utf-8") == UNTIDY


def test_line_ends_and_byte_order_marks_of_windows_go(tmp_path: Path) -> None:
    path = untidy(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + TIDY.replace("\n", "\r\n").encode())
    ltxspec("fmt", cwd=tmp_path)
    assert path.read_bytes() == TIDY.encode()


def test_what_is_no_yaml_is_left_alone(tmp_path: Path) -> None:
    path = untidy(tmp_path)
    path.write_text(UNTIDY + "  : [", encoding="utf-8")
    assert "--> specs/untidy.yaml:" in ltxspec("fmt", cwd=tmp_path, check=1).err
    assert path.read_text("utf-8") == UNTIDY + "  : ["


def test_a_broken_file_does_not_keep_the_others_from_being_formatted(tmp_path: Path) -> None:
    path = untidy(tmp_path)
    (path.parent / "broken.yaml").write_text("shots: [", encoding="utf-8")
    done = ltxspec("fmt", cwd=tmp_path, check=1)
    assert done.out == "formatted specs/untidy.yaml\n"
    assert "--> specs/broken.yaml:" in done.err
    assert path.read_text("utf-8") == TIDY
    document = ltxspec("fmt", "--format", "json", cwd=tmp_path, check=1).json
    assert (document["files"], document["diagnostics"][0]["file"]) == ([], "specs/broken.yaml")


def test_line_endings_are_named_as_no_comparison_of_lines_shows_them(tmp_path: Path) -> None:
    path = untidy(tmp_path)
    path.write_bytes(TIDY.replace("\n", "\r\n").encode())
    assert ltxspec("fmt", "--check", cwd=tmp_path, check=1).out == "not formatted: specs/untidy.yaml (line endings)\n"
    assert ltxspec("fmt", "--diff", cwd=tmp_path, check=1).out == "specs/untidy.yaml: line endings would change\n"
    assert ltxspec("fmt", cwd=tmp_path).out == "formatted specs/untidy.yaml (line endings)\n"
