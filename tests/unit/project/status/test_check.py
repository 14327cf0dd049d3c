"""`status --check` asks about links and tasks; what it cannot ask is said, never assumed."""

from pathlib import Path
from typing import Any

import pytest
from builders import change, request, take
from unit.project.projects import project

from ltxspec.apply.ports import Sink
from ltxspec.errors import ProviderUnavailable
from ltxspec.plan.actions import Action, Plan
from ltxspec.plan.status import FindingKind, ProjectStatus, ShotState, ShotStatus
from ltxspec.plan.terms import SpendingLimits
from ltxspec.project.status import check as status_check


class Service:
    """A provider whose links work, or fail with an error."""

    def __init__(self, error: ProviderUnavailable | None) -> None:
        self.error = error

    async def download(self, _: str, sink: Sink) -> None:
        if self.error is not None:
            raise self.error
        sink.write(b"the first bytes")
        raise AssertionError("the whole video was downloaded")

    async def close(self) -> None:
        """Nothing is open."""


def status(state: ShotState) -> ProjectStatus:
    planned = change(Action.RESUME if state is ShotState.IN_PROGRESS else Action.NO_OP, request("alley"))
    held = None if state is ShotState.IN_PROGRESS else take()
    return ProjectStatus(
        Plan("runware", [planned]), [ShotStatus(planned.address, state, planned, held)], SpendingLimits(), {}
    )


@pytest.mark.parametrize(
    ("error", "kinds"),
    [
        (None, []),
        (ProviderUnavailable("gone", settled=True), [FindingKind.LINK_GONE]),
        (ProviderUnavailable("HTTP 503"), [FindingKind.LINK_UNREACHABLE]),
    ],
)
def test_a_link_is_tried_without_downloading_the_video(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: ProviderUnavailable | None, kinds: list[FindingKind]
) -> None:
    monkeypatch.setattr(status_check, "open_provider", lambda *_, **__: Service(error))
    found = status_check.check_status(project(tmp_path), status(ShotState.UP_TO_DATE))
    assert [item.kind for item in found if item.kind is not FindingKind.VIDEO_MISSING] == kinds


def test_without_a_key_tasks_in_progress_are_not_asked_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RUNWARE_API_KEY", raising=False)
    monkeypatch.setattr(status_check, "open_provider", lambda *_, **__: Service(None))
    (found,) = status_check.check_status(project(tmp_path), status(ShotState.IN_PROGRESS))
    assert found.kind is FindingKind.NOT_CHECKED
    assert "`RUNWARE_API_KEY` is not set" in found.message


@pytest.mark.parametrize(("cost", "number"), [("0.60", 1), ("0.48", 0), (None, 0)])
def test_what_the_newest_take_of_a_model_was_charged_is_compared_with_its_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cost: str | None, number: int
) -> None:
    monkeypatch.setattr(status_check, "open_provider", lambda *_, **__: Service(None))
    body: dict[str, Any] = {"model": "lightricks:2@0", "width": 1920, "height": 1080, "duration": 8}
    takes = [
        take(number=1, cost="0.50", at="2026-11-01T10:00:00Z", **body),
        take(number=2, cost=cost, at="2026-11-22T10:00:00Z", **body),
    ]
    planned = [change(Action.NO_OP, request(name)) for name in ("alley", "bridge")]
    shots = [ShotStatus(one.address, ShotState.UP_TO_DATE, one, made) for one, made in zip(planned, takes, strict=True)]
    shots = shots if cost is not None else shots[1:]
    checked = status_check.check_status(
        project(tmp_path), ProjectStatus(Plan("runware", planned), shots, SpendingLimits(), {})
    )
    found = [one for one in checked if one.kind is FindingKind.PRICE_CHANGED]
    assert len(found) == number
    if found:
        assert str(found[0].address) == "night.bridge"
        assert "was last charged $0.60 where its model file lists $0.48" in found[0].message
