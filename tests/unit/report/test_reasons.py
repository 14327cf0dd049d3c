from dataclasses import replace
from typing import Any

import pytest
from unit.plan.chains import follows
from unit.report.plans import change

from ltxspec.plan.actions import Action, FieldChange, Reason
from ltxspec.render.references import Reference
from ltxspec.report import reasons
from ltxspec.values import ShotAddress


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


@pytest.mark.parametrize(
    ("given", "phrase"),
    [
        ((Reason.NEW, Reason.SOURCE_NEW), "new, after alley"),
        ((Reason.SOURCE_CHANGED,), "another take of alley"),
        ((Reason.SOURCE_CHANGED, Reason.MODEL_CHANGED), "another take of alley, model changed"),
        ((Reason.SOURCE_MOVED,), "same take, referred to as alley"),
        ((Reason.NEW, Reason.SOURCE_NEW, Reason.NOT_APPROVED), "new, waits for approval of alley"),
        ((Reason.SOURCE_CHANGED, Reason.SOURCE_HELD), "alley is held"),
        ((Reason.NEW, Reason.SOURCE_NEW, Reason.SOURCE_FAILED), "new, alley failed"),
        ((Reason.NEW, Reason.SOURCE_NEW, Reason.SOURCE_LEFT_OUT), "new, alley is left out"),
    ],
)
def test_what_follows_names_its_source_in_short(given: tuple[Reason, ...], phrase: str) -> None:
    action = Action.REPLACE if Reason.NEW not in given else Action.CREATE
    request = follows("street", "alley")
    assert reasons.reason(change("street", action, *given, spec="night", request=request)) == phrase
    other = change("street", action, *given, spec="day", request=request)
    assert reasons.reason(other) == phrase.replace("alley", "night.alley")


def test_of_several_sources_none_is_named_that_may_be_the_wrong_one() -> None:
    sources = tuple(Reference(ShotAddress("night", key), "last") for key in ("alley", "roof", "roof"))
    request = replace(follows("street", "alley"), references=sources)

    def told(*given: Reason) -> str:
        return reasons.reason(change("street", Action.CREATE, *given, spec="night", request=request))

    assert told(Reason.NEW, Reason.SOURCE_NEW) == "new, after alley and 1 more"
    assert told(Reason.SOURCE_CHANGED) == "another take of its source"
    assert told(Reason.NEW, Reason.NOT_APPROVED) == "new, waits for an approval"
