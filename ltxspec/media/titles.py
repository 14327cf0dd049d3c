"""The text burned into an animatic, drawn once over a transparent frame."""

from typing import TYPE_CHECKING, Any

from ltxspec.media.layout import PROMPT_LINES, Layout, line_height
from ltxspec.media.lettering import SUBSTITUTE, drawable, fit, font_for, wrap

if TYPE_CHECKING:
    from PIL import Image, ImageDraw

    from ltxspec.media.backdrop import Palette
    from ltxspec.media.specs import AnimaticLike

_FADE = (0, 30, 90, 140, 170, 190, 200)  # alpha of the scrim, from the inside of the picture to its edge
_FIRM = (0, 205, 215, 215, 215, 215, 215)  # the same over a given picture, which may have captions of its own
_TRACK = (120, 124, 134, 235)


def titles(spec: "AnimaticLike", palette: "Palette", layout: Layout, clock_width: int) -> "Image.Image":
    """An RGBA frame with label, properties, prompt and the progress bar's track; the clock's corner stays free."""
    from PIL import Image, ImageDraw

    frame = Image.new("RGBA", (spec.width, spec.height), (0, 0, 0, 0))
    words = _prompt_lines(spec, layout, clock_width)
    _draw_scrims(frame, spec, layout, len(words))
    draw = ImageDraw.Draw(frame)
    _draw_head(draw, spec, palette, layout)
    _draw_prompt(draw, layout, words)
    draw.rectangle(_inclusive(layout.bar), fill=_TRACK)
    return frame


def heading(spec: "AnimaticLike", palette: "Palette", layout: Layout) -> "Image.Image":
    """An RGBA frame with the label only, for a finished video."""
    from PIL import Image, ImageDraw

    frame = Image.new("RGBA", (spec.width, spec.height), (0, 0, 0, 0))
    depth = layout.margin + line_height(layout.label_size)
    _scrim(frame, min(spec.height, round(depth * 1.3)), _FADE, at_top=True)
    _draw_label(ImageDraw.Draw(frame), spec, palette, layout, spec.width - 2 * layout.margin - layout.label_size // 2)
    return frame


def _draw_scrims(frame: "Image.Image", spec: "AnimaticLike", layout: Layout, lines: int) -> None:
    bands = layout.bands(spec.width, spec.height)
    if spec.first_frame is not None and bands is not None:
        # of one height for all prompts: nothing between the bands changes where clips are joined
        _scrim(frame, bands[0], _FIRM, at_top=True)
        _scrim(frame, bands[1], _FIRM, at_top=False)
        return
    bottom = spec.height - layout.words_bottom + line_height(layout.prompt_size) * max(1, lines)
    _scrim(frame, round(_draw_depth(spec, layout) * 1.7), _FADE, at_top=True)
    _scrim(frame, min(spec.height // 2, round(bottom * 1.7)), _FADE, at_top=False)


def _scrim(frame: "Image.Image", height: int, shades: tuple[int, ...], *, at_top: bool) -> None:
    """Darken a band at an edge so that white text is readable on any picture: evenly at first, then fading out."""
    from PIL import Image

    fade = Image.new("L", (1, len(shades)))
    fade.putdata(shades)
    mask = fade.resize((frame.width, height), Image.Resampling.BICUBIC)
    if at_top:
        mask = mask.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    band = Image.new("RGBA", (frame.width, height), (6, 8, 12, 255))
    band.putalpha(mask)
    frame.paste(band, (0, 0 if at_top else frame.height - height))


def _draw_depth(spec: "AnimaticLike", layout: Layout) -> int:
    lines = line_height(layout.label_size) + (0 if _side_by_side(spec) else line_height(layout.note_size))
    return layout.margin + lines


def _side_by_side(spec: "AnimaticLike") -> bool:
    return spec.width > spec.height


def _draw_head(draw: "ImageDraw.ImageDraw", spec: "AnimaticLike", palette: "Palette", layout: Layout) -> None:
    note_font = font_for("", layout.note_size)
    note = _facts(spec)
    left = layout.margin + layout.label_size // 2
    room = spec.width - left - layout.margin
    if _side_by_side(spec):
        room -= int(note_font.getlength(note)) + layout.margin
        anchor, at = "rs", (spec.width - layout.margin, layout.margin + layout.label_size)
    else:
        note = fit(note_font, note, room)
        anchor, at = "ls", (left, layout.margin + layout.label_size + line_height(layout.note_size))
    _draw_label(draw, spec, palette, layout, room)
    _write(draw, at, note, font=note_font, anchor=anchor, alpha=215)


def _draw_label(
    draw: "ImageDraw.ImageDraw", spec: "AnimaticLike", palette: "Palette", layout: Layout, room: int
) -> None:
    font = font_for(spec.label, layout.label_size)
    label = fit(font, drawable(font, spec.label), room)
    baseline = layout.margin + layout.label_size
    thick = max(2, layout.label_size // 8)
    draw.rectangle(
        (layout.margin, layout.margin + layout.label_size // 5, layout.margin + thick, baseline), palette.accent
    )
    at = (layout.margin + layout.label_size // 2, baseline)
    _write(draw, at, label, font=font, anchor="ls", alpha=255)


def _facts(spec: "AnimaticLike") -> str:
    sound = " · audio" if spec.audio else ""
    return f"sandbox preview · {spec.width} x {spec.height} · {spec.fps:g} fps · {spec.seconds:g} s{sound}"


def _prompt_lines(spec: "AnimaticLike", layout: Layout, clock_width: int) -> list[str]:
    font = font_for(spec.prompt, layout.prompt_size)
    room = spec.width - 2 * layout.margin - clock_width - layout.margin
    text = drawable(font, spec.prompt)
    if text.count(SUBSTITUTE) > len(text) / 2:
        text = "(a prompt in a script that no font on this machine supports)"
        font = font_for(text, layout.prompt_size)
    return wrap(font, text, min(room, layout.prompt_size * 40), PROMPT_LINES)


def _draw_prompt(draw: "ImageDraw.ImageDraw", layout: Layout, words: list[str]) -> None:
    font = font_for("".join(words), layout.prompt_size)
    baseline = layout.words_bottom - layout.prompt_size // 4
    for number, line in enumerate(reversed(words)):
        at = (layout.margin, baseline - number * line_height(layout.prompt_size))
        _write(draw, at, line, font=font, anchor="ls", alpha=240)


def _write(draw: "ImageDraw.ImageDraw", at: tuple[int, int], text: str, **style: Any) -> None:
    """White text with a small shadow, for bright pictures where the scrim is thin."""
    alpha, font = style.pop("alpha"), style["font"]
    away = max(1, round(font.size / 18))
    draw.text((at[0] + away, at[1] + away), text, fill=(0, 0, 0, 225), **style)
    draw.text(at, text, fill=(255, 255, 255, alpha), **style)


def _inclusive(box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """The box for Pillow, which includes the last pixel of a rectangle."""
    return box[0], box[1], box[2] - 1, box[3] - 1
