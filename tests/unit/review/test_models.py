from builders import request
from unit.review.changes import BASE, HEAD, reviewed, side

from ltxspec.review.models import Kind


def test_shots_are_counted_by_kind() -> None:
    review = reviewed(side(BASE), side(HEAD, request("alley", "rain"), request("pier", "fog")))
    assert {kind: review.count(kind) for kind in Kind if review.count(kind)} == {Kind.PENDING: 2}
