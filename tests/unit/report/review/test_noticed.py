from builders import change, request, take
from replacing import replace

from ltxspec.lock.models import Take
from ltxspec.plan.actions import Action
from ltxspec.report.review.noticed import Noticed, failures, unmet, unmet_phrase
from ltxspec.review.models import ShotKind, ShotReview, Unmet
from ltxspec.values import ShotAddress

SILENT = Unmet("audio", "it has no audio")


def shot(name: str, *found: Unmet, bought: tuple[Take, ...] = ()) -> ShotReview:
    return ShotReview(ShotAddress("night", name), ShotKind.RENDERED, unmet_after=found, bought=bought)


def failed(number: int, cost: str | None = None) -> Take:
    made = take("a", number=number, status="failed", cost=cost)
    return replace(made, code="flagged", message="refused")


def test_a_model_that_never_makes_audio_is_one_line() -> None:
    found = unmet([shot(f"s{number}", SILENT) for number in range(40)])
    assert found == [Noticed("audio: it has no audio", ("night.s0", "night.s1", "night.s2"), 37)]


def test_other_words_about_the_same_expectation_are_pointed_out() -> None:
    (found,) = unmet([shot("a", Unmet("fps", "it has 24")), shot("b", Unmet("fps", "it has 30")), shot("c")])
    assert (found.words, found.more) == ("fps: it has 24 (the first; others differ)", 0)
    assert unmet_phrase(Unmet("fps", None)) == "fps"


def test_what_was_approved_is_told_as_accepted_and_last() -> None:
    good, other = take(number=1), take(number=2)
    shots = [replace(shot("a", SILENT), after=good), replace(shot("b", SILENT), after=other)]
    assert unmet(shots, {good.task_id}) == [
        Noticed("audio: it has no audio", ("night.b",), 0),
        Noticed("audio: it has no audio, accepted by an approval", ("night.a",), 0),
    ]


def test_failures_with_the_same_message_are_one_line_with_their_cost() -> None:
    found = failures([shot("a", bought=(failed(1, "0.10"),)), shot("b", bought=(failed(2, "0.20"), take("a")))])
    assert found == [Noticed("flagged: refused", ("night.a", "night.b"), 0, "$0.30")]
    assert failures([shot("a", bought=(failed(1),))])[0].cost == "cost unknown"


def test_what_the_plan_says_of_a_failure_is_not_said_again() -> None:
    blocked = replace(change(Action.BLOCKED, request("a")), note="flagged: refused")
    assert failures([replace(shot("a", bought=(failed(1),)), change=blocked)]) == []
