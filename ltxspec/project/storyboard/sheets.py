"""The pictures of a review: one of all shots, and one of each, before and after."""

import re
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

from ltxspec.media.contact_sheet import Frame, Sheet, SheetShot, SheetSide, contact_sheet
from ltxspec.media.lettering import is_drawable
from ltxspec.project.storyboard.media import ReviewMedia
from ltxspec.report.review import wording as words
from ltxspec.report.storyboard.cards import Card, card_of
from ltxspec.report.storyboard.players import AWAY, PlayerSide
from ltxspec.report.terminal import clean
from ltxspec.report.word_diff import Effort
from ltxspec.values import Json

STILL_WIDTH = 480  # pixels of a still in the picture of one shot
_LONGEST_NAME = 80


def sheet_of(screened: ReviewMedia) -> bytes:
    """One PNG with every shot, before and after."""
    shots = [shot for card in _cards(screened) for shot in _shots(card)]
    return contact_sheet(Sheet(words.headline(screened.review), shots))


def sheets_of(screened: ReviewMedia) -> Iterator[tuple[str, str, bytes]]:
    """(address, file name, PNG) of each shot that has a picture on either side: its middle, before and after."""
    for card in _cards(screened):
        if any(side.clip for player in card.players for side in player.sides):
            middles = [replace(one, before=_middle(one.before), after=_middle(one.after)) for one in _shots(card)]
            sheet = Sheet("", middles, still_width=STILL_WIDTH, stills=1)
            yield card.address, file_name(card.address), contact_sheet(sheet)


def unlettered(screened: ReviewMedia) -> list[str]:
    """A remark about addresses that no font of this machine can draw on a picture, if there are any."""
    names = [name for shot in screened.review.shots if not is_drawable(name := clean(str(shot.address)))]
    if not names:
        return []
    more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
    return [f"no font here has every character of `{names[0]}`{more}; pictures show those by their code, as `\\u5098`"]


def missing_of(screened: ReviewMedia) -> dict[str, Json]:
    """Address -> why a video of that shot could not be fetched, in a few words."""
    found = {}
    for shot, pairs in zip(screened.review.shots, screened.footage, strict=True):
        away = [(pair.before, pair.why_before) for pair in pairs] + [(pair.after, pair.why_after) for pair in pairs]
        if whys := [clean(why) for clip, why in away if clip is None and why]:
            found[str(shot.address)] = "; ".join(dict.fromkeys(whys))
    return {**found}


def file_name(address: str) -> str:
    """A file name for a shot's picture: readable, safe on every system, and unique for each address."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", address).strip("-._")[:_LONGEST_NAME] or "shot"
    return f"{safe}-{sha256(address.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}.png"


def _cards(screened: ReviewMedia) -> list[Card]:
    effort, pairs = Effort(), zip(screened.review.shots, screened.footage, strict=True)
    return [card_of(number, shot, footage, effort) for number, (shot, footage) in enumerate(pairs, 1)]


def _shots(card: Card) -> list[SheetShot]:
    shots = []
    for player in card.players:
        title = clean(f"{card.address}  {player.heading}").strip()
        before, after = player.sides if len(player.sides) > 1 else (None, player.sides[0])
        left = _side(before) if before else SheetSide("Before", note=_nothing_before(card))
        caption = f"{card.badge.word}, {card.cost.replace('→', 'to')}"  # the arrow is not in every font
        shots.append(SheetShot(title, caption, left, _side(after)))
    return shots


def _middle(side: SheetSide) -> SheetSide:
    half = len(side.frames) // 2
    return replace(side, frames=side.frames[half : half + 1])


def _nothing_before(card: Card) -> str:
    return "The same video" if card.same_video else "New shot"


def _side(side: PlayerSide) -> SheetSide:
    stills = side.clip.stills if side.clip else ()
    frames = tuple(Frame(still.jpeg, f"{still.seconds:.2f} s") for still in stills)
    blank = "Video not available" if side.blank == AWAY else side.blank  # a picture is seen on other machines
    return SheetSide(" · ".join(filter(None, (side.caption, side.cost))), frames, clean(blank))
