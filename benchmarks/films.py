"""Many different videos in little time: one film of the sandbox, with three key frames of its own in each.

The other frames are the same in all of them and are not encoded again. Who reads them has no less to do.
"""

from collections.abc import Iterator
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ltxspec.media.animatic import AnimaticSpec, write_animatic

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from PIL.Image import Image

FPS = 25
_OWN = 3  # key frames that only one film has: the first, the middle and the last one
_ENCODER = {"preset": "ultrafast", "crf": "22", "forced-idr": "1"}  # as the sandbox's: both go into one file


def write_films(archive: Path, count: int, width: int, height: int, seconds: float) -> list[tuple[str, int]]:
    """Write that many videos into an archive, each under its hash; returns (SHA-256, bytes) of each."""
    base, keys = archive / "base.mp4", archive / "keys.mp4"
    archive.mkdir(parents=True, exist_ok=True)
    write_animatic(AnimaticSpec(width, height, seconds, FPS, prompt="A harbour at dawn", audio=True), base)
    pictures = _key_pictures(base)
    chosen = sorted({0, len(pictures) // 2, len(pictures) - 1})[:_OWN]
    _write_keys(keys, [pictures[place] for place in chosen], count)
    written = [_written(archive, base, dict(zip(chosen, own, strict=True))) for own in _read_keys(keys, len(chosen))]
    base.unlink()
    keys.unlink()
    return written


def _key_pictures(base: Path) -> "list[VideoFrame]":
    import av

    with av.open(str(base)) as container:
        container.streams.video[0].codec_context.skip_frame = "NONKEY"
        return list(container.decode(video=0))


def _write_keys(path: Path, pictures: "list[VideoFrame]", count: int) -> None:
    """The key frames of all films, one after another, each with its number on it."""
    import av
    from av.video.frame import PictureType, VideoFrame

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options=_ENCODER)
        stream.width, stream.height, stream.pix_fmt = pictures[0].width, pictures[0].height, "yuv420p"
        stream.codec_context.gop_size = FPS
        stream.codec_context.colorspace = stream.codec_context.color_primaries = stream.codec_context.color_trc = 1
        stream.codec_context.color_range = 1
        images: list[Image] = [picture.to_image() for picture in pictures]  # type: ignore[no-untyped-call]  # PyAV's
        for number in range(count):
            for image in images:
                numbered = VideoFrame.from_image(_numbered(image, number))  # type: ignore[no-untyped-call]  # PyAV's
                frame = numbered.reformat(format="yuv420p")
                frame.pict_type = PictureType.I
                container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _numbered(image: "Image", number: int) -> "Image":
    from PIL import ImageDraw

    numbered = image.copy()
    draw = ImageDraw.Draw(numbered)
    size = image.height // 6
    draw.rectangle((size, size, size * 4, size * 2), fill=(number * 37 % 256, number * 91 % 256, number * 53 % 256))
    draw.text((size * 1.2, size * 1.1), str(number), fill="white", font_size=size * 0.8)
    return numbered


def _read_keys(path: Path, each: int) -> "Iterator[list[bytes]]":
    import av

    with av.open(str(path)) as container:
        own: list[bytes] = []
        for packet in container.demux(video=0):
            if packet.size:
                own.append(bytes(packet))
            if len(own) == each:
                yield own
                own = []


def _written(archive: Path, base: Path, own: dict[int, bytes]) -> tuple[str, int]:
    """Write one film: the base's packets, with its own in their places."""
    import av

    draft = archive / "draft.mp4"
    with av.open(str(base)) as source, av.open(str(draft), "w", options={"movflags": "+faststart"}) as film:
        tracks = {track.index: film.add_stream_from_template(track) for track in source.streams}
        keys = 0
        for packet in source.demux():
            if packet.dts is None:
                continue
            is_picture = packet.stream.type == "video"
            sent = packet
            if is_picture and packet.is_keyframe:
                sent = _with_data(packet, own[keys]) if keys in own else packet
                keys += 1
            sent.stream = tracks[packet.stream.index]
            film.mux(sent)
    data = draft.read_bytes()
    digest = sha256(data).hexdigest()
    place = archive / digest[:2] / f"{digest}.mp4"
    place.parent.mkdir(exist_ok=True)
    draft.replace(place)
    return digest, len(data)


def _with_data(packet: "Packet[Any]", data: bytes) -> "Packet[Any]":
    import av

    other = av.Packet(data)
    other.pts, other.dts, other.duration = packet.pts, packet.dts, packet.duration
    other.time_base = packet.time_base or Fraction(1, FPS)
    other.is_keyframe = True
    return other
