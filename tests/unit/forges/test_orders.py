"""Who may order what: an order buys exactly what its author saw, or nothing."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from fake_forges import HEAD, OLD_HEAD, FakeGitHub

from ltxspec.errors import Refused
from ltxspec.forges.marker import Marker
from ltxspec.forges.orders import ApplyOrder, OrderComment, accept, asks_to_apply, said

DIGEST = "sha256:" + "d" * 64
MARKER = Marker(HEAD, DIGEST, (5, 1))
ANY = Marker(HEAD)
LATER = "2026-11-22T11:00:00Z"
Open = Callable[..., Any]


def far(marker: Marker = MARKER, **more: Any) -> FakeGitHub:
    forge = FakeGitHub(permissions={"ada": "write", "eve": "read"}, **more)
    forge.add(f"{marker.line()}\ntwo shots for $0.96")
    return forge


def order(text: str = "/ltxspec apply", *, author: str = "ada", created_at: str = LATER) -> OrderComment:
    return OrderComment(text, author, created_at)


def test_an_order_buys_the_head_and_the_plan_that_were_seen(opened: Open) -> None:
    found = accept(opened(far()), order("looks good!\r\n\r\n/ltxspec apply \r\n"), ANY)
    assert found == ApplyOrder(7, HEAD, "night", "main", DIGEST, "ada")


def test_an_order_may_stand_after_code(opened: Open) -> None:
    accept(opened(far()), order("a < b says\n```\n/ltxspec plan\n```\n<!-- fine -->\n/ltxspec apply"), ANY)


def test_the_digest_may_be_named(opened: Open) -> None:
    assert accept(opened(far()), order(f"/ltxspec apply {DIGEST}"), ANY).digest == DIGEST


@pytest.mark.parametrize(
    "text",
    [
        "",
        "please /ltxspec apply",
        "> /ltxspec apply",
        " /ltxspec apply",
        "`/ltxspec apply`",
        "/ltxspec applying",
        "/ltxspec apply --max-cost 100",
        "/ltxspec apply; rm -rf /",
        "/ltxspec apply sha256:12",
        "write this:\n```\n/ltxspec apply\n```\nlater",
        "```sh\n/ltxspec apply",
        "~~~~\n/ltxspec apply\n~~~\n/ltxspec apply\n~~~~",
        "<!--\n/ltxspec apply\n-->",
        "looks good!\n/ltxspec apply",
        "/ltxspec apply\nplease",
        "<pre>\n\n/ltxspec apply\n\n</pre>",
        "<blockquote>\n\n/ltxspec apply\n\n</blockquote>",
        "he wrote <blockquote\n>\n\n/ltxspec apply\n\n</blockquote>",
        "<details><summary>x</summary>\n\n/ltxspec apply\n\n</details>",
        "> he wrote\n/ltxspec apply",
        "- he wrote\n/ltxspec apply",
        "- he wrote\n\n  /ltxspec apply",
        "```\n``` x\n/ltxspec apply\n```",
        "```\n    ```\n/ltxspec apply\n```",
        "/ltxspec apply\n===",
        "[x]: y\n/ltxspec apply",
        "    /ltxspec apply",
    ],
)
def test_other_texts_are_no_orders(text: str) -> None:
    assert not asks_to_apply(text)


@pytest.mark.parametrize("shape", ["`", ">", "[", "<a ", "- ", "<!--"])
def test_a_long_comment_is_read_in_no_more_time_than_its_length_takes(shape: str) -> None:
    text = shape * (260_000 // len(shape)) + "\n\n/ltxspec applied"
    start = time.process_time()
    assert not asks_to_apply(text)
    assert time.process_time() - start < 4


REFUSALS: dict[str, tuple[dict[str, Any], OrderComment, str]] = {
    "no order": ({}, order("nice"), "no-order"),
    "two orders": ({}, order(f"/ltxspec apply\n\n/ltxspec apply {DIGEST}"), "two-orders"),
    "an order and one that is not understood": ({}, order("/ltxspec apply\n\n/ltxspec cancel"), "two-orders"),
    "a reader": ({}, order(author="eve"), "not-allowed"),
    "a stranger": ({}, order(author="mallory"), "not-allowed"),
    "a fork": ({"fork": True}, order(), "fork"),
    "a closed change": ({"state": "closed"}, order(), "closed"),
    "a head that moved on": ({"marker": Marker(OLD_HEAD, DIGEST)}, order(), "stale-review"),
    "a review without a plan": ({"marker": Marker(HEAD)}, order(), "nothing-to-approve"),
    "another digest": ({}, order("/ltxspec apply sha256:" + "e" * 64), "not-approved"),
    "a review that changed afterwards": ({}, order(created_at="2026-11-22T10:00:00Z"), "stale-review"),
    "a review of the same second": ({}, order(created_at="2026-11-22T10:00:01Z"), "stale-review"),
    "an order without a time": ({}, order(created_at=""), "stale-review"),
    "another project's review": ({"marker": Marker(HEAD, DIGEST, key="other")}, order(), "not-seen"),
}


@pytest.mark.parametrize(("state", "request_", "code"), REFUSALS.values(), ids=REFUSALS)
def test_what_is_refused(opened: Open, state: dict[str, Any], request_: OrderComment, code: str) -> None:
    with pytest.raises(Refused) as caught:
        accept(opened(far(**state)), request_, ANY)
    assert caught.value.code == code


def test_two_reviews_that_say_different_things_approve_nothing(opened: Open) -> None:
    forge = far()
    forge.add(Marker(HEAD, "sha256:" + "e" * 64).line())
    with pytest.raises(Refused, match="several reviews"):
        accept(opened(forge), order(), ANY)


@pytest.mark.parametrize(
    "author",
    [("mallory", "User"), ("other-app[bot]", "Bot"), ("github-actions", "User")],
)
def test_a_review_that_another_account_wrote_is_not_one(opened: Open, author: tuple[str, str]) -> None:
    forge = far()
    forge.comments[0]["user"] = dict(zip(("login", "type"), author, strict=True))
    with pytest.raises(Refused, match="no review"):
        accept(opened(forge), order(), ANY)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("one", ["one"]),
        ("one\r\n\r\ntwo  \r\rthree", ["one", "two  ", "three"]),
        ("two\nlines\n\none", ["one"]),
        ("# heading\n\nunderlined\n---\n\none", ["one"]),
        ("> quoted\nlazily\n\none", ["one"]),
        ("- item\n\n  more\n\none", ["one"]),
        ("|cell|\n|-|\n|cell|\n\none", ["one"]),
        ("```\ncode\n``` no end\ncode\n```\none", ["one"]),
        ("<!-- nothing\n\n -->\none", ["one"]),
        ("a < b and <https://example.com>\n\none", ["a < b and <https://example.com>", "one"]),
        ("one\n\n<div>\n\nshown\n\n</div>\n\nshown", ["one"]),
        ("one\n\ntext <div>\n\nshown", ["one"]),
        ("one\n\n> <div>\n\nshown", ["one"]),
        ("one\n\n<!-- a --> <div>\n\nshown", ["one"]),
        ("one\n\n<!-- a --> <div> -->\n\nshown", ["one"]),
        ("one\n\n<!--> <div> -->\n\nshown", ["one"]),
        ("one\n\n<!-- a --> <!-- b\n\nshown", ["one"]),
    ],
)
def test_only_paragraphs_of_one_line_are_said(text: str, lines: list[str]) -> None:
    assert list(said(text)) == lines
