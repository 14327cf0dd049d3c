"""What the commands about previews answer, as documents."""

from typing import Annotated

from msgspec import Meta

from ltxspec.formats import Place
from ltxspec.report.results.base import Result


class PreparedPreviews(Result, frozen=True, kw_only=True):
    """Pictures that are ready to be published, and where they go."""

    store: Annotated[str, Meta(description="`branch`, `uploads` or `store`, or `none`: then nothing was written")]
    branch: Annotated[str, Meta(description="the branch that only holds previews")]
    pictures: Annotated[int, Meta(ge=0, description="shots that have one")]
    left: Annotated[int, Meta(ge=0, description="shots whose picture is not published")]
    sheet: Annotated[str | None, Meta(description="the picture of all shots, if there is one")]


class ClosedChanges(Result, frozen=True, kw_only=True):
    """Pull requests that are no longer open."""

    numbers: tuple[Place, ...]
