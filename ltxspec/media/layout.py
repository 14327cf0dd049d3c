"""Where the captions of an animatic are, for every frame size."""

from dataclasses import dataclass
from typing import Self

PROMPT_LINES = 4
_SOFT_EDGE = 1.15  # height of a band over a given picture, for each pixel of its captions


@dataclass(frozen=True, slots=True)
class Layout:
    """Positions and sizes in pixels for one frame size; the bar's edges are even, for the half-size planes."""

    margin: int
    label_size: int
    prompt_size: int
    note_size: int
    clock_size: int
    words_bottom: int
    bar: tuple[int, int, int, int]

    @classmethod
    def of(cls, width: int, height: int) -> Self:
        """Scale with the shorter side, so that portrait and landscape look alike."""
        unit = min(width, height) / 1080
        margin = max(4, int(60 * unit)) // 2 * 2
        thick = max(2, int(8 * unit) // 2 * 2)
        bar_top = (height - margin - thick) // 2 * 2
        return cls(
            margin=margin,
            label_size=max(9, round(46 * unit)),
            prompt_size=max(8, round(36 * unit)),
            note_size=max(7, round(26 * unit)),
            clock_size=max(8, round(32 * unit)),
            words_bottom=bar_top - max(3, round(24 * unit)),
            bar=(margin, bar_top, (width - margin) // 2 * 2, bar_top + thick),
        )

    def bands(self, width: int, height: int) -> tuple[int, int] | None:
        """Heights of the bands at the top and the bottom that captions of any length stay in, with a margin.

        None: the frame is too small to have anything between them.
        """
        notes = 0 if width > height else line_height(self.note_size)
        top = self.margin + line_height(self.label_size) + notes
        bottom = height - self.words_bottom + line_height(self.prompt_size) * PROMPT_LINES
        bands = round(top * _SOFT_EDGE), round(bottom * _SOFT_EDGE)
        return bands if sum(bands) < height else None


def line_height(size: int) -> int:
    """Pixels from one line to the next, for a font size."""
    return round(size * 1.35)
