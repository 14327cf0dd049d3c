"""What is compared with the provider's usage report; the comparison itself is in `plan/test_reconciling.py`."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from builders import own_intent, record, take
from replacing import replace
from unit.project.projects import project

from ltxspec.errors import ProviderUnavailable, WrongUsage
from ltxspec.lock.journal import Event, Failed
from ltxspec.lock.journal_codec import encode_event
from ltxspec.lock.models import Lockfile
from ltxspec.plan.reconciling import Verdict
from ltxspec.plan.usage import UsageQuestion, UsageReport, UsageRow
from ltxspec.project import reconcile
from ltxspec.project.project import ProjectContext
from ltxspec.project.reconcile import ReconcileOptions, reconcile_costs, recorded_orders

NIGHT = Lockfile(
    "runware",
    "night",
    {"alley": record(take(number=1), take(number=2, status="failed", cost=None))},
    {"old": record(take(number=3, at="2026-11-20T23:30:00+02:00"))},
)
DAY = Lockfile("runware", "day", {"gate": record(take(number=3, cost=None))})


class Service:
    """A provider whose report is given; it remembers what it was asked."""

    def __init__(self, *rows: UsageRow, error: Exception | None = None) -> None:
        self.rows, self.error = rows, error
        self.asked: list[tuple[date, date, tuple[str, ...]]] = []
        self.closed = False
        self.by_day: Callable[[str], bool] | None = None

    async def usage(self, question: UsageQuestion) -> UsageReport:
        self.asked.append((question.first, question.last, tuple(question.keys)))
        self.by_day = question.by_day
        if self.error is not None:
            raise self.error
        return UsageReport(question.first, question.last, self.rows)

    async def close(self) -> None:
        self.closed = True


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[[Service], Service]:
    def install(service: Service) -> Service:
        monkeypatch.setattr(reconcile, "open_provider", lambda _: service)
        return service

    return install


Use = Callable[[Service], Service]


def journal(opened: ProjectContext, *events: Event) -> None:
    path = opened.paths_of("night").journal
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(map(encode_event, events)))


def test_every_task_of_every_spec_counts_once(tmp_path: Path) -> None:
    orders = recorded_orders(project(tmp_path, NIGHT, DAY))
    assert [(str(one.address), one.status, one.usd) for one in orders] == [
        ("day.gate", "succeeded", Decimal("0.48")),
        ("night.alley", "succeeded", Decimal("0.48")),
        ("night.alley", "failed", None),
    ]


def test_days_are_in_utc(tmp_path: Path) -> None:
    orders = recorded_orders(project(tmp_path, NIGHT))
    assert [one.at for one in orders if str(one.address) == "night.old"] == [datetime(2026, 11, 20, 21, 30, tzinfo=UTC)]


@pytest.mark.parametrize("written", [None, "no time", "2026-11-22T10:00:00"])
def test_a_take_without_a_readable_time_has_no_day(tmp_path: Path, written: str | None) -> None:
    undated = replace(take(), submitted_at=written, finished_at=None)
    (order,) = recorded_orders(project(tmp_path, Lockfile("runware", "night", {"alley": record(undated)})))
    assert (order.day, order.end) == (None, None)


def test_the_range_is_from_the_first_order_to_today(tmp_path: Path, use: Use) -> None:
    service = use(Service())
    reconcile_costs(project(tmp_path, NIGHT))
    ((first, last, keys),) = service.asked
    assert (first, keys, service.closed) == (date(2026, 11, 20), (), True)
    assert last >= date(2026, 11, 29)


def test_what_is_asked_for_is_asked(tmp_path: Path, use: Use) -> None:
    service = use(Service(UsageRow(date(2026, 11, 22), "maker:1@0", 2, Decimal("0.96"))))
    asked = ReconcileOptions(date(2026, 11, 21), date(2026, 11, 23), ("key",))
    found = reconcile_costs(project(tmp_path, NIGHT), asked)
    assert service.asked == [(date(2026, 11, 21), date(2026, 11, 23), ("key",))]
    (item,) = found.days
    assert (item.verdict, item.recorded, item.usd) == (Verdict.OPEN, Decimal("0.48"), Decimal("0.96"))


def test_a_range_that_ends_before_it_begins_is_refused(tmp_path: Path, use: Use) -> None:
    service = use(Service())
    with pytest.raises(WrongUsage, match="there are no days from 2026-11-23 to 2026-11-22"):
        reconcile_costs(project(tmp_path, NIGHT), ReconcileOptions(date(2026, 11, 23), date(2026, 11, 22)))
    assert service.asked == []


def test_a_range_before_the_first_order_is_a_day_and_no_error(tmp_path: Path, use: Use) -> None:
    service = use(Service())
    reconcile_costs(project(tmp_path, NIGHT), ReconcileOptions(last=date(2026, 11, 1)))
    assert service.asked == [(date(2026, 11, 1), date(2026, 11, 1), ())]


def test_a_model_under_another_name_is_the_same_model(tmp_path: Path, use: Use) -> None:
    fast = replace(take(), model="lightricks:2@1")
    opened = project(tmp_path, Lockfile("runware", "night", {"alley": record(fast)}))
    service = use(Service(UsageRow(date(2026, 11, 22), "lightricks-ltx-2-fast", 1, Decimal("0.48"))))
    assert [item.verdict for item in reconcile_costs(opened).days] == [Verdict.EQUAL]
    assert service.by_day is not None
    assert [name for name in ("lightricks:2@1", "lightricks-ltx-2-fast", "lightricks:2@0") if service.by_day(name)] == [
        "lightricks:2@1",
        "lightricks-ltx-2-fast",
    ]


def test_rows_of_one_model_under_two_names_are_added(tmp_path: Path, use: Use) -> None:
    fast = replace(take(), model="lightricks:2@1")
    opened = project(tmp_path, Lockfile("runware", "night", {"alley": record(fast)}))
    names = ("lightricks:2@1", "lightricks-ltx-2-fast")
    use(Service(*(UsageRow(date(2026, 11, 22), name, 1, Decimal("0.48")) for name in names)))
    (item,) = reconcile_costs(opened).days
    assert (item.verdict, item.requests, item.usd) == (Verdict.MORE, 2, Decimal("0.96"))


def test_orders_in_progress_are_among_them(tmp_path: Path) -> None:
    running, recorded, ended = (own_intent(name, provider="runware") for name in "abc")
    done = replace(take("b"), task_id=recorded.task_id)
    opened = project(tmp_path, Lockfile("runware", "night", {"alley": record(done)}))
    failed = Failed(ended.task_id, "timeoutProvider", "late", False, Decimal("0.10"), "2026-11-22T10:05:00Z")  # noqa: FBT003  # a field
    journal(opened, running, recorded, ended, failed)
    found = {one.task_id: one for one in recorded_orders(opened)}
    assert found[running.task_id].status == found[ended.task_id].status == "in-progress"
    assert (found[running.task_id].usd, found[ended.task_id].usd) == (None, Decimal("0.10"))
    assert (found[recorded.task_id].status, len(found)) == ("succeeded", 3)  # already in the lockfile


def test_a_provider_that_cannot_be_asked_is_an_error_and_is_closed(tmp_path: Path, use: Use) -> None:
    service = use(Service(error=ProviderUnavailable("no answer")))
    with pytest.raises(ProviderUnavailable):
        reconcile_costs(project(tmp_path, NIGHT))
    assert service.closed
