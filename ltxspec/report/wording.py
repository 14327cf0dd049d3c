"""The wording of plans, shared by all plan reports. Results are clean text on one line, without markup."""

import re
import sys
from collections.abc import Mapping, Sequence

import orjson

from ltxspec.lock.facts import FactChange
from ltxspec.plan.actions import Action, Change, FieldChange, Plan, estimate, reckoned
from ltxspec.redaction import redact_secrets
from ltxspec.render.references import Reference, read_name
from ltxspec.report.jsontext import as_text
from ltxspec.report.terminal import clean, cluster_start, fit, width_of
from ltxspec.services import is_free
from ltxspec.values import Json, Usd, dollars, money_text, total_usd

# What applying does, for readers who do not know the signs yet.
MEANINGS: Mapping[Action, str] = {
    Action.CREATE: "render for the first time",
    Action.REPLACE: "render again; the earlier takes are kept",
    Action.UPDATE: "record what changed without rendering; costs nothing",
    Action.RESTORE: "go back to a take already paid for; costs nothing",
    Action.MOVE: "keep the takes under the new name; costs nothing, nothing paid is lost",
    Action.RETIRE: "no longer in the spec; costs nothing, its takes are kept",
    Action.RESUME: "collect what is already ordered; the money is committed and not paid again",
    Action.BLOCKED: "nothing is ordered until the shot is edited or retried",
    Action.HELD: "not ordered: waits for an approval, or for its source; costs nothing now",
    Action.NO_OP: "up to date",
}

DIGITS = 16  # digits of a content hash that are shown: enough to see a difference, and too many to match on purpose

_OUTCOMES: Mapping[Action, str] = {
    Action.RESUME: "to resume",
    Action.UPDATE: "updated",
    Action.RESTORE: "restored",
    Action.MOVE: "moved",
    Action.RETIRE: "retired",
    Action.BLOCKED: "blocked",
    Action.HELD: "held",
    Action.NO_OP: "unchanged",
}

_LONG_TEXT = 40  # characters from which a changed string is worth comparing word by word
_CONTENT_HASH = re.compile(r"sha256:([0-9a-f]{8})[0-9a-f]{56}(/frame-[0-9]+/[a-z0-9.]+)?")  # and the frame of a video
_URL_QUERY = re.compile(r"(https?://[^\s?#\"]+)\?[^\s#\"]*")
_DATA_URI = re.compile(r"(data:[\w/+.-]+;base64,)[A-Za-z0-9+/=_-]{16,}")


def size(change: Change) -> str:
    """The format of a render, from its request: `1920×1080, 8 s, 25 fps, audio, 1 image`."""
    if change.request is None:
        return ""
    body = change.request.body
    parts = [
        f"{body['width']}×{body['height']}" if "width" in body and "height" in body else "",
        str(body.get("resolution", "")),
        f"{body['duration']:g} s" if isinstance(body.get("duration"), int | float) else "",
        f"{body['fps']:g} fps" if isinstance(body.get("fps"), int | float) else "",
        "audio" if _has_audio(body) else "",
        _counted(len(_list(body, "inputs", "frameImages")), "image"),
        _counted(body["numberResults"], "video") if body.get("numberResults", 1) != 1 else "",
    ]
    return clean(", ".join(part for part in parts if part))


def _has_audio(body: Mapping[str, Json]) -> bool:
    blocks = [body.get("settings"), *_mapping(body.get("providerSettings")).values()]
    return any(_mapping(block).get(name) is True for block in blocks for name in ("generateAudio", "audio"))


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict | Mapping) else {}  # checking for dict first is ten times as fast


def _list(body: Mapping[str, Json], key: str, inner: str) -> Sequence[Json]:
    value = _mapping(body.get(key)).get(inner)
    return value if isinstance(value, list) else []


def _counted(number: int, noun: str) -> str:
    return counted(number, noun) if number else ""


def counted(number: int, noun: str) -> str:
    """`1 shot`, `10,000 shots`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def money(amount: Usd) -> str:
    """`$0.48`."""
    return dollars(amount)


def cost(change: Change) -> str:
    """What a shot's action costs: `$0.48`, `price unknown` or `no cost`."""
    if change.action is Action.HELD:
        return money_text(change.estimate, "later: price unknown", "later: {}")
    if not is_counted(change):
        return "no cost"
    return money_text(change.estimate, "price unknown")


def cost_together(changes: Sequence[Change]) -> str:
    """What shots with the same action cost: `$1.92`, `later: $1.92` or `no cost`."""
    is_held = changes[0].action is Action.HELD
    if not is_held and not is_counted(changes[0]):
        return "no cost"
    return ("later: " if is_held else "") + amount(*total_usd(change.estimate for change in changes))


def is_sized(change: Change) -> bool:
    """Whether the format of a change is worth telling: it is ordered now, or once nothing holds it."""
    return is_counted(change) or change.action is Action.HELD


def is_counted(change: Change) -> bool:
    """Whether a change counts in the estimate: it orders something, or was already ordered."""
    return change.action.spends or change.action is Action.RESUME


def amount(known: Usd, unknown: int) -> str:
    """A sum: `$1.92`, `≥ $1.92 + 1 unknown`, `1 unknown`. An unknown price is never shown as 0."""
    if not unknown:
        return money(known)
    return f"≥ {money(known)} + {unknown:,} unknown" if known else f"{unknown:,} unknown"


def total(plan: Plan) -> tuple[Usd, int]:
    """The cost of a plan: (known sum, number of unknown prices), including what is already ordered."""
    sums = estimate(plan.changes)
    return sums.usd + sums.under_way, sums.unknown + sums.under_way_unknown


def headline(plan: Plan) -> str:
    """The last line of a plan, stable enough to grep.

    `Plan: 3 to render (1 create, 2 replace), 1 moved, 41 unchanged. Estimated $1.92.` or
    `No changes. 4 shots up to date; $4.80 spent.`; with the sandbox, a note says that nothing is charged.
    """
    return charged(_headline(plan) + _shard(plan), plan.provider)


def _shard(plan: Plan) -> str:
    """Which part of which whole a plan is; empty if it is the whole."""
    if plan.part is None:
        return ""
    whole = plan.part.whole
    return (
        f" Shard {plan.part.shard} of {amount(whole.usd + whole.under_way, whole.unknown + whole.under_way_unknown)}."
    )


def charged(line: str, provider: str) -> str:
    """A sentence about costs, with a note for a free provider: `Spent $0.54 (sandbox: nothing is charged).`."""
    body, note = line.removesuffix("."), f" ({provider}: nothing is charged)" if is_free(provider) else ""
    return f"{body}{note}{line[len(body) :]}"


def _headline(plan: Plan) -> str:
    found = plan.counts()
    counts = {action: found[action] for action in Action}
    later = f", {len(plan.later):,} left for later" if plan.later else ""
    if counts[Action.NO_OP] == len(plan.changes) and not plan.later:
        paid = f"; {spent(plan)}" if plan.spent else ""
        return f"No changes. {counted(counts[Action.NO_OP], 'shot')} up to date{paid}."
    orders = {action: number for action, number in counts.items() if action.spends and number}
    kinds = ", ".join(f"{number:,} {action}" for action, number in orders.items())
    parts = [f"{sum(orders.values()):,} to render" + (f" ({kinds})" if kinds else "")]
    parts += [f"{counts[action]:,} {word}" for action, word in _OUTCOMES.items() if counts[action]]
    cost = f"{_estimated(plan)}{_held(plan)}{higher(reckoned(plan.changes))}"
    return f"Plan: {', '.join(parts)}{later}. Estimated {cost}."


def _held(plan: Plan) -> str:
    """What the shots that wait would cost besides; empty if none does."""
    held = [change.estimate for change in plan.changes if change.action is Action.HELD]
    return f", and {amount(*total_usd(held))} held" if held else ""


def higher(packaged: Usd | None) -> str:
    """A note for a price that a project file lowers below the packaged one; empty if none does."""
    return "" if packaged is None else f"; {money(packaged)} by ltxspec's own prices, which limits use"


def _estimated(plan: Plan) -> str:
    sums, (known, unknown) = estimate(plan.changes), total(plan)
    if unknown and not known:
        committed = f", of which {sums.under_way_unknown:,} already committed" if sums.under_way_unknown else ""
        return f"cost unknown for {counted(unknown, 'shot')}{committed}"
    if not plan.count(Action.RESUME):
        return amount(known, unknown)
    return f"{amount(known, unknown)}, of which {amount(sums.under_way, sums.under_way_unknown)} already committed"


def spent(plan: Plan, specs: Sequence[str] | None = None) -> str:
    """The cost of the takes of some specs (default: all): `$4.80 spent`; of a free provider, `takes worth $4.80`."""
    pairs = [pair for name, pair in (plan.spent or {}).items() if specs is None or name in specs]
    known, unknown = sum((usd for usd, _ in pairs), Usd(0)), sum(number for _, number in pairs)
    rest = " with the shots left out" if plan.is_part else ""
    return (
        f"takes worth {amount(known, unknown)}{rest}"
        if is_free(plan.provider)
        else f"{amount(known, unknown)} spent{rest}"
    )


def field_name(pointer: str) -> str:
    """A JSON Pointer in readable form: `prompt`, `inputs.frameImages[0].image`, `content of assets/alley.jpg`."""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    match parts:
        case ["positivePrompt"]:
            return "prompt"
        case ["files", name] if (reference := read_name(name)) is not None:
            taken, _, picked = frame_of(reference).partition(", ")
            return clean(f"{taken} of {reference.source}") + (f" ({picked})" if picked else "")
        case ["files", name]:
            return f"content of {clean(name)}"
        case ["providerSettings", _, *rest] if rest:
            parts = rest
        case _:
            pass
    name = "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in parts)
    return clean(name.removeprefix(".")) or "request"


def frame_of(reference: Reference) -> str:
    """What a reference takes, in short: `last frame`, `frame at 3.5 s, take 2`, `video`."""
    match reference.at:
        case None:
            taken = "video"
        case str():
            taken = f"{reference.at} frame"
        case _:
            taken = f"frame at {reference.at:g} s"
    picked = [f"{name} {value}" for name, value in (("take", reference.take), ("result", reference.result)) if value]
    return ", ".join([taken, *picked])


def fact(change: FactChange) -> str:
    """A recorded fact that changed: `outputs[0].cost: $0.48 → $0.01`."""
    before, after = _recorded(change.path.rpartition("/")[2], change.before, change.after)
    return f"{field_name(change.path)}: {before} → {after}{' (expected)' if change.expected else ''}"


def _recorded(name: str, *sides: Json) -> tuple[str, ...]:
    if name not in {"cost", "sha256"}:
        return values(*sides)
    known = [f"${item}" if name == "cost" else f"{str(item)[:DIGITS]}…" for item in sides]
    return tuple(
        value(item) if not isinstance(item, str) else clean(text) for item, text in zip(sides, known, strict=True)
    )


def value(item: Json, width: int = 60) -> str:
    """A value on one line: long values are cut, hashes and data shortened, query strings (often secrets) left out."""
    if item is None:
        return "unset"
    text = item if isinstance(item, str) and item and not _looks_like_json(item) else as_text(item)
    text = _CONTENT_HASH.sub(r"\1…", text)
    text = redact_secrets(_DATA_URI.sub(r"\1…", _URL_QUERY.sub(r"\1?…", text)))
    return fit(clean(text), width)


def values(before: Json, after: Json, width: int = 60) -> tuple[str, str]:
    """Both sides of a change, formatted by `value`. A common beginning is cut first, so that the difference shows."""
    one, other = value(before, sys.maxsize), value(after, sys.maxsize)
    alike = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    start = alike - width // 4
    if start > 0 and max(width_of(one), width_of(other)) > width:
        start = cluster_start(one, start)
        one, other = f"…{one[start:]}", f"…{other[start:]}"
    return fit(one, width), fit(other, width)


def _looks_like_json(text: str) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def is_text(change: FieldChange) -> bool:
    """Whether both sides are prose, to be compared word by word."""
    both = (change.before, change.after)
    if not all(isinstance(item, str) for item in both):
        return False
    return change.path == "/positivePrompt" or any(len(item) >= _LONG_TEXT and " " in item for item in both)


def prompt(change: Change) -> str:
    """The prompt of a shot as clean text; empty if there is none."""
    text = change.request.body.get("positivePrompt", "") if change.request else ""
    return clean(str(redact_secrets(text))).strip() if isinstance(text, str) else ""
