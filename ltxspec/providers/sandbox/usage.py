"""Usage reports from what the sandbox really charged: rows by day, model and key, and totals.

Each grouping that is asked for is a block of its own. Whether rows of one block also name the other groupings is not
documented: both forms can be played.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from statistics import fmean

from ltxspec.catalog.models import Catalog
from ltxspec.providers.sandbox.tasks import TaskStore
from ltxspec.values import Json, Usd

BLOCKS = {"date": "timeseries", "model": "model", "apiKey": "apiKey"}  # what is asked for -> its block in the reply
_PROJECTED_DAYS = 30
_UNSAFE = "contentPolicyViolation"  # of the failures, the one that the request is to blame for


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for a report, checked."""

    operation: str
    first: date  # both are included
    last: date
    zone: tzinfo  # of the days
    groups: Sequence[str]  # keys of BLOCKS
    models: Sequence[str]  # AIRs; empty: all
    key: str  # the id of the account's key
    shows_key: bool  # whether that key is among those asked about
    crossed: bool  # rows by day also name model and key, if they are asked for


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that is counted: a charge, an error, or the time of an inference."""

    at: float  # seconds since the epoch
    model: str  # AIR
    name: str
    requests: int = 0
    results: int = 0
    usd: Usd | None = Decimal(0)
    client_errors: int = 0
    server_errors: int = 0
    seconds: float | None = None  # of the inference


Events = Sequence[Event]


def events_of(store: TaskStore, catalog: Catalog, now: float, late: float) -> list[Event]:
    """Everything that reports show at a time.

    Args:
        store: the state.
        catalog: the models.
        now: seconds since the epoch.
        late: seconds until a charge appears.
    """
    tasks = {task.uuid: task for task in store.tasks()}
    found = []
    for charge in store.charges():
        if charge.at + late <= now:
            task = tasks[charge.task]
            air, name = _model(task.body, catalog)
            found.append(Event(charge.at, air, name, requests=1, results=task.results, usd=charge.usd))
    for task in tasks.values():
        if task.end + late <= now:
            air, name = _model(task.body, catalog)
            if task.fate.code is None:
                found.append(Event(task.end, air, name, seconds=task.seconds))
            elif task.fate.code == _UNSAFE:
                found.append(Event(task.end, air, name, client_errors=1))
            else:
                found.append(Event(task.end, air, name, server_errors=1))
    refused = [refusal for refusal in store.refusals() if refusal.at + late <= now]
    return [*found, *(Event(one.at, *_model(one.body, catalog), client_errors=1) for one in refused)]


def _model(body: Mapping[str, Json], catalog: Catalog) -> tuple[str, str]:
    """AIR and name of an order's model; the name falls back to the AIR."""
    asked = str(body.get("model"))
    model = catalog.find(asked)
    return (asked, asked) if model is None else (model.air, model.name)


def blocks(asked: Asked, events: Events) -> dict[str, Json]:
    """The blocks of a reply."""
    shown = [
        (event, _day(event, asked))
        for event in events
        if asked.shows_key and (not asked.models or event.model in asked.models)
    ]
    inside = [(event, day) for event, day in shown if asked.first <= day <= asked.last]
    counted = [(event, day) for event, day in inside if _counts(event, asked.operation)]
    meta = _meta(asked, [event for event, _ in counted], sum(event.requests for event, _ in inside))
    return {BLOCKS[group]: {"data": _rows(group, asked, counted), "meta": meta} for group in asked.groups}


def _day(event: Event, asked: Asked) -> date:
    return datetime.fromtimestamp(event.at, UTC).astimezone(asked.zone).date()


def _counts(event: Event, operation: str) -> bool:
    """Whether a report of this kind is about the event."""
    match operation:
        case "getUsageActivity":
            return event.requests > 0
        case "getUsagePerformance":
            return event.seconds is not None
    return event.client_errors + event.server_errors > 0


def _rows(group: str, asked: Asked, inside: Sequence[tuple[Event, date]]) -> list[dict[str, Json]]:
    named = asked.groups if asked.crossed and group == "date" else (group,)
    buckets: dict[tuple[str, ...], list[Event]] = {}
    for event, day in inside:
        place = {"date": day.isoformat(), "model": event.model, "apiKey": asked.key}
        buckets.setdefault(tuple(place[name] for name in named), []).append(event)
    rows = []
    for values, bucket in sorted(buckets.items()):
        row: dict[str, Json] = dict(zip(named, values, strict=True))
        row |= {"modelName": bucket[0].name} if "model" in named else {}
        rows.append(row | _figures(asked.operation, bucket))
    return rows


def _figures(operation: str, bucket: Sequence[Event]) -> dict[str, Json]:
    """What a row says. A sum with an unknown amount is left out, which is never 0."""
    match operation:
        case "getUsageActivity":
            spend = _spend(bucket)
            count = {"count": sum(event.requests for event in bucket)}
            return count | ({} if spend is None else {"spend": spend})
        case "getUsagePerformance":
            times = _times(bucket)
            return {
                "avgInferenceTime": fmean(times) if times else None,
                "p90InferenceTime": _percentile(times, 90),
                "p99InferenceTime": _percentile(times, 99),
            }
    client, server = (sum(getattr(event, name) for event in bucket) for name in ("client_errors", "server_errors"))
    return {"clientErrors": client, "serverErrors": server}


def _meta(asked: Asked, events: Events, requests: int) -> dict[str, Json]:
    """The totals. `requests` are those of the days, whatever the report is about."""
    match asked.operation:
        case "getUsageActivity":
            spend, days = _spend(events), (asked.last - asked.first).days + 1
            counts: dict[str, Json] = {"totalRequests": requests}
            counts["totalResults"] = sum(event.results for event in events)
            if spend is None:
                return counts
            average = round(spend / days, 6)
            projected = round(spend / days * _PROJECTED_DAYS, 6)
            return counts | {"totalSpend": spend, "avgDailySpend": average, "projectedSpend": projected}
        case "getUsagePerformance":
            times = _times(events)
            names = {"p50InferenceTime": 50, "p90InferenceTime": 90, "p99InferenceTime": 99}
            shares = {name: _percentile(times, share) for name, share in names.items()}
            return {"avgInferenceTime": fmean(times), **shares} if times else {}
    errors = sum(event.client_errors + event.server_errors for event in events)
    return {"totalErrors": errors} | ({"errorRate": round(100 * errors / requests, 2)} if requests else {})


def _spend(events: Events) -> float | None:
    amounts = [event.usd for event in events]
    return None if None in amounts else round(float(sum(usd for usd in amounts if usd is not None)), 6)


def _times(events: Events) -> list[float]:
    return sorted(event.seconds for event in events if event.seconds is not None)


def _percentile(times: Sequence[float], share: int) -> float | None:
    """The smallest time that at least `share` per cent do not exceed."""
    return times[-(-len(times) * share // 100) - 1] if times else None
