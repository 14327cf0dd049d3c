import json
from typing import Any

import pytest

from ltxspec.forges.explaining import explanation


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"message": "Not Found", "documentation_url": "https://x.example"}, "Not Found"),
        (
            {
                "message": "Validation Failed",
                "errors": [{"resource": "IssueComment", "field": "body", "code": "custom", "message": "is too long"}],
            },
            "Validation Failed; body is too long",
        ),
        (
            {
                "message": "Validation Failed",
                "errors": [{"resource": "IssueComment", "field": "body", "code": "invalid"}],
            },
            "Validation Failed; body invalid",
        ),
        ({"message": "Unprocessable", "errors": ["one", "two", "one"]}, "Unprocessable; one; two"),
        (
            {"message": {"note": ["is too long (maximum is 1000000 characters)"]}},
            "note is too long (maximum is 1000000 characters)",
        ),
        ({"message": ["a", "b"]}, "a; b"),
        (
            {"error": "insufficient_scope", "error_description": "The request requires higher privileges"},
            "insufficient_scope; The request requires higher privileges",
        ),
        ({"error": "404 Not Found"}, "404 Not Found"),
        ([], ""),
        ({"message": 7}, ""),
        ("plain", "plain"),
    ],
)
def test_a_forge_s_own_words_are_found(answer: Any, said: str) -> None:
    assert explanation(json.dumps(answer).encode()) == said


@pytest.mark.parametrize("content", [b"", b"<html>busy</html>", b"[" * 10_000, b'{"message":' * 2000])
def test_what_says_nothing_is_no_explanation(content: bytes) -> None:
    assert explanation(content) == ""


def test_a_long_list_is_not_told_to_its_end() -> None:
    assert explanation(json.dumps({"message": ["x" + str(n) for n in range(100)]}).encode()).count("x") == 5
