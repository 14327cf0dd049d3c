"""Finds the videos of all takes of a review's shots, so that the page can compare any with any."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ltxspec.errors import MediaError
from ltxspec.media.probe import VideoInfo
from ltxspec.project.storyboard.media import MediaOptions, clip_of
from ltxspec.report.storyboard.models import Clip, ClipPair
from ltxspec.review.models import Review


def clips_of_takes(review: Review, footage: Sequence[Sequence[ClipPair]], how: MediaOptions) -> dict[str, Clip]:
    """SHA-256 -> video, of every take of the review's shots that is on this machine and can be read.

    Args:
        review: the review, with the records of its shots.
        footage: what is measured already.
        how: how videos are found and linked.
    """
    sides = [clip for shot in footage for pair in shot for clip in (pair.before, pair.after) if clip is not None]
    found = {clip.sha256: clip for clip in sides}
    wanted = {
        output.sha256
        for record in review.records.values()
        for take in record.takes
        for output in take.outputs
        if output.sha256
    }
    files = {sha: file for sha in sorted(wanted - found.keys()) if (file := how.find(sha)) is not None}
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        for (sha, file), info in zip(
            files.items(), pool.map(lambda file: _look(file, how), files.values()), strict=True
        ):
            if info is not None:
                found[sha] = clip_of(file, info, how)
    return found


def _look(file: Path, how: MediaOptions) -> VideoInfo | None:
    try:
        return how.info(file)
    except MediaError:
        return None
