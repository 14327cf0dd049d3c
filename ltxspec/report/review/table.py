"""The tables of a review in Markdown: one row for each shot that changed, and a last one with the sums."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ltxspec.report import wording as phrases
from ltxspec.report.markdown import code, escape, link
from ltxspec.report.review import wording as review_words
from ltxspec.report.review.details import address, thumbnail
from ltxspec.report.review.joins import follows
from ltxspec.report.review.money import Difference, cost_of, costs_of, difference_of, later_difference_of
from ltxspec.report.review.page import LONGEST_NAME, LONGEST_NOTE, Page
from ltxspec.report.terminal import clean, fit
from ltxspec.review.models import Cause, ShotReview

_LONGEST_WHY: Final = 300  # characters
_PLAIN: Final = "| Change | Shot | Why | Size | Was | Costs | +/- |\n|---|---|---|---|--:|--:|--:|"
# The two words stand above the two stills. The spaces between them keep forges from narrowing the pictures.
_PICTURED: Final = f"| Before{chr(0xA0) * 46}After | Change | Was | Costs | +/- |\n|---|---|--:|--:|--:|"


@dataclass(frozen=True, slots=True)
class Table:
    """How the rows of one table are written.

    Args:
        page: links and pictures.
        causes: those that the table's title names, which its rows do not repeat.
        pictured: whether the table has a column of pictures.
    """

    page: Page
    causes: Sequence[Cause] = ()
    pictured: bool = False

    @property
    def header(self) -> str:
        """The first two lines."""
        return _PICTURED if self.pictured else _PLAIN

    def rows(self, shots: Sequence[ShotReview]) -> Iterator[str]:
        """One row for each shot."""
        return map(self._row, shots)

    def sums(self, shots: Sequence[ShotReview]) -> str:
        """The last row."""
        title = f"**{phrases.counted(len(shots), 'shot')}**"
        cells = [title, ""] if self.pictured else ["", title, "", ""]
        found = difference_of(shots)
        more = f"**{found}**" if found is not None else ""
        return _line([*cells, "", f"**{costs_of(shots)}**", more])

    def _row(self, shot: ShotReview) -> str:
        found = difference_of([shot])
        later = later_difference_of(shot)
        more = _short(found) if later is None else f"later: {_short(later)}"
        money = [review_words.cost_before(shot), cost_of(shot), more]
        size, kind = escape(review_words.size(shot)), review_words.KINDS[shot.kind]
        if not self.pictured:
            why = "<br>".join(filter(None, [self._why(shot), self._missing(shot)]))
            return _line([kind, self._name(shot), why, size, *money])
        # Together, as a phone shows little more than one column.
        shown = [self._name(shot), self._picture(shot), self._missing(shot)]
        about = [f"**{kind}**: {self._why(shot)}", f"<sub>{size}</sub>" if size else ""]
        return _line([*("<br>".join(filter(None, part)) for part in (shown, about)), *money])

    def _name(self, shot: ShotReview) -> str:
        """The shot, linked to its place; one that begins with a frame of another one says so under its name."""
        name = code(address(shot))
        linked = link(name, shot.source[0], shot.source[1], self.page.links.base) if shot.source else name
        found = follows(shot)
        more = "" if found is None else f"<br><sub>{found[0]} {code(fit(found[1], LONGEST_NAME))}</sub>"
        return linked + more

    def _why(self, shot: ShotReview) -> str:
        """The reason, with its first cause that is outside the shot and not that of the whole table."""
        causes = [cause for cause in review_words.hidden_causes(shot) if cause not in self.causes]
        reason = escape(fit(review_words.reason(shot), LONGEST_NOTE))
        if not causes:
            return reason
        more = f" and {len(causes) - 1} more" if len(causes) > 1 else ""
        return f"{reason}: {code(fit(review_words.cause_name(causes[0]), LONGEST_NOTE))}{more}"

    def _picture(self, shot: ShotReview) -> str:
        name = str(shot.address)
        url = self.page.images.get(name)
        return thumbnail(url, f"{name}, before and after", self.page.on_storyboard(name)) if url else ""

    def _missing(self, shot: ShotReview) -> str:
        """Why a video of the shot is in no picture; empty where all are, or none are shown."""
        why = self.page.links.missing.get(str(shot.address), "")
        return f"<sub>No picture of a video: {escape(fit(clean(why), _LONGEST_WHY))}</sub>" if why else ""


def has_pictures(shots: Sequence[ShotReview], page: Page) -> bool:
    """Whether any of these shots has a picture."""
    return any(str(shot.address) in page.images for shot in shots)


def _short(found: Difference | None) -> str:
    return "" if found is None else "unknown" if found.unknown else str(found)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
