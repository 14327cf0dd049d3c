"""Everything that a provider may do wrong, and the results: the table of `docs/reliability.md`, as data.

Each row plays one fault against the real engine, client and sandbox (`test_faults.py`). `outcomes` says how the shot
ended in the first apply and in those after it; `charges` how often tasks were paid in all. Times are those of the
default settings; nobody waits for them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """One fault."""

    name: str
    outcomes: str  # how the shot ends in each apply, until there is nothing left to do
    charges: int
    faults: Sequence[Json] = ()
    behaviour: Json = field(default_factory=dict)
    cost: str | None = "0.36"  # what is recorded; None is unknown
    results: int = 1


def order(**fault: Any) -> list[Json]:
    """A fault of the call that orders."""
    return [{"task": "videoInference", **fault}]


def look(**fault: Any) -> list[Json]:
    """A fault of the call that asks how a task is doing."""
    return [{"task": "getResponse", **fault}]


DONE = "rendered"
LOST_REPLY = order(fault="drop", accepted=True)
LOST_ORDER = order(fault="drop", accepted=False)

ORDERS = [
    Row("nothing goes wrong", DONE, 1),
    *[
        Row(f"HTTP {status} to the order{header}, {taken}", DONE, 1, order(
            fault="status", status=status, accepted=taken == "accepted", retry_after=wait
        ))
        for status in (408, 429, 500, 503, 504)
        for taken in ("accepted", "not accepted")
        for header, wait in (("", None), (" with Retry-After", "30"))
    ],
    Row("HTTP 429 with an absurd Retry-After, not accepted", DONE, 1, order(
        fault="status", status=429, accepted=False, retry_after="86400"
    )),
    Row("HTTP 503 to the order three times, then accepted", DONE, 1, order(
        fault="status", status=503, accepted=False, times=3
    )),
    Row("HTTP 503 to every order of one run", "unresolved, rendered", 1, order(
        fault="status", status=503, accepted=False, times=4
    )),
    Row("the reply is lost, the order accepted", DONE, 1, LOST_REPLY),
    Row("the reply is lost, the order too", DONE, 1, LOST_ORDER),
    Row("the reply breaks off in its middle", DONE, 1, order(fault="cut")),
    Row("the reply is a page of HTML with 200", DONE, 1, order(fault="status", status=200, body="html")),
    Row("the reply is not JSON", DONE, 1, order(fault="status", status=200, body="garbage")),
    Row("the reply is empty, the order not accepted", DONE, 1, order(
        fault="status", status=200, body="empty", accepted=False
    )),
    Row("another task's error is in our reply", DONE, 1, order(fault="foreign-error")),
]  # fmt: skip

IDENTITY = [
    *[
        Row(f"reply lost; a used id is refused {words}", DONE, 1, LOST_REPLY, {"conflict": conflict})
        for conflict, words in (("forever", "for ever"), ("running", "only while it runs"), ("never", "never"))
    ],
    *[
        Row(f"order lost; unknown ids are answered {words}", DONE, 1, LOST_ORDER, {"unknown_task": answer})
        for answer, words in (("empty", "with nothing"), ("processing", "as running"), ("not-found", "as not found"))
    ],
    *[
        Row(f"reply lost; unknown ids are answered {words}, a used id is taken again", DONE, 1, LOST_REPLY,
            {"unknown_task": answer, "conflict": "never", "progress": False})
        for answer, words in (("empty", "with nothing"), ("processing", "as running"), ("not-found", "as not found"))
    ],
    Row("reply lost; accepted tasks are visible after 30 s, a used id is taken again", DONE, 1, LOST_REPLY,
        {"visible_after": 30.0, "conflict": "never"}),
    Row("reply lost; accepted tasks are visible after 100 s", DONE, 1, LOST_REPLY, {"visible_after": 100.0}),
    Row("the same, and the refused repeat overwrites the archive", DONE, 1, LOST_REPLY,
        {"visible_after": 100.0, "archive": "last"}),
    Row("the same, and the archive knows only finished tasks", DONE, 1, LOST_REPLY,
        {"visible_after": 100.0, "archive_running": "not-found"}),
    Row("reply lost, visible after 200 s; the repeat is refused by moderation", "unresolved, collected", 1,
        [*LOST_REPLY, *order(fault="refuse", code="contentPolicyViolation", message="No.", status=400, nth=2)],
        {"visible_after": 200.0}),
    Row("reply lost, visible after 200 s; the repeat finds no credits", "unresolved, collected", 1,
        [*LOST_REPLY, *order(fault="refuse", code="insufficientCredits", message="No.", status=402, nth=2)],
        {"visible_after": 200.0}),
]  # fmt: skip

LOOKS = [
    Row("looks answer 500, then work", DONE, 1, look(fault="status", status=500, times=3)),
    Row("looks answer 429 with Retry-After, then work", DONE, 1, look(
        fault="status", status=429, retry_after="20", times=2
    )),
    Row("a look is lost", DONE, 1, look(fault="drop", nth=2)),
    Row("a look's reply breaks off", DONE, 1, look(fault="cut", nth=2)),
    Row("a look is answered by a page of HTML", DONE, 1, look(fault="status", status=200, body="html", nth=2)),
    Row("another task's error is in a look's reply", DONE, 1, look(fault="foreign-error", nth=2, times=None)),
    Row("no look is answered for an hour", "unresolved, unresolved, collected", 1, look(
        fault="status", status=503, nth=2, times=700
    )),
    Row("the first look fails", f"held back, {DONE}", 1, look(fault="status", status=503, times=4)),
    Row("results come in another order each time, and twice", DONE, 1, (),
        {"item_order": "reversed", "repeat_items": True}, "0.72", 2),
    Row("an unknown status", DONE, 1, (), {"running_status": "marinating"}),
    Row("looks at a failed task answer 500", f"failed, {DONE}", 2, [{"fault": "fail"}], {"failed_poll_status": 500}),
    Row("the task never ends", "unresolved, unresolved, unresolved", 1, [{"fault": "hang"}]),
]  # fmt: skip

MONEY = [
    Row("the cost is missing", DONE, 1, (), {"cost": "missing"}, None),
    Row("the cost is zero", DONE, 1, (), {"cost": "zero"}, None),
    Row("the cost is negative", DONE, 1, (), {"cost": "negative"}, None),
    Row("the cost is higher than listed", DONE, 1, (), {"cost": "higher"}, "0.90"),
]

FAILURES = [
    Row("the render fails (the provider's time-out)", f"failed, {DONE}", 2, [{"fault": "fail"}]),
    Row("it fails, reported as an item", f"failed, {DONE}", 2, [{"fault": "fail", "form": "item"}]),
    Row("it fails every time", "failed, failed, failed, blocked", 3, [{"fault": "fail", "times": None}], cost=None),
    Row("moderation stops the render", "failed, blocked", 1, [{"fault": "fail", "code": "contentPolicyViolation"}],
        cost=None),
    Row("moderation refuses the order", "failed, blocked", 0, order(
        fault="refuse", code="contentPolicyViolation", message="No.", status=400
    ), cost="0"),
    Row("a parameter is refused", "failed, blocked", 0, order(
        fault="refuse", code="invalidDuration", message="No.", status=400
    ), cost="0"),
    Row("the order is lost, and its repeat is refused for a parameter", "failed, blocked", 0, [
        *LOST_ORDER, *order(fault="refuse", code="invalidDuration", message="No.", status=400)
    ], cost="0"),
    *[
        Row(f"the reply is lost, the order accepted, and its repeat is refused with `{code}`", DONE, 1, [
            *LOST_REPLY, *order(fault="error", code=code, message="No.", status=400, accepted=False, nth=2)
        ], {"visible_after": 30.0})
        for code in ("maxConcurrentTasks", "invalidTaskState", "invalidTaskUUID")
    ],
    *[
        Row(f"a look is refused with `{code}`", DONE, 1, look(
            fault="error", code=code, message="No.", status=400, nth=2
        ))
        for code in ("maxRequestsPerSecond", "maxPollsExceeded")
    ],
    Row("moderation refuses the order, with HTTP 503", "failed, blocked", 0, order(
        fault="refuse", code="contentPolicyViolation", message="No.", status=503
    ), cost=None),
    Row("the account is empty", f"held back, {DONE}", 1, order(
        fault="refuse", code="insufficientCredits", message="No.", status=402
    )),
    Row("one of four results fails", DONE, 1, [{"fault": "fail", "results": 1}], cost=None, results=4),
    Row("a result is flagged, and delivered", DONE, 1, [{"fault": "nsfw"}]),
]  # fmt: skip

# Codes that runware-sdk 1.8.0 knows and 1.4 did not, and what is unlike them: `docs/provider.md`.
CODES = [
    *[
        Row(f"the order is answered by `{code}`, {taken}", DONE, 1, order(
            fault="error", code=code, message="No.", accepted=taken == "accepted"
        ))
        for code in ("connectionLost", "environmentPaused", "conflictingState", "gpuOnFire")
        for taken in ("accepted", "not accepted")
    ],
    Row("the order is answered by `connectionLost` with HTTP 400, not accepted", DONE, 1, order(
        fault="error", code="connectionLost", message="No.", status=400, accepted=False
    )),
    Row("the order is refused by `environmentPaused` with HTTP 402", f"held back, {DONE}", 1, order(
        fault="error", code="environmentPaused", message="No.", status=402, accepted=False
    )),
    Row("the order is refused by `invalidProviderContent`", "failed, blocked", 0, order(
        fault="error", code="invalidProviderContent", message="No.", accepted=False
    ), cost="0"),
    Row("`invalidProviderContent` stops the render", "failed, blocked", 1, [
        {"fault": "fail", "code": "invalidProviderContent"}
    ], cost=None),
    *[
        Row(f"a look is answered by `{code}`, again and again", DONE, 1, look(
            fault="error", code=code, message="No.", nth=2, times=8
        ))
        for code in ("connectionLost", "environmentPaused", "conflictingState", "gpuOnFire")
    ],
    *[
        Row(f"a look says that `{code}` ended the task", "unresolved, unresolved, unresolved", 1, [
            {"fault": "fail", "code": code}
        ])
        for code in ("connectionLost", "conflictingState")
    ],
]  # fmt: skip

DOWNLOADS = [
    Row("the address answers 422 at first", DONE, 1, [{"fault": "video-status", "status": 422, "times": 3}]),
    Row("the address answers 502 at first", DONE, 1, [{"fault": "video-status", "status": 502, "body": "html"}]),
    Row("the download breaks off, again and again", DONE, 1, [{"fault": "video-cut", "times": 4}]),
    Row("it breaks off, and the server knows no ranges", DONE, 1,
        [{"fault": "video-cut"}, {"fault": "video-no-range", "times": None}]),
    Row("half a file, as if that were all", DONE, 1, [{"fault": "video-short", "times": 2}]),
    Row("half a file every time", "not archived, collected", 1, [{"fault": "video-short", "times": 3}]),
    Row("a page of HTML instead of the video", DONE, 1, [{"fault": "video-body", "body": "html", "times": 2}]),
    Row("a picture instead of the video", DONE, 1, [{"fault": "video-body", "body": "image", "times": 2}]),
    Row("a page of HTML instead of the video every time", "not archived, collected", 1,
        [{"fault": "video-body", "body": "html", "times": 3}]),
    Row("bytes that are no video", DONE, 1, [{"fault": "video-body", "body": "garbage", "times": 2}]),
    Row("the address answers 404 once", "not archived, collected", 1, [{"fault": "video-status", "status": 404}]),
    Row("the address is gone permanently", "not archived, not archived, not archived", 1,
        [{"fault": "video-status", "status": 410, "times": None}]),
]  # fmt: skip

GROUPS = {
    "The order and its reply": ORDERS,
    "Was it accepted?": IDENTITY,
    "Looking": LOOKS,
    "Money": MONEY,
    "Failures": FAILURES,
    "Codes of the newest clients": CODES,
    "Downloads": DOWNLOADS,
}

# What no look can tell apart: a service that takes used ids again and shows nothing of what it took. It is paid twice.
UNDECIDABLE = [
    Row("reply lost; visible after 100 s, and a used id is taken again", DONE, 2, LOST_REPLY,
        {"visible_after": 100.0, "conflict": "never"}),
    Row("reply lost; unknown ids are answered as running, the archive knows only finished tasks, the render takes "
        "longer than the grace time, and a used id is taken again", DONE, 2,
        [*LOST_REPLY, {"fault": "slow", "factor": 30.0}],
        {"unknown_task": "processing", "progress": False, "archive_running": "not-found", "conflict": "never"}),
]  # fmt: skip


def table(rows: Sequence[Row]) -> list[str]:
    """The rows as Markdown; rows that differ in nothing but the HTTP status are one line."""
    statuses: dict[tuple[str, str, int], list[str]] = {}
    for row in rows:
        first, status, rest = re.split(r"^HTTP (\d+)", row.name) if row.name.startswith("HTTP ") else (row.name, "", "")
        statuses.setdefault((f"{first}{rest}", row.outcomes, row.charges), []).append(status)
    head = ["| what happens | how the shot ends, apply by apply | charges |", "|---|---|---|"]
    return head + [
        f"| {'HTTP ' if any(found) else ''}{', '.join(found)}{name} | {outcomes} | {charges} |"
        for (name, outcomes, charges), found in statuses.items()
    ]
