"""The review of a checked report, for jobs with rights: they draw its pictures themselves and take none from anyone."""

from dataclasses import replace

from ltxspec.errors import LtxspecError, WrongUsage
from ltxspec.project.ci import detect
from ltxspec.project.own_videos import own_videos
from ltxspec.project.packaged_models import packaged_catalog
from ltxspec.project.project import ProjectContext
from ltxspec.project.report_rules import known_rules
from ltxspec.project.review import make_review
from ltxspec.report.review.checking import Reader, checked
from ltxspec.report.review.reading import read_review
from ltxspec.review.models import Review
from ltxspec.storage.named import read_named

_LARGEST = 64 * 2**20  # bytes


class OtherChange(LtxspecError):
    """The report is not of the change that this run is for."""

    code = "report"


def review_of(project: ProjectContext, base: str | None, head: str | None, report: str | None) -> Review:
    """The review of two revisions, or the one that a report describes; see `make_review` and `reported_review`."""
    if report is None:
        return make_review(project, base, head)
    if base is not None:
        raise WrongUsage("a report has its own revisions", hint="give either them or `--report`")
    return reported_review(project, report)


def reported_review(project: ProjectContext, report: str) -> Review:
    """Read a report as `comment --report` does, and leave out what it claims about where videos are.

    Videos keep their hash only if the lockfiles of this checkout record it for that take of that shot: whatever else is
    in the archive is not the change's to show.

    Args:
        project: where the command runs; the report is checked against it.
        report: a file written by `diff BASE HEAD --format json`, relative to the working directory.

    Raises:
        ReviewFileError: it is not a report, or contradicts its own requests.
        OtherChange: the CI job is for another commit.
    """
    review = read_review(read_named(project.folder / report, report, _LARGEST), report)
    wanted = detect(project.environ).head
    if wanted and review.head != wanted:
        raise OtherChange(f"the report is for {review.head[:12]}, but this run is for {wanted[:12]}")
    config = project.config
    known = config.project.id if config.file is not None else None
    packaged = packaged_catalog()
    rules = known_rules(project, review)
    reader = Reader(project.catalog, packaged, known, config.delivery.parameters(), rules)
    found = checked(review, reader, report)
    own = own_videos(project)
    return replace(found, shots=[own.only(shot) for shot in found.shots])
