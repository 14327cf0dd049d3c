"""Looks at images, sounds and videos before they are sent: format, size, rotation, and whether they decode.

Files come from repositories and from the network. The format is fixed by the first bytes, so that no other decoder is
tried; nothing with too many pixels is decoded, and of long sounds and videos only the beginning.
"""

import io
import warnings
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from ltxspec.catalog.media_facts import MediaFacts, facts_by_bytes

if TYPE_CHECKING:
    from av.container import InputContainer
    from PIL.ImageFile import ImageFile

MOST_PIXELS: Final = 64_000_000  # about 256 MB when decoded; 8K has 33 million
_MOST_BYTES: Final = 64 * 2**20  # of a file that is decoded
_MOST_SAMPLES: Final = 100_000  # frames of sound that are decoded: at least half an hour
_DECODERS: Final = {name: name for name in ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")}
_DEMUXERS: Final = {
    "WAV": "wav", "MP3": "mp3", "OGG": "ogg", "FLAC": "flac", "AAC": "aac", "M4A": "mov", "AIFF": "aiff",
    "MP4": "mov", "MOV": "mov", "WEBM": "matroska", "MKV": "matroska", "AVI": "avi",
}  # fmt: skip
_ORIENTATION: Final = 0x0112
_PNG_END: Final = b"IEND\xaeB`\x82"


def look(data: bytes) -> MediaFacts:
    """Everything about a file that matters before it is sent."""
    facts = facts_by_bytes(data)
    if facts.kind and len(data) > _MOST_BYTES:
        return replace(facts, problem=f"it has more than {_MOST_BYTES // 2**20} MiB", oversized=True)
    if facts.format in _DECODERS:
        return _picture(facts, data)
    return _recording(facts, data) if facts.format in _DEMUXERS else facts


def _picture(facts: MediaFacts, data: bytes) -> MediaFacts:
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd metadata; what cannot be decoded raises
        try:
            with Image.open(io.BytesIO(data), formats=(_DECODERS[facts.format],)) as picture:
                facts = replace(facts, width=picture.width, height=picture.height)
                if picture.width * picture.height > MOST_PIXELS:
                    return replace(facts, problem=_too_many(picture.width, picture.height), oversized=True)
                turned = _orientation(picture)
                picture.load()
                cut = facts.format == "PNG" and _PNG_END not in data  # which its decoder does not mind
                return replace(facts, turned=turned, problem="it ends too early" if cut else None)
        except Image.DecompressionBombError:
            return replace(facts, problem=f"it has more than {MOST_PIXELS // 10**6} million pixels", oversized=True)
        except Exception as error:  # noqa: BLE001  # damaged files cause errors of every kind in decoders
            return replace(facts, problem=_reason(error))


def _too_many(width: int, height: int) -> str:
    return f"it has {width} × {height} pixels, more than {MOST_PIXELS // 10**6} million"


def _orientation(picture: "ImageFile") -> int:
    found = picture.getexif().get(_ORIENTATION, 1)
    return found if found in range(1, 9) else 1


def _reason(error: Exception) -> str:
    text = str(error)
    return "it ends too early" if "truncated" in text or "Truncated" in text else "its data are damaged"


def _recording(facts: MediaFacts, data: bytes) -> MediaFacts:
    import av

    try:
        with av.open(io.BytesIO(data), mode="r", format=_DEMUXERS[facts.format]) as container:
            if container.duration is not None:
                facts = replace(facts, seconds=container.duration / av.time_base)
            return _sound(facts, container) if facts.kind == "audio" else _film(facts, container)
    except Exception as error:  # noqa: BLE001  # as for pictures
        return replace(facts, problem=_reason(error))


def _sound(facts: MediaFacts, container: "InputContainer") -> MediaFacts:
    frames = sum(1 for _ in islice(container.decode(audio=0), _MOST_SAMPLES))
    return facts if frames else replace(facts, problem="there is no sound in it")


def _film(facts: MediaFacts, container: "InputContainer") -> MediaFacts:
    frame = next(container.decode(video=0), None)
    if frame is None:
        return replace(facts, problem="there is no picture in it")
    rate = container.streams.video[0].average_rate
    return replace(facts, width=frame.width, height=frame.height, fps=float(rate) if rate else None)
