"""The comment as a reviewer sees it: rendered as forges do, with pictures, and measured in a browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from browsing import Opened
from markdown_it import MarkdownIt
from unit.report.reviews import many

from ltxspec.report.review.details import Links
from ltxspec.report.review.markdown import review_markdown
from ltxspec.report.review.page import Page

STYLE = """
body { margin: 0; font: 14px/1.5 sans-serif } main { width: 860px; padding: 16px; box-sizing: border-box }
table { border-collapse: collapse; display: block; width: max-content; max-width: 100%; overflow: auto }
td, th { border: 1px solid; padding: 6px 13px } p, table, details, pre { margin: 0 0 16px } img { max-width: 100% }
"""
STRIP = '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="180"><rect width="320" height="180"/></svg>'


@pytest.mark.parametrize(("number", "most"), [(1, 900), (12, 2_400), (200, 1_500), (1_000, 1_500)])
def test_a_comment_is_not_much_higher_for_a_thousand_shots_than_for_a_few(
    open_page: Callable[..., Opened], tmp_path: Path, number: int, most: int
) -> None:
    review = many(number)
    (tmp_path / "strip.svg").write_text(STRIP, "utf-8")
    links = Links("https://forge.test/o/r/blob/a/", {str(shot.address): "strip.svg" for shot in review.shots})
    text = review_markdown(review, Page(limit=65_536, links=links, advice="Comment `/ltxspec apply`."))
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    file = tmp_path / "comment.html"
    file.write_text(f"<!doctype html><meta charset=utf-8><style>{STYLE}</style><main>{html}</main>", "utf-8")
    opened = open_page(file)
    assert opened.page.evaluate("document.querySelector('main').getBoundingClientRect().height") < most
    assert opened.page.evaluate("document.querySelector('td img').getBoundingClientRect().width") > 280
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 1_440
