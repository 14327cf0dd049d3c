"""Small pictures that decode, for whatever a test gives as an image."""

import io
import random

from PIL import Image


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 36), **options: object) -> bytes:
    """A noisy picture, which does not compress to nothing; 16:9 like most videos, and always the same."""
    buffer = io.BytesIO()
    noise = random.Random(0).randbytes(3 * size[0] * size[1])  # not a secret
    Image.frombytes("RGB", size, noise).save(buffer, kind, **options)
    return buffer.getvalue()
