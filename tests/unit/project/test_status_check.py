"""`status --check` asks about links and tasks; what it cannot ask is said, never assumed."""

from pathlib import Path

import pytest
from builders import change, request, take
from unit.project.projects import project

from ltxspec.apply.ports import Sink
from ltxspec.errors import ProviderUnavailable
from ltxspec.plan.actions import Action, Plan
from ltxspec.plan.status import FindingKind, ProjectStatus, ShotState, ShotStatus
from ltxspec.plan.terms import SpendingLimits
from ltxspec.project import status_check


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
