"""Kind, prompts and fields of a shot follow from its requests."""

from collections.abc import Callable

import pytest
from builders import request
from replacing import replace
from unit.report.reviews import many, rich_review
from unit.review.changes import BASE, HEAD, reviewed, side

from ltxspec.plan.actions import FieldChange
from ltxspec.report.review.shown import shown_differently
from ltxspec.review.models import Review, ShotKind, ShotReview

NESTED = {"inputs": {"frameImages": [{"image": "a.jpg", "a/b~c": 1}]}, "safety": {"checkContent": True}}


def edited() -> Review:
    """A shot that nobody has rendered, on both sides, with fields at every depth."""
    new = request("alley", "b", fps=50)
    new = replace(new, body={**new.body, **NESTED})
    return reviewed(side(BASE, request("alley", "a", fps=25, seed=1)), side(HEAD, new))


@pytest.mark.parametrize("review", [rich_review(), many(3), edited()], ids=["rich", "edited", "not rendered"])
def test_what_a_review_shows_follows(review: Review) -> None:
    assert [shown_differently(shot) for shot in review.shots] == [None] * len(review.shots)


Forge = Callable[[ShotReview], ShotReview]
FORGED: dict[str, tuple[str, Forge, str]] = {
    "spending as a move": ("alley", lambda shot: replace(shot, kind=ShotKind.MOVED), "/kind"),
    "pending without a plan": ("procession", lambda shot: replace(shot, kind=ShotKind.PENDING, change=None), "/kind"),
    "another prompt": ("procession", lambda shot: replace(shot, prompt_after="x"), "/prompt/after"),
    "no prompt": ("procession", lambda shot: replace(shot, prompt_after=None), "/prompt/after"),
    "another earlier prompt": ("procession", lambda shot: replace(shot, prompt_before="x"), "/prompt/before"),
    "a field less": ("procession", lambda shot: replace(shot, changes=shot.changes[1:]), "/changes"),
    "an update told otherwise": ("coast", lambda shot: replace(shot, changes=()), "/changes"),
}


@pytest.mark.parametrize(("name", "forge", "place"), FORGED.values(), ids=FORGED)
def test_what_does_not_follow_is_named(name: str, forge: Forge, place: str) -> None:
    (shot,) = [shot for shot in rich_review().shots if shot.address.instance == name]
    assert shown_differently(forge(shot)) == place


@pytest.mark.parametrize(
    ("path", "after", "follows"),
    [
        ("/fps", 50, True),
        ("/fps", 25, False),
        ("/fps", True, False),
        ("/fps", None, False),
        ("/seed", None, True),
        ("/seed", 2, False),
        ("/safety/checkContent", True, True),
        ("/safety/checkContent", 1, False),
        ("/inputs/frameImages/0/image", "a.jpg", True),
        ("/inputs/frameImages/0/image", "a.jpg [redacted]", True),
        ("/inputs/frameImages/0/a~1b~0c", 1, True),
        ("/inputs/frameImages/7/image", "a.jpg", False),
        ("/inputs/frameImages/x/image", None, True),
        ("/fps/deeper", 50, False),
        ("/files/a.jpg", "sha256:2", True),
    ],
)
def test_a_field_of_a_shot_that_nobody_rendered_is_told_as_the_request_has_it(
    path: str, after: object, *, follows: bool
) -> None:
    (shot,) = edited().shots
    found = shown_differently(replace(shot, changes=(FieldChange(path, None, after),)))
    assert found == (None if follows else "/changes")
