from typing import Any

import pytest
from unit.report.plans import change

from ltxspec.plan.actions import Action, FieldChange, Reason
from ltxspec.report import reasons


def test_every_reason_has_words() -> None:
    assert set(reasons.REASONS) == set(Reason)


@pytest.mark.parametrize(
    ("paths", "phrase"),
    [
        (["/fps"], "fps changed"),
        (["/fps", "/positivePrompt"], "prompt and fps changed"),
        (["/fps", "/width", "/positivePrompt"], "prompt and 2 more changed"),
        ([], "request changed"),
    ],
)
def test_a_changed_request_names_its_fields(paths: list[str], phrase: str) -> None:
    fields = tuple(FieldChange(path, 1, 2) for path in paths)
    assert reasons.reason(change("a", Action.REPLACE, Reason.REQUEST_CHANGED, changes=fields)) == phrase


@pytest.mark.parametrize(
    ("given", "fields", "phrase"),
    [
        ((Reason.MOVED_BY_SPEC,), {"origin": "temple"}, "moved from temple"),
        ((Reason.SAME_FINGERPRINT_ELSEWHERE,), {"origin": "w[a,b]"}, "same request as w[a,b]"),
        ((Reason.LAST_ATTEMPT_FAILED,), {"action": Action.CREATE, "attempt": 2}, "last attempt failed, attempt 2"),
        (
            (Reason.RETAKE_REQUESTED,),
            {"action": Action.REPLACE, "retake": 3},
            "retake requested, render 3 of this request",
        ),
        ((Reason.RETAKE_REQUESTED,), {"action": Action.REPLACE, "retake": 2, "number": 5}, "retake requested, take 5"),
        ((Reason.MODEL_CHANGED, Reason.INPUT_CHANGED), {}, "model changed, local file changed"),
        ((Reason.UNDER_WAY,), {"action": Action.RESUME}, "under way, committed"),
    ],
)
def test_reasons_read_as_one_phrase(given: tuple[Reason, ...], fields: dict[str, Any], phrase: str) -> None:
    assert reasons.reason(change("a", fields.pop("action", Action.MOVE), *given, **fields)) == phrase
