from ltxspec.errors import Diagnostic
from ltxspec.render.concern import Concern, Found
from ltxspec.values import ShotAddress

ABOUT = Concern(lambda address: str(address) == "s.a[1]", lambda shot: str(shot) in ("s.a", "s.b"))
ERROR, WARNING = Diagnostic("error", "e", "it fails"), Diagnostic("warning", "w", "it may fail")


def test_what_the_run_is_about_stays_as_it_is() -> None:
    found: list[Found] = [
        (ERROR, [None]),
        (ERROR, [("a", "a[1]")]),
        (WARNING, [("b", "b")]),
        (ERROR, [("c", "c"), ("a", "a[1]")]),
    ]
    assert ABOUT.sort("s", found) == ([ERROR, ERROR, WARNING, ERROR], frozenset())


def test_an_error_of_others_is_a_warning_that_they_are_left_out() -> None:
    shown, left_out = ABOUT.sort("s", [(ERROR, [("a", "a[2]")]), (ERROR, [("c", "c"), ("d", "d")])])
    assert [(item.severity, item.message) for item in shown] == [
        ("warning", "it fails; `s.a[2]` is left out of this run"),
        ("warning", "it fails; `s.c` and 1 more are left out of this run"),
    ]
    assert left_out == {"a[2]", "c", "d"}


def test_warnings_of_others_are_not_shown() -> None:
    assert ABOUT.sort("s", [(WARNING, [("c", "c")])]) == ([], frozenset())


def test_a_shot_whose_instances_are_unknown_may_be_one_that_the_run_is_about() -> None:
    assert ABOUT.sort("s", [(ERROR, [("a", "a")])])[0] == [ERROR]
    assert ShotAddress("s", "a[1]").shot == "a"
