"""A timeline as an edit decision list (CMX 3600), which every editing program reads.

All time codes count frames of the timeline, without drop frames. A shot without a video is black (`BL`). Reel names are
unique for each video, because videos without a time code of their own all begin at 00:00:00:00.
"""

import re
from base64 import b32encode
from collections.abc import Iterator

from ltxspec.canonical import sha256_hex
from ltxspec.report.terminal import clean
from ltxspec.report.timeline.models import Cut, Timeline
from ltxspec.report.timeline.saying import marks, take_text
from ltxspec.timecode import timecode

_BLACK = "BL"
_LONGEST_REEL = 8  # characters, as the format has them
BEGINS = "TITLE: "  # how every list begins
_LETTERS = 3  # of the shot's name


def edl_text(timeline: Timeline) -> str:
    """The whole list."""
    lines = [f"{BEGINS}{clean(timeline.name)}", "FCM: NON-DROP FRAME", ""]
    reels = _reels(timeline)
    for number, cut in enumerate(timeline.cuts, 1):
        lines += [*_event(timeline, cut, number, reels.get(number, _BLACK)), ""]
    return "\n".join(lines)


def _event(timeline: Timeline, cut: Cut, number: int, reel: str) -> Iterator[str]:
    channel = "B" if cut.has_sound else "V"  # B: picture and first sound track
    times = (
        timecode(0, timeline.rate),
        timecode(cut.frames, timeline.rate),
        timeline.at(cut.start),
        timeline.at(cut.end),
    )
    yield f"{number:03}  {reel:<{_LONGEST_REEL}} {channel:<5} C        {' '.join(times)}"
    if cut.take is not None:
        yield f"* FROM CLIP NAME: {cut.take.file}"
    yield f"* COMMENT: {take_text(cut)}"
    for mark in marks(cut, timeline.rate):
        yield f"* LOC: {timeline.at(cut.start + mark.start)} {mark.color:<7} {mark.text}"


def _reels(timeline: Timeline) -> dict[int, str]:
    """A reel for each shot with a video, by the shot's place: letters of its name and of its file's hash."""
    reels: dict[int, str] = {}
    taken = {_BLACK}
    for number, cut in enumerate(timeline.cuts, 1):
        if cut.take is None:
            continue
        seed = cut.take.file
        while (reel := _reel(cut.address.shot, seed)) in taken:
            seed = f"{seed}+"
        reels[number] = reel
        taken.add(reel)
    return reels


def _reel(shot: str, seed: str) -> str:
    letters = re.sub("[^A-Z0-9]", "", shot.upper())[:_LETTERS]
    hashed = b32encode(bytes.fromhex(sha256_hex(seed.encode()))).decode("ascii")
    return f"{letters}{hashed}"[:_LONGEST_REEL]
