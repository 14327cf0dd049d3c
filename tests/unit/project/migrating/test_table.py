from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.project.load import every_spec
from ltxspec.project.migrating.table import copy_of, table_spec
from ltxspec.project.packaged_models import packaged_catalog
from ltxspec.project.project import open_project
from ltxspec.spec.delimited import read_grid
from ltxspec.spec.document import Lines, SourceText
from ltxspec.spec.layout import format_spec


def rendered(folder: Path, table: str) -> dict[str, dict[str, Any]]:
    """The requests of a table's spec, by row."""
    (folder / "data").mkdir()
    (folder / "specs").mkdir()
    (folder / "data" / "shots.csv").write_text(table, "utf-8")
    found = table_spec(table, "shots.csv", packaged_catalog(), "lightricks:2@0")
    text = found.text("shots", "data/shots.csv", None, "shots.csv")
    (folder / "specs" / "shots.yaml").write_text(text, "utf-8")
    assert format_spec(text, "shots.yaml") == text
    specs = every_spec(open_project(folder, environ={}), {})
    assert specs.broken == {}
    return {request.address.instance: dict(request.body) for request in specs.rendered["shots"].requests}


def test_the_rows_stay_in_the_table_and_render_with_all_that_their_columns_give(tmp_path: Path) -> None:
    found = rendered(
        tmp_path,
        "id;prompt;seconds;size;audio;model;image;scene\n"
        "a;A cat, wet.;8;3840x2160;yes;lightricks:2@1;https://a.example/b.jpg;roof\n"
        "b;A dog {{ x }}.;;;;;;\n",
    )
    first, second = found["shot[a]"], found["shot[b]"]
    assert first == {
        "taskType": "videoInference", "model": "lightricks:2@1", "positivePrompt": "A cat, wet.", "duration": 8,
        "width": 3840, "height": 2160, "fps": 25, "providerSettings": {"lightricks": {"generateAudio": True}},
        "inputs": {"frameImages": [{"image": "https://a.example/b.jpg", "frame": "first"}]},
    }  # fmt: skip
    assert (second["positivePrompt"], second["model"]) == ("A dog {{ x }}.", "lightricks:2@0")
    assert (second["width"], second["height"], second["duration"]) == (1920, 1080, 6)


@pytest.mark.parametrize(
    "sizes", [("1920x1080", "3840x2160"), ("1920 × 1080", "3840X2160"), ("1920*1080", "3840x2160")]
)
def test_sizes_may_be_written_in_several_ways(tmp_path: Path, sizes: tuple[str, str]) -> None:
    found = rendered(tmp_path, f"id,prompt,size\na,A cat.,{sizes[0]}\nb,A dog.,{sizes[1]}\n")
    assert [(body["width"], body["height"]) for body in found.values()] == [(1920, 1080), (3840, 2160)]


def test_an_empty_width_or_height_is_the_usual_one(tmp_path: Path) -> None:
    found = rendered(tmp_path, "id,prompt,width,height\na,A cat.,3840,2160\nb,A dog.,,\n")
    assert [(body["width"], body["height"]) for body in found.values()] == [(3840, 2160), (1920, 1080)]


def test_labels_and_what_is_not_used_are_named() -> None:
    table = f"id,prompt,scene,notes\na,A cat.,roof,{'many words ' * 9}\n"
    found = table_spec(table, "shots.csv", packaged_catalog(), "lightricks:2@0")
    assert 'labels: {scene: "{{ scene }}"}' in found.fields
    assert any("`scene`" in note for note in found.notes)
    assert any(note.startswith("not used: `notes`") for note in found.notes)
    assert any("1920×1080" in note for note in found.notes)


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters=',;"\n'), min_size=1, max_size=9)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5), st.sampled_from(";,\t"))
def test_a_copy_has_the_same_cells_under_other_names_and_the_same_separator(
    rows: list[tuple[str, str]], delimiter: str
) -> None:
    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    lines = [delimiter.join(["My Id", "b"]), *(delimiter.join(map(cell, row)) for row in rows)]
    text = "\n".join(lines) + "\n"
    before = read_grid(Lines(SourceText("t.csv", text)), delimiter).rows
    copied = copy_of(f"sep={delimiter}\n{text}", "t.csv", {"My Id": "my_id"})
    after = read_grid(Lines(SourceText("t.csv", copied)), delimiter).rows
    assert [list(row.values()) for row in after] == [list(row.values()) for row in before]
    assert list(after[0] if after else ["my_id", "b"]) == ["my_id", "b"]


def test_the_name_of_a_file_stays_in_the_comment() -> None:
    table = table_spec("id,prompt\na,A cat\n", "shots.csv", packaged_catalog(), "lightricks:2@0")
    text = table.text("shots", "data/shots.csv", None, "a\nvariables: {x: 1}\u2028.csv")
    assert "init --from a variables: {x: 1}\\u2028.csv`" in text
    assert "\nvariables" not in text
