"""Writes a review as a page and as pictures."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ltxspec.plan.doubts import UNREAD
from ltxspec.project.adapters import open_archive
from ltxspec.project.animatics import animatics_of
from ltxspec.project.comments.pictures import MISSING
from ltxspec.project.picture_makers import HERE, PictureMakers
from ltxspec.project.project import ProjectContext
from ltxspec.project.remarks import unread_text
from ltxspec.project.review import AT_BASE
from ltxspec.project.store import video_finder
from ltxspec.project.storyboard.media import MediaOptions, ReviewMedia, screen, videos_away
from ltxspec.project.storyboard.passages import passages_of
from ltxspec.project.storyboard.sheets import STILL_WIDTH, missing_of, sheet_of, sheets_of, unlettered
from ltxspec.project.storyboard.stills_cache import stills_cache
from ltxspec.project.storyboard.takes import clips_of_takes
from ltxspec.report.storyboard.takes import Reviewing
from ltxspec.review.models import Review
from ltxspec.storage.outputs import write_document
from ltxspec.storage.paths import shown
from ltxspec.values import TaskId

_UNRECORDED: Final = "no lockfile of this checkout records it"
_AT_PROVIDER: Final = "not all of its results could be fetched"


@dataclass(frozen=True, slots=True)
class PageOptions:
    """What a page contains.

    Args:
        embed: the videos and the stills; otherwise stills are in a folder beside it.
        animatics: a free preview of each shot that is to be rendered.
        away: why takes are not on this machine, by task, where that was found out.
        makers: who makes stills and previews.
    """

    embed: bool = False
    animatics: bool = False
    away: Mapping[TaskId, str] = field(default_factory=dict)
    makers: PictureMakers = HERE


def fetch_videos(project: ProjectContext, review: Review, say: Callable[[str], None]) -> Mapping[TaskId, str]:
    """Fetch the videos of a review that are not on this machine, of takes that the lockfiles of this checkout record.

    Nothing that a review claims is used: where a video is, and its hash, is what the lockfiles say.

    Args:
        project: whose archive gets them.
        review: names the takes.
        say: gets a line for each take.

    Returns:
        Why each take that is still not on this machine is not, by its task.
    """
    from ltxspec.project.archives.pull import Pulled, Wanted, known_tasks, pull_missing

    find, pulled = open_archive(project).path_of, Pulled()
    if away := videos_away(review, find):
        pulled = pull_missing(project, Wanted(tasks=away.keys()), say)
    left = videos_away(review, find)
    unknown = left.keys() - known_tasks(project) if left else ()
    return {task: _UNRECORDED if task in unknown else pulled.reasons.get(task, _AT_PROVIDER) for task in left}


def write_review(
    project: ProjectContext,
    review: Review,
    files: Mapping[str, Path],
    options: PageOptions = PageOptions(),
) -> tuple[list[str], list[str]]:
    """Write the requested files.

    Args:
        project: whose archive holds the videos.
        review: the result of `make_review`.
        files: `html`, one page; `png`, one picture of all shots; `png_dir`, a folder for one picture of each shot and
            `index.json`, which maps addresses to files; and `missing.json`, which says for shots why a video of theirs
            is in no picture, where that is known.
        options: what the page contains, and who makes its pictures.

    Returns:
        The files written, relative to the working directory if they are inside it; and remarks about videos that are
        missing from them.

    Raises:
        StorageError: a file cannot be written.
    """
    page = files.get("html", project.folder / "review.html")
    find, makers = video_finder(project), options.makers
    stills = stills_cache(project, makers)
    drawn = animatics_of(project, find, makers.draw) if options.animatics else None
    how = MediaOptions(
        find,
        page.parent.resolve(),
        options.embed,
        stills=stills,
        animatics=drawn,
        away=options.away,
        most=makers.most,
    )
    screened = screen(review, how.with_stills(STILL_WIDTH) if "png_dir" in files else how)
    written = []
    clips = clips_of_takes(review, screened.footage, how) if "html" in files else {}
    places = passages_of(project, screened.review, find) if "html" in files else {}
    reviewing = Reviewing(clips, places, unread=_unread(review))
    for path, pieces in _documents(screened, files, reviewing, embed=options.embed):
        write_document(path, pieces)
        written.append(shown(path))
    stills.prune()
    if drawn is not None:
        drawn.prune()
    said = unlettered(screened) if {"png", "png_dir"} & files.keys() else []
    return written, [*screened.problems, *said]


def _unread(review: Review) -> list[str]:
    """Why verdicts of the head are not known."""
    found = [item for item in review.diagnostics if item.code == UNREAD and not item.message.startswith(AT_BASE)]
    return [unread_text(item) for item in found]


def _documents(
    screened: ReviewMedia, files: Mapping[str, Path], reviewing: Reviewing, *, embed: bool
) -> Iterator[tuple[Path, Iterable[bytes]]]:
    """(file, its bytes in pieces) of all requested files."""
    if "html" in files:
        from ltxspec.project.storyboard.still_files import put_beside
        from ltxspec.report.storyboard.page import storyboard

        on_page = screened if embed else put_beside(screened, files["html"])
        page = storyboard(on_page.review, on_page.footage, on_page.frames, reviewing)
        yield files["html"], (piece.encode("utf-8", "replace") for piece in page)
    if "png" in files:
        yield files["png"], [sheet_of(screened)]
    if "png_dir" in files:
        from ltxspec.report.jsontext import encode

        names = {}
        for address, name, png in sheets_of(screened):
            names[address] = name
            yield files["png_dir"] / name, [png]
        yield files["png_dir"] / "index.json", [encode(names, indent=True), b"\n"]
        missing = missing_of(screened)
        if missing or (files["png_dir"] / MISSING).exists():  # one of before
            yield files["png_dir"] / MISSING, [encode(missing, indent=True), b"\n"]
