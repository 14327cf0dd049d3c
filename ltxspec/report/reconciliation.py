"""What is recorded next to what the provider says it charged, as text. As a document: `results/reconciliation.py`."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from ltxspec.plan.reconciling import DIFFERENCES, DayAndModel, Order, Reconciliation, Verdict
from ltxspec.plan.usage import UsageSum
from ltxspec.report.terminal import Paint, Style, clean
from ltxspec.report.wording import amount, charged, counted
from ltxspec.values import Usd, dollars, money_text, total_usd

_MOST = 20  # tasks of one day
_MEANINGS = {
    Verdict.MORE: "perhaps a second payment; or orders of another machine, branch, project or person, or a playground",
    Verdict.LESS: "perhaps a late report; perhaps ordered with another key or account",
    Verdict.OPEN: "what the provider has more may be what the tasks without a known cost came to",
    Verdict.SHIFTED: "ordered around midnight (UTC) and charged on the neighbouring day: together the days balance",
}


def reconciliation_text(found: Reconciliation, provider: str, style: Style, *, restricted: bool) -> str:
    """The comparison: each day and model that is not equal with its tasks, then the rest in short."""
    report = found.report
    lines = [
        clean(f"{provider}, {report.first} to {report.last} (days in UTC)"),
        clean(_keys(report.keys, restricted=restricted)),
    ]
    for item in found.days:
        if item.verdict not in (Verdict.EQUAL, Verdict.NOT_COMPARED):
            lines += ["", *_day_lines(item, style)]
    rest = [*_equal(found.days), *_not_compared(found), *_undated(found.undated), *_elsewhere(found.elsewhere)]
    lines += ["", *rest] if rest else []
    lines += [f"! {clean(remark)}" for remark in (*report.doubts, *report.remarks)]
    return "\n".join([*lines, "", style.paint(charged(_last_line(found), provider), Paint.BOLD)]) + "\n"


def _keys(keys: Sequence[str], *, restricted: bool) -> str:
    if restricted:
        return "only the API keys that were named are counted"
    if len(keys) == 1:
        return f"one API key of the account was used, {keys[0]}"
    number = f" ({len(keys)} were used)" if keys else ""
    return f"all API keys of the account are counted{number}: the report does not tell which one is in use here"


def _day_lines(item: DayAndModel, style: Style) -> Iterator[str]:
    place = style.paint(f"{item.day}  {clean(item.model)}", Paint.BOLD)
    colour = Paint.RED if item.verdict in DIFFERENCES else Paint.YELLOW
    yield f"{place}  {style.paint(_difference(item), colour)}"
    yield f"  recorded  {_recorded(item)}"
    yield f"  provider  {_reported(item)}"
    for day, usd in item.shifted.items():
        of_it = f"{dollars(abs(usd))} of it" if item.verdict is not Verdict.SHIFTED else dollars(abs(usd))
        way = f"was charged on {day}" if usd > 0 else f"belongs to orders of {day}"
        yield f"  {of_it} probably {way}, as orders were under way around midnight (UTC)"
    if item.balances is not None:
        yield f"  balances with {item.balances}, which differs by exactly the opposite: the same order may be in both"
    yield f"  {_meaning(item)}"
    shown = item.orders[:_MOST]
    yield from (f"    {_task(order)}" for order in shown)
    if len(item.orders) > len(shown):
        yield f"    and {len(item.orders) - len(shown):,} more: `--format json` lists them"
    if not item.orders:
        yield "    no order of this day is recorded"


def _meaning(item: DayAndModel) -> str:
    if item.verdict is not Verdict.OPEN or item.difference:
        return _MEANINGS[item.verdict]
    if item.difference is None:
        return "it is unknown whether the amount matches the records"
    return "perhaps a late report; perhaps ordered with another key or account"


def _difference(item: DayAndModel) -> str:
    if item.verdict is Verdict.SHIFTED:
        return "no difference in all"
    if item.difference is None:
        return "the provider has more requests" if item.verdict is Verdict.MORE else "the provider names no amount"
    if not item.difference:
        return "the provider has fewer requests, and the cost of some is unknown"
    size = dollars(abs(item.difference))
    if item.verdict is Verdict.OPEN:
        return f"the provider has {size} more, for unknown costs"
    beyond = ", even if every unknown cost was the listed price" if item.at_least else ""
    return f"the provider has {size} {'more' if item.difference > 0 else 'less'}{beyond}"


def _recorded(item: DayAndModel) -> str:
    if not item.orders:
        return "nothing"
    settled = [order for order in item.orders if order.status != "in-progress" or order.usd is not None]
    running = len(item.orders) - len(settled)
    parts = (
        [f"{counted(len(settled), 'task')}, {amount(*total_usd(order.usd for order in settled))}"] if settled else []
    )
    return ", ".join([*parts, *([f"{running:,} in progress"] if running else [])])


def _reported(item: DayAndModel) -> str:
    requests = "number of requests not told" if item.requests is None else counted(item.requests, "request")
    return f"{requests}, {money_text(item.usd, 'amount not told')}"


def _task(order: Order) -> str:
    when = "imported" if order.at is None else f"{order.at:%Y-%m-%dT%H:%M:%SZ}"
    return clean(f"{order.address}  {order.task_id}  {order.status}  {money_text(order.usd)}  {when}")


def _equal(days: Sequence[DayAndModel]) -> Iterator[str]:
    equal = [item for item in days if item.verdict is Verdict.EQUAL]
    if equal:
        orders = [order for item in equal for order in item.orders]
        known, unknown = total_usd(order.usd for order in orders)
        yield f"equal: {_listed(equal)}, {counted(len(orders), 'task')}, {dollars(known)}"
        more = sum(max(0, (item.requests or 0) - len(item.orders)) for item in equal)
        if more:
            requests = counted(more, "request")
            yield f"  the provider counts {requests} more than are recorded, and charged nothing for them"
        if unknown:
            them = "it" if unknown == 1 else "them"
            yield f"  {counted(unknown, 'task')} without a known cost among these: the provider has nothing for {them}"


def _listed(days: Sequence[DayAndModel]) -> str:
    """`3 days (2026-11-20 to 2026-11-22)`."""
    known = sorted({item.day for item in days})
    return f"{counted(len(known), 'day')} ({known[0]}" + (f" to {known[-1]})" if len(known) > 1 else ")")


def _not_compared(found: Reconciliation) -> Iterator[str]:
    left = [item for item in found.days if item.verdict is Verdict.NOT_COMPARED]
    for model, group in groupby(sorted(left, key=lambda item: item.model), key=lambda item: item.model):
        items = list(group)
        orders = [order for item in items for order in item.orders]
        sums = amount(*total_usd(order.usd for order in orders))
        yield clean(f"not compared: {model}, {_listed(items)}, {counted(len(orders), 'task')}, {sums}")
    if left:
        yield "  the report does not reach these days: they are neither equal nor different"


def _undated(orders: Sequence[Order]) -> Iterator[str]:
    if orders:
        sums = amount(*total_usd(order.usd for order in orders))
        yield f"not compared: {counted(len(orders), 'imported take')} without a recorded day, {sums}:"
        yield from (f"    {_task(order)}" for order in orders[:_MOST])


def _elsewhere(models: Sequence[UsageSum]) -> Iterator[str]:
    for item in models:
        requests = "requests not told" if item.requests is None else counted(item.requests, "request")
        told = money_text(item.usd, "amount not told")
        yield clean(f"elsewhere: {item.model}, {requests}, {told}: nothing of this model was ever recorded here")


def _last_line(found: Reconciliation) -> str:
    different = [item for item in found.days if item.verdict in DIFFERENCES]
    if different:
        more = _sum(item.difference for item in different if item.verdict is Verdict.MORE)
        less = _sum(item.difference for item in different if item.verdict is Verdict.LESS)
        sums = [f"the provider has {text}" for text in (more and f"{more} more", less and f"{less} less") if text]
        number = counted(len(different), "difference")
        return f"{number}: {' and '.join(sums)}. This is only an indication: the report has no tasks."
    if found.report.doubts:
        return "Undecided: the report is in doubt, so nothing in it is certain."
    if found.differs:
        return "Nothing could be compared." if found.days else "Nothing is recorded that could be compared."
    undecided = sum(item.verdict is Verdict.OPEN for item in found.days)
    if undecided:
        return f"No difference is certain; undecided: {counted(undecided, 'comparison')} of a day and model."
    if any(item.verdict is Verdict.NOT_COMPARED for item in found.days) or found.undated:
        return "Nothing differs in what was compared; not everything was."
    return "Nothing differs." if found.days else "Nothing is recorded, and nothing is reported."


def _sum(differences: "Iterator[Usd | None]") -> str:
    """The sum of differences without sign; `` if there are none."""
    every = list(differences)
    known, unknown = total_usd(None if usd is None else abs(usd) for usd in every)
    return amount(known, unknown) if every else ""
