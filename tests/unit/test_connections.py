"""The words for a connection that did not come about; real ones are in `test_client.py`."""

import ssl

import httpx
import pytest

from ltxspec.connections import no_connection, place_of

URL = httpx.URL("https://me:canary@api.example.test:8443/v1?token=canary")


def told(cause: Exception, error: Exception | None = None) -> str:
    error = error or httpx.ConnectError("canary")
    error.__cause__ = cause
    trouble = no_connection(error, URL, uses_proxy=False)
    return trouble.line if trouble else ""


@pytest.mark.parametrize(("code", "words"), [(9, "is not valid yet"), (10, "has expired"), (77, "is not accepted")])
def test_a_certificate_s_trouble_is_told_by_its_code(code: int, words: str) -> None:
    cause = ssl.SSLCertVerificationError()
    cause.verify_code = code
    assert told(cause).startswith(f"the certificate of `api.example.test` {words}; ")


def test_causes_are_found_in_groups_too_and_nothing_secret_is_told() -> None:
    refused = ConnectionRefusedError(111, "canary")
    words = told(ExceptionGroup("canary", [refused]))
    assert words.startswith("nothing answers at `https://api.example.test:8443/v1`; ")
    assert "canary" not in words


def test_what_is_no_failed_connection_has_no_words_here() -> None:
    assert told(OSError(), httpx.ReadTimeout("slow")) == ""
    assert place_of(URL) == "https://api.example.test:8443/v1"
