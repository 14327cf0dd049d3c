"""Cells that no spreadsheet runs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.report.cells import cell


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-2", "@SUM(A1)", " =1", "\t=1", "\r\n=1", "\N{FULLWIDTH EQUALS SIGN}1", "\xa0=1"],
)
def test_what_looks_like_a_formula_is_text(text: str) -> None:
    assert cell(text).startswith("'")


@pytest.mark.parametrize("text", ["alley", "", "a=b", "3 men", "1-2"])
def test_other_text_stays(text: str) -> None:
    assert cell(text) == text


@given(st.text())
def test_a_cell_is_one_line_and_no_formula(text: str) -> None:
    shown = cell(text)
    assert shown.splitlines() in ([], [shown])
    assert not shown.lstrip().startswith(("=", "+", "-", "@", "\t", "\r"))
