import pytest
from builders import lockfile, record, request, take
from replacing import replace

from ltxspec.errors import Invalid, LtxspecError
from ltxspec.plan.recorded import RecordedState
from ltxspec.plan.selection import selection
from ltxspec.plan.selection_check import check_selection
from ltxspec.render.models import RenderedSpec

SHOTS = [replace(request("alley"), labels={"act": "one"}), replace(request("gate"), labels={"act": "two"})]
SPEC = RenderedSpec("night", "specs/night.yaml", None, SHOTS)
HAVE = {"night": RecordedState(lockfile(gone=record(take())))}


def test_what_selects_nothing_is_an_error_with_what_there_is() -> None:
    with pytest.raises(Invalid) as caught:
        check_selection(selection(labels=["act=three", "scene=x"]), [SPEC], HAVE)
    assert [(item.message, item.hint) for item in caught.value.diagnostics] == [
        ("no shot has the label `act=three`", "`act` is `one`, `two`"),
        ("no shot has the label `scene=x`", "the labels are `act`"),
    ]
    with pytest.raises(LtxspecError, match=r"night\.aley"):
        check_selection(selection(targets=["night.aley"]), [SPEC], HAVE)


def test_what_is_only_recorded_can_be_selected() -> None:
    assert check_selection(selection(targets=["night.gone"]), [SPEC], HAVE) == []


def test_a_retake_outside_the_selection_has_no_effect_and_is_said() -> None:
    (found,) = check_selection(selection(retakes=["night.gate"], labels=["act=one"]), [SPEC], HAVE)
    assert (found.code, found.message) == ("outside-target", "`night.gate` is outside `--label` and has no effect")
    assert check_selection(selection(retakes=["night.gate"], labels=["act=two"]), [SPEC], HAVE) == []
