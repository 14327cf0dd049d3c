"""Small pictures that decode, for whatever a test gives as an image."""

import io

from PIL import Image


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 36), **options: object) -> bytes:
    """A noisy picture, which does not compress to nothing; 16:9 like most videos."""
    buffer = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(buffer, kind, **options)
    return buffer.getvalue()
