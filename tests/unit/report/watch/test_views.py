import io
import json

from builders import change

from ltxspec.errors import Diagnostic, Invalid, Location
from ltxspec.plan.actions import Action, Plan
from ltxspec.plan.edits import Broken, Planned, edit_between
from ltxspec.report.terminal import Style
from ltxspec.report.watch.views import JsonWatch, LiveWatch, TextWatch

NOTHING, SOMETHING = Plan("sandbox", [change(Action.NO_OP)]), Plan("sandbox", [change()])
BROKEN = Broken(["a.yaml"], Invalid([Diagnostic("error", "yaml", "half written", Location("a.yaml", 1, 1))]))
WARNING = Diagnostic("warning", "over-budget", "too dear")


def edited(*, mended: bool = False) -> Planned:
    return Planned(["a.yaml"], SOMETHING, edit_between(NOTHING, SOMETHING), [WARNING], mended)


def test_programs_get_one_document_a_line() -> None:
    out = io.StringIO()
    view = JsonWatch(out, "http://127.0.0.1:1/x/")
    for seen in (Planned([], NOTHING), edited(), BROKEN):
        view.show(seen)
    found = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [each["type"] for each in found] == ["planned", "planned", "failed"]
    assert {each["page"] for each in found} == {"http://127.0.0.1:1/x/"}


def test_text_keeps_data_and_errors_apart() -> None:
    out, err = io.StringIO(), io.StringIO()
    view = TextWatch(out, err, Style(), Style())
    for seen in (Planned([], NOTHING), BROKEN, edited(mended=True)):
        view.show(seen)
    assert out.getvalue().startswith("No changes. 1 shot up to date.") or "sandbox" in out.getvalue()
    assert "half written" not in out.getvalue()
    told = err.getvalue()
    assert told.index("Ctrl-C ends it") < told.index("error[yaml]: half written") < told.index("warning[over-budget]")


def test_in_a_terminal_an_error_goes_once_it_is_mended() -> None:
    out, err = io.StringIO(), io.StringIO()
    with LiveWatch(out, err, Style(), Style(width=80)) as view:
        view.show(BROKEN)
        view.show(BROKEN)
        shown = err.getvalue()
        assert shown.count("half written") == 2
        assert "\x1b[2K" in shown, "the first is drawn over"
        err.truncate(0)
        view.show(edited(mended=True))
        assert "\x1b[2K" in err.getvalue(), "what was drawn is removed"
    assert "No errors any more." in out.getvalue()


def test_an_error_is_removed_at_the_end() -> None:
    err = io.StringIO()
    with LiveWatch(io.StringIO(), err, Style(), Style()) as view:
        view.show(BROKEN)
        err.truncate(0)
    assert "\x1b[2K" in err.getvalue()
    assert err.getvalue().rstrip("\n").endswith("\x1b[?25h") or "\x1b[?25h" in err.getvalue(), "the cursor is back"
