import pytest

from ltxspec.report.review.page import Page, target


@pytest.mark.parametrize(
    ("storyboard", "there"),
    [
        (None, None),
        ("https://x.example/artifacts/7", None),
        ("https://x.example/review.html", "https://x.example/review.html#night.a%5Bx%5D"),
        ("https://x.example/a.html?token=1", "https://x.example/a.html?token=1#night.a%5Bx%5D"),
    ],
)
def test_a_page_is_opened_at_the_shot(storyboard: str | None, there: str | None) -> None:
    assert Page(storyboard=storyboard).on_storyboard("night.a[x]") == there


def test_the_whole_report_is_linked_where_its_address_is_known() -> None:
    assert Page().elsewhere == "`ltxspec diff --format json`"
    assert Page(report="https://x.example/a (1)").elsewhere == "[the whole report](https://x.example/a%20%281%29)"


def test_no_address_ends_the_link_early() -> None:
    assert target('https://x.example/)"<>') == "https://x.example/%29%22%3C%3E"
