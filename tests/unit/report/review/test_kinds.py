from ltxspec.report.review.kinds import KINDS, counts_of
from ltxspec.review.models import ShotKind, ShotReview
from ltxspec.values import ShotAddress


def test_every_kind_has_a_word_and_is_counted() -> None:
    assert set(KINDS) == set(ShotKind)
    shots = [ShotReview(ShotAddress("night", "a"), kind) for kind in (ShotKind.HELD, ShotKind.PENDING, ShotKind.HELD)]
    counts = counts_of(shots)
    assert list(counts) == list(ShotKind)
    assert {kind: number for kind, number in counts.items() if number} == {ShotKind.PENDING: 1, ShotKind.HELD: 2}
