"""The table, read again by a reader of CSV."""

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st
from unit.report.timeline.timelines import NOTE, REMARK, cut, cut_take, timeline, unrendered

from ltxspec.report.timeline.models import Timeline
from ltxspec.report.timeline.table import csv_text


def rows(film: Timeline) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_text(film).removeprefix("\ufeff"), newline="")))


def test_there_is_a_row_for_each_shot_in_order() -> None:
    film = timeline(cut(take=cut_take(remark=REMARK, notes=(NOTE,)), labels={"b": "2", "a": "1"}), unrendered())
    alley, door = rows(film)
    names = ("number", "address", "state", "take", "takes", "file", "here", "in", "out")
    assert {name: alley[name] for name in names} == {
        "number": "1", "address": "night.alley", "state": "rendered", "take": "2", "takes": "3",
        "file": "night_alley_take2.mp4", "here": "yes", "in": "01:00:00:00", "out": "01:00:08:00",
    }  # fmt: skip
    assert (alley["seconds"], alley["fps"], alley["audio"], alley["USD"]) == ("8.000", "25", "yes", "0.48")
    assert (alley["verdict"], alley["by"], alley["labels"]) == ("rejected", "Bo", "a=1; b=2")
    assert alley["notes"] == "rejected by Bo at 2–3 s: too dark | note by Ada at 4.5 s: a second hand?"
    assert (door["state"], door["about"], door["take"], door["USD"]) == ("held", "waits for approval of alley", "", "")
    assert csv_text(film).startswith("\ufeffnumber,address,")


def test_an_unknown_cost_is_empty_and_never_zero() -> None:
    assert rows(timeline(cut(take=cut_take(cost=None))))[0]["USD"] == ""


@settings(max_examples=40)
@given(st.text(), st.text())
def test_no_cell_is_a_formula_whatever_people_wrote(text: str, other: str) -> None:
    told = REMARK.__class__(REMARK.verdict, text, None, other, REMARK.time)
    film = timeline(cut(prompt=f"={text}", title=f"@{other}", labels={"+x": text}, take=cut_take(remark=told)))
    (row,) = rows(film)
    assert (row["prompt"][:2], row["title"][:2], row["labels"][:2]) == ("'=", "'@", "'+")
    assert not [value for value in row.values() if value.lstrip().startswith(("=", "+", "-", "@"))]
