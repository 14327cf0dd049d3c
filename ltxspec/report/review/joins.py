"""The wording of what shots take from others, shared by the reports of a review. Results are clean text on one line."""

from ltxspec.report.graph.wording import HOW
from ltxspec.report.terminal import clean
from ltxspec.report.wording import frame_of
from ltxspec.review.follows import Use
from ltxspec.review.models import ShotReview
from ltxspec.values import ShotAddress


def taken_phrase(use: Use) -> str:
    """How a shot follows from another one, without its name: `begins with the last frame of`."""
    return f"{HOW[use.ends]} the {frame_of(use.reference).partition(', ')[0]} of"


def short_name(source: ShotAddress, spec: str) -> str:
    """The name of a source; without its spec, if that is the same."""
    return clean(source.instance if source.spec == spec else str(source))


def follows(shot: ShotReview) -> tuple[str, str] | None:
    """The phrase and the source of the first use at the head; None if the shot follows from no other one."""
    uses = shot.uses_after
    if not uses:
        return None
    return taken_phrase(uses[0]), short_name(uses[0].source, shot.address.spec)
