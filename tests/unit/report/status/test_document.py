from decimal import Decimal

from builders import change, request, take
from jsonschema import Draft202012Validator

from ltxspec.formats import to_json
from ltxspec.plan.actions import Action, Plan
from ltxspec.plan.status import Expiry, Finding, FindingKind, Kept, ProjectStatus, ShotState, ShotStatus
from ltxspec.plan.terms import SpendingLimits
from ltxspec.report.status.document import status_document, status_schema


def test_a_status_is_a_valid_document() -> None:
    planned = change(Action.NO_OP, request("alley"))
    shot = ShotStatus(
        planned.address, ShotState.UP_TO_DATE, planned, take(), Kept.NEVER, "2026-11-23T10:00:00Z", Expiry.SOON
    )
    status = ProjectStatus(
        Plan("runware", [planned], spent={"night": (Decimal("4.80"), 1)}),
        [shot],
        SpendingLimits(per_apply=Decimal(5)),
        {"night": Decimal("15.20")},
        [Finding(FindingKind.LINK_GONE, "gone", planned.address), Finding(FindingKind.NOT_CHECKED, "no key")],
        checked=True,
    )
    document = to_json(status_document(status))
    Draft202012Validator(status_schema()).validate(document)
    others = {"to-buy": 0, "to-record": 0, "in-progress": 0, "failed": 0, "held": 0}
    assert document["summary"] == {"up-to-date": 1, **others}
    assert document["specs"] == [{"name": "night", "spent": {"usd": "4.80", "unknown": 1}, "left": "15.20"}]
    assert document["shots"][0]["expiry"] == "soon"
    assert [item["address"] for item in document["findings"]] == ["night.alley", None]
