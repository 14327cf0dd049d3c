"""Makes pictures small enough for a web page that shows many of them."""

import io

from ltxspec.errors import MediaError

_QUALITY = 80  # per cent
_LONGEST = 65_500  # pixels, JPEG's limit


def as_jpeg(png: bytes, name: str) -> bytes:
    """A picture of our own, a PNG file, as JPEG. `name` is for messages. Raises MediaError if it is not such a file."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as picture:
            buffer = io.BytesIO()
            whole = picture.convert("RGB").crop((0, 0, picture.width, min(picture.height, _LONGEST)))
            whole.save(buffer, "JPEG", quality=_QUALITY, optimize=True)
            return buffer.getvalue()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise MediaError(f"`{name}` is not a picture that `ltxspec review` wrote") from error
