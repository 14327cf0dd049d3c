"""Writes a review as a page and as pictures."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from ltxspec.plan.doubts import UNREAD
from ltxspec.project.adapters import open_archive
from ltxspec.project.animatics import animatics_of
from ltxspec.project.project import ProjectContext
from ltxspec.project.remarks import unread_text
from ltxspec.project.review import AT_BASE
from ltxspec.project.review_media import MediaOptions, ReviewMedia, screen, videos_away
from ltxspec.project.review_passages import passages_of
from ltxspec.project.review_takes import clips_of_takes
from ltxspec.project.stills_cache import stills_cache
from ltxspec.project.store import video_finder
from ltxspec.report.storyboard.takes import Reviewing
from ltxspec.review.models import Review
from ltxspec.storage.durable import write_document
from ltxspec.storage.paths import shown


def fetch_videos(project: ProjectContext, review: Review, say: Callable[[str], None]) -> None:
    """Fetch the videos of a review that are not on this machine, of takes that the lockfiles of this checkout record.

    Nothing that a review claims is used: where a video is, and its hash, is what the lockfiles say.

    Args:
        project: whose archive gets them.
        review: names the takes.
        say: gets a line for each take.
    """
    from ltxspec.project.archive_pull import Wanted, pull_missing

    if away := videos_away(review, open_archive(project).path_of):
        pull_missing(project, Wanted(tasks=away.keys()), say)


def write_review(
    project: ProjectContext, review: Review, files: Mapping[str, Path], *, embed: bool = False, animatics: bool = False
) -> tuple[list[str], list[str]]:
    """Write the requested files.

    Args:
        project: whose archive holds the videos.
        review: the result of `make_review`.
        files: `html`, one page; `png`, one picture of all shots; `png_dir`, a folder for one picture of each shot and
            `index.json`, which maps addresses to files.
        embed: whether the page contains the videos and the stills; otherwise stills are in a folder beside it.
        animatics: whether shots that are to be rendered are shown by a free preview.

    Returns:
        The files written, relative to the working directory if they are inside it; and remarks about videos that are
        missing from them.

    Raises:
        StorageError: a file cannot be written.
    """
    from ltxspec.project.review_media import STILL_WIDTH

    page = files.get("html", project.folder / "review.html")
    find, stills = video_finder(project), stills_cache(project)
    drawn = animatics_of(project, find) if animatics else None
    how = MediaOptions(find, page.parent.resolve(), embed, stills=stills, animatics=drawn)
    screened = screen(review, how.with_stills(STILL_WIDTH) if "png_dir" in files else how)
    written = []
    clips = clips_of_takes(review, screened.footage, how) if "html" in files else {}
    places = passages_of(project, screened.review, find) if "html" in files else {}
    for path, pieces in _documents(screened, files, Reviewing(clips, places, unread=_unread(review)), embed=embed):
        write_document(path, pieces)
        written.append(shown(path))
    stills.prune()
    if drawn is not None:
        drawn.prune()
    return written, list(screened.problems)


def _unread(review: Review) -> list[str]:
    """Why verdicts of the head are not known."""
    found = [item for item in review.diagnostics if item.code == UNREAD and not item.message.startswith(AT_BASE)]
    return [unread_text(item) for item in found]


def _documents(
    screened: ReviewMedia, files: Mapping[str, Path], reviewing: Reviewing, *, embed: bool
) -> Iterator[tuple[Path, Iterable[bytes]]]:
    """(file, its bytes in pieces) of all requested files."""
    if "html" in files:
        from ltxspec.project.still_files import put_beside
        from ltxspec.report.storyboard.page import storyboard

        on_page = screened if embed else put_beside(screened, files["html"])
        page = storyboard(on_page.review, on_page.footage, on_page.frames, reviewing)
        yield files["html"], (piece.encode("utf-8", "replace") for piece in page)
    if "png" in files:
        from ltxspec.project.review_media import sheet_of

        yield files["png"], [sheet_of(screened)]
    if "png_dir" in files:
        from ltxspec.project.review_media import sheets_of
        from ltxspec.report.jsontext import encode

        names = {}
        for address, name, png in sheets_of(screened):
            names[address] = name
            yield files["png_dir"] / name, [png]
        yield files["png_dir"] / "index.json", [encode(names, indent=True), b"\n"]
