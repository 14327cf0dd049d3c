import json

import pytest
from unit.report.reviews import many

from ltxspec.errors import WrongUsage
from ltxspec.report.markdown import FORGE_LIMITS
from ltxspec.report.review.formats import REVIEW_FORMATS, ReviewOptions, page_for
from ltxspec.report.review.page import Page
from ltxspec.report.terminal import Style


def test_every_form_tells_the_review() -> None:
    told = {name: form(many(1), ReviewOptions(Style())) for name, form in REVIEW_FORMATS.items()}
    assert list(told) == ["text", "json", "markdown"]
    assert told["text"].endswith("1 shot to render for $0.48.\n")
    assert json.loads(told["json"])["estimate"]["usd"] == "0.48"
    assert "**1 shot to render for $0.48.**" in told["markdown"]


def test_a_page_is_as_large_as_its_forge_takes() -> None:
    assert {name: page_for(name, "").limit for name in FORGE_LIMITS} == dict(FORGE_LIMITS)
    assert page_for(None, "https://h/") == Page(links=page_for(None, "https://h/").links)
    assert page_for(None, "https://h/").links.base == "https://h/"


def test_a_forge_nobody_knows_is_refused_with_those_there_are() -> None:
    with pytest.raises(WrongUsage, match="no forge is called `gitea`") as caught:
        page_for("gitea", "")
    assert "github, gitlab" in str(caught.value.hint)
