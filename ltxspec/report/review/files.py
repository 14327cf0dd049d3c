"""What `review` wrote, as a document."""

from collections.abc import Sequence

from ltxspec.redaction import redact_secrets
from ltxspec.report.diagnostics import problem_of
from ltxspec.report.results.reviews import ReviewFiles
from ltxspec.report.review.wording import headline
from ltxspec.review.models import Review


def review_files(review: Review, files: Sequence[str], problems: Sequence[str]) -> ReviewFiles:
    """What `review` wrote, without secrets."""
    return ReviewFiles(
        headline=redact_secrets(headline(review)),
        files=tuple(files),
        problems=tuple(map(redact_secrets, problems)),
        diagnostics=tuple(map(problem_of, review.diagnostics)),
    )
