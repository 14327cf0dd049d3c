"""The values of the ports that say something by themselves."""

from ltxspec.apply.ports import Claim


def test_a_claim_says_who_made_it_where_and_when() -> None:
    claim = Claim("a", "render-3", 17, "ltxspec apply", "2026-11-22T10:00:00.000Z", 3)
    assert claim.who == "`ltxspec apply` (process 17 on render-3) at 2026-11-22T10:00:00.000Z"
