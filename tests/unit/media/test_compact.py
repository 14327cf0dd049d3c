import io

import pytest
from PIL import Image

from ltxspec.errors import MediaError
from ltxspec.media.compact import as_jpeg


def png(size: tuple[int, int], mode: str = "RGB") -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("mode", ["RGB", "P", "RGBA"])
def test_a_picture_keeps_its_size(mode: str) -> None:
    with Image.open(io.BytesIO(as_jpeg(png((64, 36), mode), "a.png"))) as image:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (64, 36))


def test_what_is_too_tall_for_the_format_is_cut() -> None:
    with Image.open(io.BytesIO(as_jpeg(png((2, 70_000), "L"), "a.png"))) as image:
        assert image.size == (2, 65_500)


@pytest.mark.parametrize("data", [b"", b"<svg onload='x'/>", png((64, 36))[:60], b"GIF89a" + b"\0" * 40])
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(MediaError, match=r"`a\.png` is not a picture"):
        as_jpeg(data, "a.png")
