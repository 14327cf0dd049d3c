"""Covers the captions that are burned into the last frame of an animatic, so that a later one can begin with it.

Where captions may be, the picture is blurred until no letter is left; the new captions are written over it. Everything
between these two bands stays as it is, so that both clips show the same picture where they are joined.
"""

from typing import TYPE_CHECKING

from ltxspec.media.layout import Layout

if TYPE_CHECKING:
    from PIL import Image

_STEEP = 8  # the blur is complete after this part of a band, which is narrower than its margin


def frosted(picture: "Image.Image") -> "Image.Image":
    """A picture that is blurred at the top and at the bottom, as far as the captions of an animatic may reach."""
    from PIL import Image, ImageChops, ImageFilter

    layout = Layout.of(*picture.size)
    bands = layout.bands(*picture.size)
    if bands is None:  # captions of this size could not be read: there are none
        return picture
    blur = ImageFilter.GaussianBlur(2 * layout.label_size)
    result = picture.copy()
    for start, end in ((0, bands[0]), (picture.height - bands[1], picture.height)):
        band = picture.crop((0, start, picture.width, end))
        mask = Image.linear_gradient("L").resize(band.size)  # black at the top
        mask = mask if start else ImageChops.invert(mask)
        result.paste(band.filter(blur), (0, start), mask.point(lambda share: min(255, share * _STEEP)))
    return result
