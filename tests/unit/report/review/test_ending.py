from builders import lockfile, record, request, take
from replacing import replace
from unit.report.reviews import many
from unit.review.changes import BASE, HEAD, reviewed, side

from ltxspec.report.review.ending import can_be_ordered, ending
from ltxspec.report.review.page import Page
from ltxspec.review.models import ApplyRefusal, Review

ADVICE = "To render this now, comment `/ltxspec apply`."


def text(review: Review, advice: str = "") -> str:
    return "\n\n".join(ending(review, Page(advice=advice)))


def test_how_to_order_stands_beside_the_digest() -> None:
    review = many(2)
    assert text(review, ADVICE).startswith(
        f"**Order:** {ADVICE} By hand, run the first command below. Only plan <code>{review.plan_digest[:19]}</code> "
        f"is bought; one that differs is refused.\n\n```sh\nltxspec apply --approved {review.plan_digest}\n"
    )
    assert text(review).startswith("**Order:** Run the first command below.")


def test_where_there_is_nothing_to_order_no_order_is_explained() -> None:
    refused = replace(many(1), refusals=(ApplyRefusal("policy", "no"),))
    for review in (refused, replace(many(1), plan_digest=""), reviewed(side(BASE), side(HEAD))):
        assert not can_be_ordered(review)
        assert "**Order:**" not in text(review)
        assert "--approved" not in text(review)


def test_how_to_judge_a_take_is_said_where_one_was_bought() -> None:
    owned = lockfile(**{"alley[it's]": record(take("rain"))})
    review = reviewed(side(BASE), side(HEAD, request("alley[it's]", "rain"), lock=owned))
    said = text(review)
    assert "**Approve:** `ltxspec approve` or `ltxspec reject` a take" in said
    assert "The linked page only shows" in said
    assert "ltxspec approve 'night.alley[it'\"'\"'s]'  # or: reject … --note 'too dark' --at 1.5" in said
    assert "**Approve:**" not in text(many(1))
