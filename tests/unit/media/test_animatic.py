import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from ltxspec.errors import MediaError
from ltxspec.media.animatic import AnimaticSpec, write_animatic
from ltxspec.media.frames import cut_frame
from ltxspec.media.probe import check_decodes, probe
from ltxspec.media.specs import Container
from ltxspec.media.stills import stills


def animatic(tmp_path: Path, *, container: Container = "mp4", name: str = "video", **fields: Any) -> Path:
    shape: dict[str, Any] = {"width": 320, "height": 180, "seconds": 1, "fps": 25, "prompt": "Rain", "label": "a.b"}
    path = tmp_path / f"{name}.{container}"
    write_animatic(AnimaticSpec(container=container, **(shape | fields)), path)
    return path


def picture(colour: str, size: tuple[int, int] = (64, 64)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def still(path: Path, at: float, width: int = 320) -> Image.Image:
    return Image.open(io.BytesIO(stills(path, [at], width=width)[0].jpeg))


def middle(path: Path, at: float) -> tuple[int, int, int]:
    image = still(path, at)
    pixel = image.getpixel((image.width // 2, image.height * 2 // 5))
    assert isinstance(pixel, tuple)
    red, green, blue = pixel
    return int(red), int(green), int(blue)


@pytest.mark.parametrize(
    ("container", "video", "sound"), [("mp4", "h264", "aac"), ("mov", "h264", "aac"), ("webm", "vp9", "opus")]
)
@pytest.mark.parametrize("audio", ["with sound", ""])
def test_a_video_has_exactly_the_asked_shape(
    tmp_path: Path, container: Container, video: str, sound: str, audio: str
) -> None:
    path = animatic(tmp_path, container=container, seconds=3, fps=24, audio=bool(audio))
    info = probe(path)
    assert (info.container, info.codec, info.width, info.height) == (container, video, 320, 180)
    assert (info.fps, info.seconds, info.frames, info.pixel_format) == (24.0, 3.0, 72, "yuv420p")
    assert (info.audio_codec, info.audio_rate) == ((sound, 48_000) if audio else (None, None))
    check_decodes(path)


@pytest.mark.parametrize("container", ["mp4", "mov", "webm"])
def test_sound_does_not_make_the_file_longer_than_asked(tmp_path: Path, container: Container) -> None:
    import av

    with av.open(str(animatic(tmp_path, container=container, seconds=6, audio=True))) as opened:
        assert opened.duration == 6_000_000


@pytest.mark.parametrize(
    ("seconds", "fps", "frames"), [(6, 50, 300), (1.2, 25, 30), (2, 29.97, 60), (1, 1, 1), (0.04, 25, 1)]
)
def test_frames_are_seconds_times_rate(tmp_path: Path, seconds: float, fps: float, frames: int) -> None:
    info = probe(animatic(tmp_path, width=64, height=64, seconds=seconds, fps=fps, audio=True))
    assert info.frames == frames
    assert info.fps == pytest.approx(fps, rel=1e-4)


@pytest.mark.parametrize(("width", "height"), [(180, 320), (256, 256), (854, 480), (130, 98)])
def test_any_even_size_works(tmp_path: Path, width: int, height: int) -> None:
    info = probe(animatic(tmp_path, width=width, height=height, seconds=0.2))
    assert (info.width, info.height) == (width, height)


@pytest.mark.parametrize("shape", [{"width": 321}, {"height": 0}, {"width": 20_000}, {"seconds": 0}])
def test_a_shape_that_no_video_has_is_refused(tmp_path: Path, shape: dict[str, Any]) -> None:
    with pytest.raises(MediaError, match="can be written"):
        animatic(tmp_path, **shape)


def test_the_index_stands_before_the_pictures(tmp_path: Path) -> None:
    data = animatic(tmp_path).read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_the_picture_moves_and_the_bar_grows(tmp_path: Path) -> None:
    path = animatic(tmp_path, seconds=4)
    first, last = still(path, 0).convert("L"), still(path, 1).convert("L")
    changed = sum(a != b for a, b in zip(first.tobytes(), last.tobytes(), strict=True))
    assert changed > first.width * first.height // 4
    bar_row = 180 - 11
    assert first.getpixel((200, bar_row)) != last.getpixel((200, bar_row))


def test_the_first_frame_image_fills_the_picture(tmp_path: Path) -> None:
    red, green, blue = middle(animatic(tmp_path, first_frame=picture("#c03020")), 0.5)
    assert (red, green, blue) == pytest.approx((0xC0, 0x30, 0x20), abs=12)


def between(shown: Image.Image) -> Image.Image:
    """The part of a picture where no captions are."""
    return shown.convert("RGB").crop((0, round(shown.height * 0.17), shown.width, round(shown.height * 0.65)))


@pytest.mark.parametrize("seed", [0, 1])
def test_a_clip_begins_on_the_very_frame_that_was_cut_and_moves_in(tmp_path: Path, seed: int) -> None:
    shape: dict[str, Any] = {"width": 960, "height": 540}
    source = animatic(tmp_path, name="source", prompt="Rain " * 200, **shape)
    cut = cut_frame(source, "last").data
    after = animatic(tmp_path, name="after", prompt="Sun", first_frame=cut, seed=seed, seconds=2, **shape)
    before = between(Image.open(io.BytesIO(cut)))
    first, last = (between(Image.open(io.BytesIO(cut_frame(after, at).data))) for at in ("first", "last"))
    assert max(ImageStat.Stat(ImageChops.difference(before, first)).mean) < 1
    assert max(ImageStat.Stat(ImageChops.difference(before, last)).mean) > 2
    inner = [round(side * share) for side, share in zip(first.size * 2, (0.05, 0.06, 0.95, 0.94), strict=True)]
    closer = first.crop((inner[0], inner[1], inner[2], inner[3])).resize(first.size)
    closeness = max(ImageStat.Stat(ImageChops.difference(closer, last)).mean)
    assert closeness < max(ImageStat.Stat(ImageChops.difference(first, last)).mean)


def test_a_first_frame_that_is_no_image_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="not an image"):
        animatic(tmp_path, first_frame=b"<html>")


def test_prompts_and_seeds_look_different(tmp_path: Path) -> None:
    looks = {
        middle(animatic(tmp_path, name=f"{number}", prompt=prompt, seed=seed), 0)
        for number, (prompt, seed) in enumerate([("Rain", 0), ("Rain", 1), ("Sun", 0)])
    }
    assert len(looks) == 3


def test_the_same_request_gives_the_same_file(tmp_path: Path) -> None:
    one, two = animatic(tmp_path, name="one", audio=True), animatic(tmp_path, name="two", audio=True)
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize("prompt", ["", "雨の夜", "🌧" * 30, "a" * 9000, "word " * 2000, "\ud800", "tab\tand\nline"])
def test_any_prompt_can_be_burned_in(tmp_path: Path, prompt: str) -> None:
    assert probe(animatic(tmp_path, prompt=prompt, label=prompt[:200], seconds=0.2)).frames == 5


def test_quality_changes_the_size(tmp_path: Path) -> None:
    noisy = io.BytesIO()
    Image.effect_noise((320, 180), 80).save(noisy, "PNG")
    sizes = [
        animatic(tmp_path, name=f"q{quality}", quality=quality, first_frame=noisy.getvalue()).stat().st_size
        for quality in (20, 99)
    ]
    assert sizes[0] < sizes[1] / 2


def test_a_folder_that_is_not_there_is_a_media_error(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="could not write"):
        write_animatic(AnimaticSpec(64, 64, 1, 25), tmp_path / "no" / "video.mp4")
