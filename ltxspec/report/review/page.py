"""Where a review is posted as Markdown, with the addresses that the caller knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from ltxspec.report.review.details import Links

LEAST = 4_000  # units; with less, even the mandatory parts would not fit
MOST_LISTED = 20  # entries in each list: lost takes, problems, rules
LONGEST_NOTE = 500
LONGEST_NAME = 60
SHARE = 0.5  # share of the room for one list, or for the rows; differences are worth more than the 300th row


@dataclass(frozen=True, slots=True)
class Page:
    """Where the review is posted, and facts from the caller, who is responsible for them.

    Args:
        limit: the maximum number of UTF-16 units, at least `LEAST`; see `markdown.FORGE_LIMITS`. None: no limit.
        key: distinguishes this comment from others of ltxspec on the same change.
        head: the commit named in the marker; None: the review's own.
        links: links of specs, pictures and videos.
        sheet: URL of one picture with all shots.
        storyboard: URL of the storyboard page, or of what holds it.
        report: URL of the whole review.
        advice: the caller's own Markdown on how to order from here.
        whole: the review comes from a report, whose claims about the base cannot be checked: show all that is bought.
        rules_known: the changed rules were determined from the commits; otherwise a report may leave some out.
    """

    limit: int | None = None
    key: str = "ltxspec"
    head: str | None = None
    links: Links = field(default_factory=Links)
    sheet: str | None = None
    storyboard: str | None = None
    report: str | None = None
    advice: str = ""
    whole: bool = False
    rules_known: bool = False

    @property
    def images(self) -> Mapping[str, str]:
        """The URL of each shot's picture, by address."""
        return self.links.images

    @property
    def elsewhere(self) -> str:
        """Where to find the complete report, as Markdown."""
        return f"[the whole report]({target(self.report)})" if self.report else "`ltxspec diff --format json`"

    def on_storyboard(self, address: str) -> str | None:
        """The URL of a shot on the storyboard; None if there is no page that could be opened at a shot."""
        if self.storyboard is None or not self.storyboard.partition("?")[0].endswith(".html"):
            return None
        return f"{self.storyboard}#{quote(address, safe='')}"


def target(url: str) -> str:
    """A URL for the parentheses of a link. Callers are responsible for it; only its form is ensured."""
    return quote(url, safe="%/:?#@!$&*+,;=[]~-._")
