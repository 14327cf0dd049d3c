"""The words that forges and their callers share."""

from ltxspec.forges.port import Denied, ForgeError, Unsettled


def test_a_refusal_is_an_error_of_the_forge_that_ends_with_one() -> None:
    assert issubclass(Denied, ForgeError)
    assert (ForgeError("busy").exit_code, ForgeError.code) == (1, "forge")


def test_an_unsettled_write_says_why_and_how_long_to_wait() -> None:
    trouble = Unsettled("status 429", 7.0)
    assert (str(trouble), trouble.reason, trouble.wait) == ("status 429", "status 429", 7.0)
    assert Unsettled("no answer").wait is None
