"""The output formats of a review, in one dict. A new format is a new file here and one more line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ltxspec.errors import WrongUsage
from ltxspec.report.markdown import FORGE_LIMITS
from ltxspec.report.review.details import Links
from ltxspec.report.review.json import review_json
from ltxspec.report.review.markdown import review_markdown
from ltxspec.report.review.page import Page
from ltxspec.report.review.text import review_text
from ltxspec.report.terminal import Style
from ltxspec.review.models import Review


@dataclass(frozen=True, slots=True)
class ReviewOptions:
    """How a review is written: the text style, and for Markdown the size limit and the links."""

    style: Style
    page: Page = field(default_factory=Page)


ReviewReport = Callable[[Review, ReviewOptions], str]

REVIEW_FORMATS: Mapping[str, ReviewReport] = {
    "text": lambda review, options: review_text(review, options.style),
    "json": lambda review, _options: review_json(review).decode(),
    "markdown": lambda review, options: review_markdown(review, options.page),
}


def page_for(forge: str | None, link_base: str) -> Page:
    """A page within the size limit of a forge. Raises WrongUsage for an unknown forge."""
    if forge is not None and forge not in FORGE_LIMITS:
        raise WrongUsage(f"no forge is called `{forge}`", hint=f"known: {', '.join(FORGE_LIMITS)}")
    return Page(limit=FORGE_LIMITS[forge] if forge else None, links=Links(link_base))
