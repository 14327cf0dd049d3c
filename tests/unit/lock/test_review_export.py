"""The exported file and its schema: what reads also fits, and the other way round."""

import json
from typing import Any

import pytest
from builders import task
from jsonschema import Draft202012Validator

from ltxspec.lock.review_export import decode_export, export_schema
from ltxspec.lock.verdicts import VerdictError

TIME = "2026-11-28T12:00:00.000Z"
SAID = {"note": "x", "at": 1.0, "by": None, "time": TIME}


def document(*takes: dict[str, Any]) -> dict[str, Any]:
    return {"exportVersion": 1, "provider": "runware", "takes": list(takes)}


@pytest.mark.parametrize(
    "take",
    [
        {},
        {"take": 2},
        {"notes": [SAID]},
        {"verdicts": [{**SAID, "verdict": "needs-work", "note": None, "until": 2.0, "point": [0, 1]}]},
    ],
)
def test_what_fits_the_schema_is_read(take: dict[str, Any]) -> None:
    whole = document({"address": "night.alley", "taskUUID": task(1), **take})
    Draft202012Validator(export_schema()).validate(whole)
    found = decode_export(json.dumps(whole).encode(), "f").takes[0]
    assert (found.task_id, found.take) == (task(1), take.get("take"))
    assert [len(found.verdicts), len(found.notes)] == [len(take.get("verdicts", [])), len(take.get("notes", []))]


@pytest.mark.parametrize(
    "take",
    [{"take": 0}, {"notes": [{**SAID, "note": ""}]}, {"notes": [{"note": "x"}]}, {"verdicts": [SAID]}, {"more": 1}],
)
def test_what_does_not_fit_is_refused(take: dict[str, Any]) -> None:
    whole = document({"address": "night.alley", "taskUUID": task(1), **take})
    assert not Draft202012Validator(export_schema()).is_valid(whole)
    with pytest.raises(VerdictError, match="is not a file that a review page exports"):
        decode_export(json.dumps(whole).encode(), "f")
