"""Contact sheets of a review: one picture of all shots, or one per shot, for comments and e-mails."""

import re
from collections.abc import Iterator
from hashlib import sha256

from ltxspec.media.contact_sheet import Frame, Sheet, SheetShot, SheetSide, contact_sheet
from ltxspec.project.review_media import ReviewMedia
from ltxspec.report.review import wording as words
from ltxspec.report.storyboard.cards import Card, card_of
from ltxspec.report.storyboard.players import PlayerSide
from ltxspec.report.terminal import clean
from ltxspec.report.word_diff import Effort

STILL_WIDTH = 480  # pixels of a still in the picture of one shot
_LONGEST_NAME = 80


def sheet_of(screened: ReviewMedia) -> bytes:
    """One PNG with every shot, before and after."""
    shots = [shot for card in _cards(screened) for shot in _shots(card)]
    return contact_sheet(Sheet(words.headline(screened.review), shots))


def sheets_of(screened: ReviewMedia) -> Iterator[tuple[str, str, bytes]]:
    """(address, file name, PNG) of each shot that has a picture on either side."""
    for card in _cards(screened):
        if any(side.clip for player in card.players for side in player.sides):
            sheet = Sheet("", _shots(card), still_width=STILL_WIDTH, stacked=True)
            yield card.address, file_name(card.address), contact_sheet(sheet)


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


def _nothing_before(card: Card) -> str:
    return "The same video" if card.same_video else "New shot"


def _side(side: PlayerSide) -> SheetSide:
    stills = side.clip.stills if side.clip else ()
    frames = tuple(Frame(still.jpeg, f"{still.seconds:.2f} s") for still in stills)
    return SheetSide(f"{side.caption}  {side.cost}", frames, clean(side.blank))
