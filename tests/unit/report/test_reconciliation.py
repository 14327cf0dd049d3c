"""The comparison with the provider's report as text."""

from datetime import UTC, date, datetime
from decimal import Decimal

from ltxspec.plan.reconciling import DayAndModel, Order, Reconciliation, Verdict
from ltxspec.plan.usage import UsageReport, UsageSum
from ltxspec.report.reconciliation import reconciliation_text
from ltxspec.report.terminal import Style
from ltxspec.values import ShotAddress, TaskId, Usd

PRO = "lightricks:2@0"
PRICE = Decimal("0.48")
DAY, NEXT = date(2026, 11, 22), date(2026, 11, 23)
AT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)


def order(number: int = 1, usd: Usd | None = PRICE, status: str = "succeeded", at: datetime | None = AT) -> Order:
    return Order(ShotAddress("night", "alley"), TaskId(f"task-{number}"), PRO, status, usd, PRICE, at)


def item(verdict: Verdict, *orders: Order, **fields: object) -> DayAndModel:
    known: dict[str, object] = {"requests": 2, "usd": Decimal("0.96"), "difference": PRICE} | fields
    return DayAndModel(DAY, PRO, verdict, orders, **known)  # type: ignore[arg-type]  # each has its type


def text(*days: DayAndModel, restricted: bool = False, **fields: object) -> list[str]:
    known: dict[str, object] = {"elsewhere": (), "undated": ()} | fields
    report = known.pop("report", UsageReport(date(2026, 11, 1), date(2026, 11, 30), []))
    found = Reconciliation(report, days, **known)  # type: ignore[arg-type]  # each has its type
    return reconciliation_text(found, "runware", Style(), restricted=restricted).splitlines()


def test_agreement_is_one_line() -> None:
    assert text(item(Verdict.EQUAL, order(1), order(2), difference=Decimal(0))) == [
        "runware, 2026-11-01 to 2026-11-30 (days in UTC)",
        "all API keys of the account are counted: the report does not tell which one is in use here",
        "",
        "equal: 1 day (2026-11-22), 2 tasks, $0.96",
        "",
        "Nothing differs.",
    ]


def test_a_difference_is_named_with_its_orders_and_what_it_may_be() -> None:
    lines = text(item(Verdict.MORE, order()))
    assert lines[3:9] == [
        "2026-11-22  lightricks:2@0  the provider has $0.48 more",
        "  recorded  1 task, $0.48",
        "  provider  2 requests, $0.96",
        "  perhaps a second payment; or orders of another machine, branch, project or person, or a playground",
        "    night.alley  task-1  succeeded  $0.48  2026-11-22T10:30:00Z",
        "",
    ]
    assert lines[-1] == (
        "1 difference: the provider has $0.48 more. This is only an indication: the report has no tasks."
    )


def test_each_kind_of_difference_has_its_words() -> None:
    less = text(item(Verdict.LESS, order(), difference=-PRICE, requests=0, usd=Decimal(0)))
    assert "  provider  0 requests, $0.00" in less
    assert less[3].endswith("the provider has $0.48 less")
    assert any("a late report" in line for line in less)
    open_ = text(item(Verdict.OPEN, order(), order(2, None, "failed")))
    assert open_[3].endswith("the provider has $0.48 more, for unknown costs")
    assert "  recorded  2 tasks, ≥ $0.48 + 1 unknown" in open_
    assert open_[-1] == "No difference is certain; undecided: 1 comparison of a day and model."
    beyond = text(item(Verdict.MORE, order(1, None), at_least=True))
    assert beyond[3].endswith("the provider has $0.48 more, even if every unknown cost was the listed price")
    untold = text(item(Verdict.OPEN, order(), requests=None, usd=None, difference=None))
    assert untold[3].endswith("the provider names no amount")
    assert "  provider  number of requests not told, amount not told" in untold
    assert "  it is unknown whether the amount matches the records" in untold
    fewer = text(item(Verdict.OPEN, order(1, None), requests=0, usd=Decimal(0), difference=Decimal(0)))
    assert fewer[3].endswith("the provider has fewer requests, and the cost of some is unknown")
    many = text(item(Verdict.MORE, order(1, None), difference=None))
    assert many[3].endswith("the provider has more requests")
    assert "the provider has 1 unknown more" in many[-1]


def test_orders_in_progress_are_no_recorded_cost() -> None:
    lines = text(item(Verdict.OPEN, order(), order(2, None, "in-progress")))
    assert "  recorded  1 task, $0.48, 1 in progress" in lines


def test_a_day_without_orders_says_so() -> None:
    assert "    no order of this day is recorded" in text(item(Verdict.MORE))


def test_a_shift_over_midnight_is_told_on_both_days() -> None:
    shifted = text(item(Verdict.SHIFTED, order(), difference=Decimal(0), shifted={NEXT: PRICE}))
    assert shifted[3].endswith("no difference in all")
    assert "  $0.48 probably was charged on 2026-11-23, as orders were under way around midnight (UTC)" in shifted
    part = text(item(Verdict.MORE, order(), shifted={NEXT: -PRICE}))
    assert (
        "  $0.48 of it probably belongs to orders of 2026-11-23, as orders were under way around midnight (UTC)" in part
    )


def test_days_that_balance_say_so() -> None:
    assert any("balances with 2026-11-23" in line for line in text(item(Verdict.LESS, order(), balances=NEXT)))


def test_what_was_not_compared_is_told_apart() -> None:
    imported = order(9, at=None)
    lines = text(
        item(Verdict.NOT_COMPARED, order(), order(2, None)),
        undated=[imported],
        elsewhere=[UsageSum("other:1@1", 3, Decimal("0.30")), UsageSum("third:1@1", None, None)],
        report=UsageReport(DAY, NEXT, [], keys=["key-1", "key-2"], remarks=["the rows do not add up"]),
    )
    assert lines[1].endswith(
        "all API keys of the account are counted (2 were used): the report does not tell which one is in use here"
    )
    assert lines[3:] == [
        "not compared: lightricks:2@0, 1 day (2026-11-22), 2 tasks, ≥ $0.48 + 1 unknown",
        "  the report does not reach these days: they are neither equal nor different",
        "not compared: 1 imported take without a recorded day, $0.48:",
        "    night.alley  task-9  succeeded  $0.48  imported",
        "elsewhere: other:1@1, 3 requests, $0.30: nothing of this model was ever recorded here",
        "elsewhere: third:1@1, requests not told, amount not told: nothing of this model was ever recorded here",
        "! the rows do not add up",
        "",
        "Nothing could be compared.",
    ]


def test_which_keys_are_counted_is_said() -> None:
    assert "only the API keys that were named are counted" in text(restricted=True)[1]
    one = text(report=UsageReport(DAY, NEXT, [], keys=["key-1"]))
    assert one[1].endswith("one API key of the account was used, key-1")
    assert one[-1] == "Nothing is recorded, and nothing is reported."


def test_a_report_in_doubt_is_never_agreement() -> None:
    doubtful = UsageReport(DAY, NEXT, [], doubts=["the rows do not add up"])
    lines = text(item(Verdict.EQUAL, order(1), difference=Decimal(0)), report=doubtful)
    assert lines[-3:] == [
        "! the rows do not add up",
        "",
        "Undecided: the report is in doubt, so nothing in it is certain.",
    ]


def test_requests_that_cost_nothing_are_told() -> None:
    lines = text(item(Verdict.EQUAL, order(1), requests=3, usd=PRICE, difference=Decimal(0)))
    assert "  the provider counts 2 requests more than are recorded, and charged nothing for them" in lines


def test_what_was_not_compared_is_no_agreement() -> None:
    some = text(item(Verdict.EQUAL, order(1)), item(Verdict.NOT_COMPARED, order(2)))
    assert some[-1] == "Nothing differs in what was compared; not everything was."
    assert text(complete=False)[-1] == "Nothing is recorded that could be compared."


def test_a_long_day_names_some_of_its_orders() -> None:
    lines = text(item(Verdict.MORE, *(order(number) for number in range(25))))
    assert "    and 5 more: `--format json` lists them" in lines


def test_what_the_provider_writes_cannot_move_the_cursor() -> None:
    lines = text(
        elsewhere=[UsageSum("a\x1b[2J", 1, PRICE)], report=UsageReport(DAY, NEXT, [], keys=[], remarks=["\x1b[2J"])
    )
    assert "\x1b" not in "".join(lines)
