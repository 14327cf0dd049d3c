from decimal import Decimal
from typing import Any

from builders import change, request, take
from replacing import replace

from ltxspec.plan.actions import Action, Plan
from ltxspec.plan.status import Expiry, Finding, FindingKind, Kept, ProjectStatus, ShotState, ShotStatus
from ltxspec.plan.terms import SpendingLimits
from ltxspec.report.status.text import money_line, status_text
from ltxspec.report.terminal import Style


def shot(name: str, state: ShotState = ShotState.UP_TO_DATE, **more: Any) -> ShotStatus:
    planned = change(Action.NO_OP, request(name))
    return ShotStatus(planned.address, state, planned, take(), **more)


def status(*shots: ShotStatus, **more: Any) -> ProjectStatus:
    plan = Plan("runware", [item.change for item in shots], spent={"night": (Decimal("4.80"), 0)})
    return ProjectStatus(plan, shots, more.pop("limits", SpendingLimits()), more.pop("left", {}), **more)


def test_a_sound_project_is_two_lines() -> None:
    text = status_text(status(shot("a", kept=Kept.HERE), shot("b", kept=Kept.HERE)), Style())
    assert text == "night  2 up to date\n\n$4.80 spent, $0.00 to render.\n"


def test_what_needs_attention_is_listed_with_its_remedy() -> None:
    shots = [
        shot("a", ShotState.FAILED, note="contentFlagged: refused"),
        shot("b", ShotState.IN_PROGRESS, note="ordered 2026-11-22T10:00:00Z"),
        shot("c", kept=Kept.NEVER),
        shot("d", kept=Kept.NEVER, expires_at="2026-11-23T10:00:00Z", expiry=Expiry.SOON),
        shot("e", kept=Kept.ELSEWHERE, expires_at="2026-11-20T10:00:00Z", expiry=Expiry.PAST),
        shot("f", kept=Kept.ELSEWHERE),
    ]
    text = status_text(status(*shots), Style())
    for line in (
        "failed: 1 shot; `ltxspec why ADDRESS` says what to do\n  night.a  contentFlagged: refused\n",
        "in progress: 1 shot; `ltxspec collect` fetches it\n  night.b  ordered 2026-11-22T10:00:00Z\n",
        "never archived: 1 shot; `ltxspec archive pull` saves the video\n  night.c\n",
        "link expires soon, not archived: 1 shot; `ltxspec archive pull` saves the video\n  night.d  2026-11-23",
        "link expired, not archived: 1 shot; ",
        "archived, but not on this machine: 1 shot; ",
    ):
        assert line in text


def test_a_link_of_an_archived_video_may_expire() -> None:
    archived = shot("a", kept=Kept.HERE, expires_at="2026-11-20T10:00:00Z", expiry=Expiry.PAST)
    assert "expire" not in status_text(status(archived), Style())


def test_a_terminal_cuts_what_is_too_long_and_a_file_has_all_of_it() -> None:
    failed = status(shot("a", ShotState.FAILED, note="refused " * 20 + "at last"))
    assert status_text(failed, Style(width=60)).splitlines()[-3].endswith("…")
    assert "refused at last\n" in status_text(failed, Style(width=60, whole=True))


def test_very_many_shots_are_counted() -> None:
    failed = [shot(f"s{number}", ShotState.FAILED, note="x: y") for number in range(1000)]
    text = status_text(status(*failed), Style())
    assert "… and 990 more; `-v` and `--format json` list all" in text
    assert len(text.splitlines()) < 20
    assert status_text(status(*failed), Style(), whole=True).count("x: y") == 1000


def test_findings_of_a_check_are_listed() -> None:
    found = [Finding(FindingKind.LINK_GONE, "the video is gone (HTTP 404)", shot("a").address)]
    text = status_text(status(shot("a", kept=Kept.HERE), findings=found, checked=True), Style())
    assert "checked: 1 problem\n  night.a  link gone: the video is gone (HTTP 404)\n" in text
    sound = status_text(status(shot("a", kept=Kept.HERE), checked=True), Style())
    assert "checked: links, videos and tasks are as recorded" in sound


def test_the_last_line_has_the_money_and_what_is_left() -> None:
    limits = SpendingLimits(per_apply=Decimal(5), per_spec=Decimal(20))
    found = status(shot("a"), limits=limits, left={"night": Decimal("15.20")})
    assert money_line(found) == (
        "$4.80 spent, $0.00 to render. Limit for one apply: $5.00. Left of `[budget] per_spec`: night $15.20."
    )
    free = replace(found, plan=replace(found.plan, provider="sandbox"))
    assert "spent" not in money_line(free)


def test_a_project_without_shots_says_so() -> None:
    assert status_text(status(), Style()).startswith("There are no shots.")


def test_a_shot_with_two_orders_in_progress_is_one_shot() -> None:
    orders = [shot("a", ShotState.IN_PROGRESS, note=note) for note in ("ordered at ten", "ordered at noon")]
    project = status(*orders, shot("b", ShotState.IN_PROGRESS, note="ordered at one"))
    text = status_text(project, Style())
    assert text.startswith("night  2 in progress\n\nin progress: 2 shots, 3 orders; `ltxspec collect` fetches it\n")
    assert project.count(ShotState.IN_PROGRESS) == 2
    assert "in progress: 1 shot; " in status_text(status(orders[0]), Style())
