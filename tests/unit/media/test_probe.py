import io
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from ltxspec.errors import MediaError
from ltxspec.media.animatic import AnimaticSpec, write_animatic
from ltxspec.media.probe import check_decodes, info_of, open_video, probe
from ltxspec.media.specs import Container

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

CONTAINERS: tuple[Container, ...] = ("mp4", "mov", "webm")


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("videos")
    made: dict[str, bytes] = {}
    for container in CONTAINERS:
        path = folder / f"video.{container}"
        write_animatic(AnimaticSpec(160, 96, 3, 25, container, audio=True, prompt="Rain"), path)
        made[container] = path.read_bytes()
    return made


def image(kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize("container", CONTAINERS)
def test_bytes_and_files_are_probed_alike(tmp_path: Path, videos: dict[str, bytes], container: str) -> None:
    path = tmp_path / "video"
    path.write_bytes(videos[container])
    assert probe(path) == probe(videos[container])
    assert probe(path).bytes == len(videos[container])


@pytest.mark.parametrize("container", CONTAINERS)
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_file_cut_anywhere_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, videos: dict[str, bytes], container: str, share: float
) -> None:
    path = tmp_path_factory.getbasetemp() / f"cut.{container}"
    data = videos[container]
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(MediaError, match=r"cut short|not a video|damaged"):
        check_decodes(path)


@pytest.mark.parametrize(
    ("content", "looks"),
    [
        (b"", "it is empty"),
        (b"<!DOCTYPE html><title>502</title>", "it is a web page"),
        (b"\n  <html><body>not found", "it is a web page"),
        (b'{"errors": []}', "it is JSON"),
        (image("PNG"), "it is an image"),
        (image("JPEG"), "it is an image"),
        (image("WEBP"), "it is an image"),
        (b"\x00\x00\x00\x1cftypavif" + bytes(200), "it is an image"),
        (b"#EXTM3U\n/etc/passwd", "neither"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "neither"),
    ],
)
def test_what_is_no_video_is_named(tmp_path: Path, content: bytes, looks: str) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(content)
    with pytest.raises(MediaError, match=looks) as caught:
        check_decodes(path)
    assert "`video.mp4`" in caught.value.summary


def test_damage_at_the_end_is_noticed(tmp_path: Path, videos: dict[str, bytes]) -> None:
    data = bytearray(videos["webm"])
    data[len(data) // 2 : -200] = b"\0" * (len(data) - 200 - len(data) // 2)
    path = tmp_path / "video.webm"
    path.write_bytes(data)
    with pytest.raises(MediaError):
        check_decodes(path)


# --- files as encoders and stores really make them ------------------------------------------------


def picture(image: Image.Image) -> "VideoFrame":
    import av

    frame: VideoFrame = av.VideoFrame.from_image(image)  # type: ignore[no-untyped-call]  # PyAV leaves it untyped
    return frame


@dataclass(frozen=True)
class Film:
    """A film to be made by FFmpeg: moving noise, so that its pictures are of some size, and a tone of silence."""

    container: str = "mp4"
    codec: str = "libx264"
    pictures: int = 50
    sound: float = 0.0  # seconds
    options: Mapping[str, str] = field(default_factory=dict)  # of the container
    times: Sequence[int] | None = None  # when each picture is shown, in 1/25 s; one after another if None

    def made(self, path: Path) -> bytes:
        import av

        noise = Image.frombytes("RGB", (20, 12), random.Random(1).randbytes(720)).resize((160, 96))
        with av.open(str(path), "w", format=self.container, options=dict(self.options)) as container:
            stream = container.add_stream(self.codec, rate=25, width=160, height=96, pix_fmt="yuv420p")
            assert isinstance(stream, av.VideoStream)
            sound = container.add_stream("libopus" if self.container == "webm" else "aac", rate=48_000, layout="mono")
            assert isinstance(sound, av.AudioStream)
            for number in range(self.pictures):
                frame = picture(ImageChops.offset(noise, 7 * number, 3 * number))
                frame.time_base, frame.pts = Fraction(1, 25), self.times[number] if self.times else number
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
            for start in range(0, int(self.sound * 48_000), 960):
                silence = av.AudioFrame(
                    format="flt" if self.container == "webm" else "fltp", layout="mono", samples=960
                )
                silence.planes[0].update(bytes(960 * 4))
                silence.sample_rate, silence.time_base, silence.pts = 48_000, Fraction(1, 48_000), start
                container.mux(sound.encode(silence))
            container.mux(sound.encode(None))
        return path.read_bytes()


FAST_START = {"movflags": "faststart"}
FRAGMENTED = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
GOOD: dict[str, Film] = {
    "MP4": Film(),
    "MP4, its index first": Film(options=FAST_START),
    "MP4 with sound": Film(sound=2.0),
    "sound that goes on after the pictures": Film(pictures=25, sound=8.0),
    "sound that ends before the pictures": Film(pictures=75, sound=0.5),
    "MOV": Film("mov"),
    "MOV, sound that goes on": Film("mov", pictures=25, sound=8.0),
    "WEBM": Film("webm", "libvpx-vp9"),
    "WEBM, sound that goes on": Film("webm", "libvpx", pictures=25, sound=8.0),
    "WEBM made on the fly": Film("webm", "libvpx", sound=2.0, options={"live": "1"}),
    "fragmented": Film(options=FRAGMENTED),
    "fragmented, sound that goes on": Film(pictures=25, sound=8.0, options=FRAGMENTED),
    "one picture": Film(pictures=1),
    "one picture, WEBM": Film("webm", "libvpx", pictures=1),
    "one picture with sound": Film(pictures=1, sound=5.0),
    "a rate that varies": Film(pictures=6, times=(0, 1, 10, 11, 60, 200)),
    "a rate that varies, WEBM": Film("webm", "libvpx", pictures=6, times=(0, 1, 10, 11, 60, 200)),
    "pictures that an edit list leaves out": Film(times=tuple(range(-20, 30))),
    "another codec": Film("mov", "mpeg4"),
}
FTYP = re.compile(rb"^\x00\x00\x00.ftyp", re.DOTALL)


def without_ftyp(data: bytes) -> bytes:
    """A QuickTime file as they were before that box: it begins with `wide`, `mdat` or `moov`."""
    assert FTYP.match(data)
    kept = int.from_bytes(data[:4]) - 8  # offsets in the index stay true
    return (kept + 8).to_bytes(4) + b"wide" + bytes(kept) + data[kept + 8 :]


@pytest.mark.parametrize("film", GOOD.values(), ids=GOOD)
def test_a_good_film_passes(tmp_path: Path, film: Film) -> None:
    path = tmp_path / "video"
    data = film.made(path)
    check_decodes(path)
    facts = probe(path)
    assert (facts.width, facts.height, facts.bytes) == (160, 96, len(data))


DRESSED: dict[str, tuple[Film, Callable[[bytes], bytes]]] = {
    "QuickTime without `ftyp`, `wide` first": (Film("mov"), without_ftyp),
    "QuickTime without `ftyp`, `mdat` first": (Film("mov"), lambda data: moved(data, b"mdat")),
    "QuickTime without `ftyp`, `moov` first": (Film("mov", options=FAST_START), lambda data: moved(data, b"moov")),
    "padding after the last box": (Film(), lambda data: data + bytes(64)),
    "something else after the last box": (Film(), lambda data: data + b"\xff" * 64),
    "a free box first": (Film(options=FRAGMENTED), lambda data: (16).to_bytes(4) + b"free" + bytes(8) + data),
}


def moved(data: bytes, kind: bytes) -> bytes:
    """The file from its first box of a kind on, and what stood before it at its end, as `free` space.

    Offsets in the index count from the file's start, so each is corrected by what went from there.
    """
    gone = data.index(kind) - 4
    index = data.index(b"stco") + 4
    count = int.from_bytes(data[index + 4 : index + 8])
    changed = bytearray(data)
    for entry in range(index + 8, index + 8 + 4 * count, 4):
        changed[entry : entry + 4] = (int.from_bytes(data[entry : entry + 4]) - gone).to_bytes(4)
    return bytes(changed[gone:]) + gone.to_bytes(4) + b"free" + bytes(gone - 8)


@pytest.mark.parametrize(("film", "dress"), DRESSED.values(), ids=DRESSED)
def test_a_good_film_in_an_unusual_file_passes(tmp_path: Path, film: Film, dress: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "video"
    data = dress(film.made(path))
    path.write_bytes(data)
    check_decodes(path)
    assert probe(path).frames == film.pictures
    assert probe(path).container == ("mov" if film.container == "mov" else "mp4")


HOLES = {"MP4": Film(), "MP4, its index first": Film(options=FAST_START), "WEBM": Film("webm", "libvpx")} | {
    "fragmented": Film(options=FRAGMENTED),
    "MOV": Film("mov"),
    "MPEG-4": Film(codec="mpeg4"),
}


@pytest.fixture(scope="module")
def holed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    path = tmp_path_factory.mktemp("holed") / "video"
    return {name: film.made(path) for name, film in HOLES.items()}


@pytest.mark.parametrize("name", HOLES)
@pytest.mark.parametrize("share", [0.2, 0.35, 0.5, 0.65, 0.8])
@pytest.mark.parametrize("size", [1024, 4096, 16384])
def test_a_hole_of_zeros_in_the_middle_is_noticed(
    tmp_path: Path, holed: dict[str, bytes], name: str, share: float, size: int
) -> None:
    data = bytearray(holed[name])
    start = int(len(data) * share)
    size = min(size, len(data) - start - 200)
    data[start : start + size] = bytes(size)
    path = tmp_path / "video"
    path.write_bytes(data)
    with pytest.raises(MediaError):
        check_decodes(path)


@pytest.mark.parametrize("name", HOLES)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_film_that_was_cut_is_noticed(tmp_path: Path, holed: dict[str, bytes], name: str, share: float) -> None:
    path = tmp_path / "video"
    path.write_bytes(holed[name][: int(len(holed[name]) * share)])
    with pytest.raises(MediaError):
        check_decodes(path)


def test_sound_with_a_cover_is_no_video(tmp_path: Path) -> None:
    import av

    path = tmp_path / "sound.m4a"
    with av.open(str(path), "w", format="mp4") as container:
        cover = container.add_stream("mjpeg", rate=1, width=64, height=64, pix_fmt="yuvj420p")
        assert isinstance(cover, av.VideoStream)
        cover.disposition = av.stream.Disposition.attached_pic
        stream = container.add_stream("aac", rate=48_000, layout="mono")
        assert isinstance(stream, av.AudioStream)
        container.mux(cover.encode(picture(Image.new("RGB", (64, 64), "teal"))))
        frame = av.AudioFrame(format="fltp", layout="mono", samples=4096)
        frame.planes[0].update(bytes(4096 * 4))
        frame.sample_rate = 48_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(MediaError):
        check_decodes(path)


@pytest.mark.parametrize(("codec", "loss"), [(b"avc1", "has no picture in it that can be read"), (b"mp4a", None)])
def test_a_track_of_a_kind_that_nobody_here_can_decode(
    videos: dict[str, bytes], codec: bytes, loss: str | None
) -> None:
    description = videos["mp4"].index(b"stsd", videos["mp4"].index(b"moov"))
    place = videos["mp4"].index(codec, description)
    data = videos["mp4"][:place] + b"zzzz" + videos["mp4"][place + 4 :].replace(b"esds", b"zzzz", 1)
    if loss is None:
        assert probe(data).audio_codec is None
    else:
        with pytest.raises(MediaError, match=loss):
            probe(data)


def test_a_file_with_sound_alone_is_no_video(tmp_path: Path) -> None:
    import av

    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=48_000, layout="mono")
        frame = av.AudioFrame(format="fltp", layout="mono", samples=4096)
        frame.planes[0].update(bytes(4096 * 4))
        frame.sample_rate = 48_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(MediaError, match="no picture"):
        check_decodes(path)


def test_a_missing_file_is_a_media_error(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="cannot be read"):
        probe(tmp_path / "missing.mp4")


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("movflags", ["", "frag_keyframe+empty_moov"])
def test_a_quick_look_finds_the_same_once_a_frame_was_decoded(
    tmp_path: Path, videos: dict[str, bytes], container: str, movflags: str
) -> None:
    import av
    from av.container import InputContainer

    path, form = tmp_path / "video", container if container == "webm" else "mp4"
    options = {"movflags": movflags} if movflags and container != "webm" else {}
    with av.open(io.BytesIO(videos[container])) as source, av.open(str(path), "w", form, options=options) as target:
        assert isinstance(source, InputContainer)
        tracks = {track.index: target.add_stream_from_template(track) for track in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = tracks[packet.stream.index]
                target.mux(packet)
    with open_video(path, quick=True) as video:
        assert video.keys[0] == video.first
        next(video.frames_from(video.first))
        assert info_of(video) == probe(path)
        assert (info_of(video).frames, info_of(video).audio_rate) == (75, 48_000)
