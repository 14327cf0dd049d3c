import io
import json
from itertools import count

from jsonschema import Draft202012Validator
from unit.report.runs import DONE, EVENTS, FAILED, PRICE, TASK, summary

from ltxspec.apply.events import ApplyEvent, EventKind
from ltxspec.report.apply.document import events_schema
from ltxspec.report.apply.progress import Expected
from ltxspec.report.apply.views import Loudness, PlainView, ViewSettings, view_for
from ltxspec.report.terminal import Style
from ltxspec.values import ShotAddress


def show(form: str, style: Style | None = None, loudness: Loudness = Loudness.USUAL) -> tuple[str, str]:
    """What a whole run writes to (stdout, stderr)."""
    out, err = io.StringIO(), io.StringIO()
    with view_for(form, out, err, ViewSettings(style or Style(), loudness=loudness)) as view:
        for event in EVENTS:
            view.emit(event)
        view.finish(summary(DONE, FAILED))
    return out.getvalue(), err.getvalue()


def test_a_log_has_every_event_with_verbose() -> None:
    out, err = show("text", loudness=Loudness.VERBOSE)
    assert err.splitlines() == [
        "night-scenes.monastery: move recorded",
        "night-scenes.alley: ordered",
        "night-scenes.weather[rain,dusk]: ordered",
        "night-scenes.weather[rain,dusk]: no answer within 30 s; looking it up before anything else is sent",
        "night-scenes.alley: rendering, 0 %",
        "night-scenes.alley: rendering, 30 %",
        "night-scenes.alley: rendering, 60 %",
        "night-scenes.alley: rendering, 90 %",
        "night-scenes.alley: rendered, $0.48 (72 s)",
        "night-scenes.alley: archived and recorded",
        "night-scenes.weather[rain,dusk]: contentFlagged: \\x1b[2Jrefused (3 s)",
        "stopping: no more orders",
    ]
    assert out.splitlines()[-1] == "Applied: 1 rendered, 1 failed. Spent $0.48."


def test_a_log_has_only_what_must_not_be_missed_and_where_the_run_is() -> None:
    out, err = show("text")
    assert err.splitlines() == [
        "night-scenes.weather[rain,dusk]: no answer within 30 s; looking it up before anything else is sent",
        "night-scenes.weather[rain,dusk]: contentFlagged: \\x1b[2Jrefused (3 s)",
        "stopping: no more orders",
        "2/2 done, $0.48 of $0.00, 0 in progress, 1 failed",
    ]
    assert out.splitlines()[-1] == "Applied: 1 rendered, 1 failed. Spent $0.48."


def test_quiet_is_failures_and_the_last_line() -> None:
    out, err = show("text", loudness=Loudness.QUIET)
    assert out == "Applied: 1 rendered, 1 failed. Spent $0.48.\n"
    assert [line.partition(":")[0] for line in err.splitlines()] == ["night-scenes.weather[rain,dusk]"] * 2


def many(number: int, kind: EventKind, message: str, seconds: float = 0.0) -> list[str]:
    """The lines of a run of so many shots, each with one event, `seconds` apart."""
    err, times = io.StringIO(), count(0.0, seconds)
    view = PlainView(io.StringIO(), err, Style(), Expected(number, PRICE * number), lambda: next(times))
    for shot in range(number):
        view.emit(ApplyEvent(kind, message, ShotAddress("many", f"shot-{shot}"), TASK, cost=PRICE))
    view.finish(summary(DONE))
    return err.getvalue().splitlines()


def test_a_long_run_says_now_and_then_where_it_is() -> None:
    lines = many(1000, EventKind.SHOT_COMMITTED, "recorded", seconds=1.0)
    assert len(lines) == 67
    assert lines[0] == "15/1,000 done, $7.20 of $480.00, 0 in progress"
    assert lines[-1] == "1,000/1,000 done, $480.00 of $480.00, 0 in progress"


def test_the_end_is_not_said_twice() -> None:
    lines = many(15, EventKind.SHOT_COMMITTED, "recorded", seconds=1.0)
    assert lines == ["15/15 done, $7.20 of $7.20, 0 in progress"]


def test_what_happens_to_very_many_shots_is_said_a_few_times_and_counted() -> None:
    lines = many(1000, EventKind.SHOT_HELD_BACK, "not ordered: the cost limit would be exceeded")
    assert len(lines) == 7
    assert lines[5] == "995 more shots: not ordered: the cost limit would be exceeded"


def test_every_failure_is_said() -> None:
    assert len(many(30, EventKind.SHOT_FAILED, "contentFlagged: refused")) == 31


def test_json_is_one_valid_document_a_line_on_standard_output_only() -> None:
    out, err = show("json")
    documents = [json.loads(line) for line in out.splitlines()]
    validator = Draft202012Validator(events_schema())
    for document in documents:
        validator.validate(document)
    assert [document["type"] for document in documents] == [*(event.kind.value for event in EVENTS), "run-finished"]
    assert documents[-1]["summary"]["spent"] == {"usd": "0.48", "unknown": 0}
    assert err == ""


def test_json_keeps_unknown_money_null() -> None:
    out, _ = show("json")
    failed = next(d for d in map(json.loads, out.splitlines()) if d["type"] == "shot-failed")
    assert (failed["cost"], failed["code"]) == (None, "contentFlagged")


def test_a_finished_run_must_carry_its_summary() -> None:
    out, _ = show("json")
    last = json.loads(out.splitlines()[-1])
    del last["summary"]
    assert not Draft202012Validator(events_schema()).is_valid(last)


def test_colour_on_standard_error_does_not_colour_a_piped_result() -> None:
    out, err = show("text", Style(color=True))
    assert "\x1b[31m" in err
    assert "\x1b" not in out
