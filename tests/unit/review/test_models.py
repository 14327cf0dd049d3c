from builders import request
from unit.review.changes import BASE, HEAD, reviewed, side

from ltxspec.review.models import ShotKind


def test_shots_are_counted_by_kind() -> None:
    review = reviewed(side(BASE), side(HEAD, request("alley", "rain"), request("pier", "fog")))
    assert {kind: review.count(kind) for kind in ShotKind if review.count(kind)} == {ShotKind.PENDING: 2}
