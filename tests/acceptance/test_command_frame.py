"""`ltxspec frame`: the picture that a player shows, of the take that was meant."""

import shutil
from pathlib import Path

import pytest
from acceptance.commands import ltxspec
from PIL import Image, ImageChops, ImageStat


@pytest.mark.parametrize(
    ("at", "name", "form"), [("first", "a.png", "PNG"), ("last", "b.JPG", "JPEG"), ("3.5", "c.jpeg", "JPEG")]
)
def test_a_frame_is_a_picture_of_the_video_s_shape(at: str, name: str, form: str, rendered: Path) -> None:
    said = ltxspec("frame", "night.alley", "--at", at, "-o", name, cwd=rendered).out
    with Image.open(rendered / name) as picture:
        assert picture.format == form
        assert said.startswith(f"{name}: {picture.width}x{picture.height} {form}, frame at ")


def test_first_and_last_differ_and_the_default_is_the_first(rendered: Path) -> None:
    for name, options in {"d": (), "f": ("--at", "first"), "l": ("--at", "last")}.items():
        ltxspec("frame", "night.alley", *options, "-o", f"{name}.png", cwd=rendered)
    assert (rendered / "d.png").read_bytes() == (rendered / "f.png").read_bytes()
    with Image.open(rendered / "f.png") as first, Image.open(rendered / "l.png") as last:
        assert max(ImageStat.Stat(ImageChops.difference(first, last)).mean) > 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("night.alley", "--at", "99", "-o", "x.png"), 1, "it has no frame at 99 s"),
        (("night.alley", "--at", "middle", "-o", "x.png"), 64, "write `first`, `last`, or seconds"),
        (("night.alley", "-o", "x.gif"), 64, "end it in .png or .jpg"),
        (("night.alley", "-o", "none/x.png"), 1, "there is no such folder"),
        (("night.alley", "--take", "7", "-o", "x.png"), 64, "no take 7"),
        (("night.aley", "-o", "x.png"), 1, "did you mean `night.alley`?"),
        (("night.alley",), 64, "--output"),
    ],
)
def test_what_cannot_be_cut_is_an_error_and_writes_nothing(
    arguments: tuple[str, ...], code: int, words: str, rendered: Path
) -> None:
    assert words in ltxspec("frame", *arguments, cwd=rendered, check=code).err
    assert not list(rendered.glob("x.*"))


def test_a_video_that_is_not_here_is_named_with_the_cure(rendered: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(rendered, tmp_path / "copy", symlinks=True))
    shutil.rmtree(folder / ".ltxspec" / "archive")
    said = ltxspec("frame", "night.alley", "-o", "x.png", cwd=folder, check=1).err
    assert "the video of `night.alley` is not on this machine" in said
    assert "ltxspec archive pull 'night.alley'" in said


def test_an_altered_video_is_not_shown_as_the_one_that_was_paid_for(rendered: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(rendered, tmp_path / "copy", symlinks=True))
    for video in (folder / ".ltxspec" / "archive").rglob("*.mp4"):
        video.chmod(0o644)
        video.write_bytes(video.read_bytes() + b" ")
    said = ltxspec("frame", "night.alley", "-o", "x.png", cwd=folder, check=1).err
    assert "has changed since it was archived" in said
    film = ltxspec("animatic", "--rendered", "--size", "160x90", "-o", "f.mp4", "--format", "json", cwd=folder)
    assert "night.alley" in film.json["missing"]
    assert "is not on this machine, or was altered" in film.err


def test_files_are_named_as_they_are_reached_from_where_the_command_was_typed(rendered: Path) -> None:
    outside, said = rendered.parent, ""
    for arguments, name in (
        (("frame", "night.alley", "-o", "g.png"), "g.png"),
        (("export", "csv", "--media", "m", "-o", "c.csv"), "c.csv"),
        (("export", "openjd", "-o", "job.yaml"), "job.yaml"),
        (("plan", "-o", "night.plan"), "night.plan"),
    ):
        done = ltxspec("-C", rendered.name, *arguments, cwd=outside, check=None)
        said = done.out + done.err
        assert f"{rendered.name}/{name}" in said
        assert (rendered / name).is_file()
    assert f"To do exactly this: ltxspec -C {rendered.name} apply night.plan" in said
