import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ltxspec.errors import MediaError
from ltxspec.media.animatic import AnimaticSpec, write_animatic
from ltxspec.media.probe import check_decodes, probe
from ltxspec.media.specs import Container

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


def test_padding_after_the_last_box_does_no_harm(tmp_path: Path, videos: dict[str, bytes]) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(videos["mp4"] + bytes(64))
    check_decodes(path)
