import io
import json

from jsonschema import Draft202012Validator
from unit.report.runs import DONE, EVENTS, FAILED, summary

from ltxspec.report.apply.document import events_schema
from ltxspec.report.apply.views import view_for
from ltxspec.report.terminal import Style


def show(form: str, style: Style | None = None) -> tuple[str, str]:
    """What a whole run writes to (stdout, stderr)."""
    out, err = io.StringIO(), io.StringIO()
    with view_for(form, out, err, style or Style()) as view:
        for event in EVENTS:
            view.emit(event)
        view.finish(summary(DONE, FAILED))
    return out.getvalue(), err.getvalue()


def test_plain_lines_tell_the_story_and_skip_what_is_nothing_new() -> None:
    out, err = show("text")
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
