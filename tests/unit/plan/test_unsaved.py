"""A plan warns of takes that only the provider has, from the lockfile alone: no clock, no network, no other digest."""

from builders import change, lockfile, output, record, request, take
from replacing import replace

from ltxspec.lock.models import Take
from ltxspec.plan.actions import Action
from ltxspec.plan.recorded import RecordedState
from ltxspec.plan.unsaved import unsaved_warning


def made(number: int, ends: str | None, *, saved: bool = False) -> Take:
    video = output(number) if saved else replace(output(number), sha256=None)
    return replace(take(number=number), outputs=(video,), expires_at=ends)


HAVE = {
    "night": RecordedState(
        lockfile(
            later=record(made(1, "2026-11-29T12:00:00Z")),
            first=record(made(2, "2026-11-29T12:00:00+02:00")),
            saved=record(made(3, "2026-11-28T12:00:00Z", saved=True)),
            kept=record(made(4, None)),
        )
    )
}


def test_the_time_is_named_whether_it_is_past_or_to_come() -> None:
    (found,) = unsaved_warning([change(Action.NO_OP, request("later"))], HAVE)
    assert (found.severity, found.code) == ("warning", "unsaved")
    assert found.message == (
        "the video of `night.later` was never archived, and its address expires at 2026-11-29T12:00:00Z"
    )
    assert found.hint == "`ltxspec archive rescue` saves what expires first"


def test_several_are_one_warning_with_the_one_that_expires_first() -> None:
    changes = [change(Action.NO_OP, request(name)) for name in ("later", "first", "later")]
    (found,) = unsaved_warning(changes, HAVE)
    assert found.message == (
        "the videos of 2 shots were never archived, and their addresses expire: that of `night.first` is the first, at "
        "2026-11-29T12:00:00+02:00"
    )


def test_what_is_archived_or_has_no_known_end_or_no_take_is_not_mentioned() -> None:
    changes = [change(Action.NO_OP, request(name)) for name in ("saved", "kept")]
    assert unsaved_warning([*changes, change(Action.CREATE, request("new"))], HAVE) == []
