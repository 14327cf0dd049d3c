"""Where results are sent: shown without secrets, and known exactly by a digest."""

from ltxspec.plan.destinations import destination_of, is_shown_whole

HOOK = "https://calls.example/hook"


def test_an_order_that_sends_nothing_anywhere_has_no_destination() -> None:
    assert destination_of({}) is None


def test_a_secret_is_not_shown_and_counts() -> None:
    one, other = (destination_of({"webhookURL": f"{HOOK}?token={token}"}) for token in ("one", "other"))
    assert one is not None
    assert other is not None
    assert one.shown == other.shown == {"webhookURL": HOOK}
    assert one.digest != other.digest
    assert not is_shown_whole(one)


def test_what_holds_no_secret_is_shown_whole() -> None:
    found = destination_of({"webhookURL": HOOK, "ttl": 60})
    assert found is not None
    assert is_shown_whole(found)
