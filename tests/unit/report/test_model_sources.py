from dataclasses import dataclass
from typing import Any

from ltxspec.catalog.importing.comparing import Difference
from ltxspec.report.model_sources import outcome_lines, outcome_total


@dataclass(frozen=True)
class Compared:
    air: str = "maker:film@1"
    what: str = "changed"
    differences: tuple[Difference, ...] = ()
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def lines(**fields: Any) -> list[str]:
    return list(outcome_lines([Compared(**fields)]))


def test_differences_reasons_and_notes_are_told_apart() -> None:
    found = (
        Difference("added", "/fps", None, {"enum": [24]}),
        Difference("removed", "/steps", {"type": "integer"}),
        Difference("changed", "status", "active", "retired"),
    )
    assert lines(what="refused", differences=found, reasons=("no",), notes=("stays",)) == [
        "maker:film@1: refused",
        "  ! no",
        '  + /fps: {"enum":[24]}',
        "  - /steps",
        '  ~ status: "active" -> "retired"',
        "  = stays",
    ]


def test_long_lists_and_long_values_are_cut_and_nothing_reaches_the_terminal() -> None:
    many = tuple(Difference("added", f"/a{n}", None, "x" * 500) for n in range(50))
    found = lines(air="maker\x1b[31m", differences=many)
    assert found[-1] == "  … 10 more"
    assert all(len(line) < 200 and "\x1b" not in line for line in found)


def test_models_that_stay_are_only_counted() -> None:
    models = [Compared(what="unchanged"), Compared(what="unchanged"), Compared(what="by-hand"), Compared(what="new")]
    assert list(outcome_lines(models)) == ["maker:film@1: new"]
    assert outcome_total(models) == "1 new, 2 unchanged, 1 kept: written by hand"
    assert outcome_total([]) == "no model"
