"""Which expectations the takes of a change do not meet, by what the lockfile records of their videos. Pure."""

from ltxspec.lock.models import Take
from ltxspec.plan.expectations import unmet_by
from ltxspec.render.models import Request
from ltxspec.review.models import Unmet


def unmet_of(take: Take | None, asked: Request | None) -> tuple[Unmet, ...]:
    """What a take does not meet: of the expectations of its side now, and of those that it had when it came."""
    if take is None:
        return ()
    now = unmet_by(take, asked.expect) if asked is not None else {}
    then = [name for name in take.unmet if name not in now]
    return (*(Unmet(name, words) for name, words in now.items()), *(Unmet(name, None) for name in then))
