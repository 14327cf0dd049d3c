"""The page of all codes: each has a heading, and the links of the index lead to headings."""

import re

from ltxspec.report.explanations.markdown import reference_page
from ltxspec.report.explanations.reading import explanations, kinds_of_the_service

PAGE = reference_page(explanations().values(), kinds_of_the_service().values())


def test_every_code_has_a_heading() -> None:
    assert re.findall(r"^### (.*)$", PAGE, re.MULTILINE) == list(explanations())


def test_links_of_the_page_lead_to_its_headings() -> None:
    headings = {
        text.lower().replace(",", "").replace(" ", "-") for text in re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE)
    }
    links = re.findall(r"\]\(#([^)]*)\)", PAGE)
    assert links
    assert set(links) <= headings


def test_lines_have_the_length_of_all_pages() -> None:
    assert [line for line in PAGE.splitlines() if len(line) > 120] == []


def test_a_warning_is_marked_as_one() -> None:
    assert "### media-aspect\n\n**Warning: an image has another aspect than the video.**\n" in PAGE
    assert "### unknown-key\n\n**A key that is not known at this place.**\n" in PAGE
