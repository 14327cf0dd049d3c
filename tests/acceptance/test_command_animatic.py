"""`ltxspec animatic`: all shots in order as one film, with the takes that exist, and chains that continue."""

import io
import shutil
from array import array
from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import ltxspec
from PIL import Image, ImageChops, ImageStat

from ltxspec.media.footage import samples
from ltxspec.media.frames import cut_frame
from ltxspec.media.probe import check_decodes, probe

CONFIG = '[provider]\nname = "sandbox"\n[sandbox]\nspeed = 1000\n'
SPEC = """\
apiVersion: ltxspec/v1
kind: RenderSpec
metadata: {name: film}
model: lightricks:2@0
defaults: {width: 1920, height: 1080, duration: 6, fps: 25}
shots:
  door:
    prompt: He stops at a red door.
    inputs: {frameImages: [{shot: street, frame: last}]}
    providerSettings: {lightricks: {generateAudio: true}}
  alley:
    prompt: A man walks through an alley.
    duration: 8
  street:
    prompt: He turns into a street.
    inputs: {frameImages: [{image: {shot: alley, frame: last}, frame: first}]}
    providerSettings: {lightricks: {generateAudio: true}}
"""
SIZE = ("--size", "640x360")
SMALL = ("--size", "160x90")  # where no picture is looked at


@pytest.fixture
def chain(tmp_path: Path) -> Path:
    (tmp_path / "ltxspec.toml").write_text(CONFIG, "utf-8")
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "film.yaml").write_text(SPEC, "utf-8")
    return tmp_path


def film(folder: Path, *options: str) -> Any:
    return ltxspec("animatic", "-o", "film.mp4", "--format", "json", *SIZE, *options, cwd=folder).json


def test_the_film_is_named_as_it_can_be_opened_from_where_the_command_was_typed(chain: Path) -> None:
    (chain / "cut").mkdir()
    for cwd, before, file, shown in (
        (chain / "specs", (), "../cut/a.mp4", "../cut/a.mp4"),
        (chain, ("-C", "specs"), "../cut/b.mp4", "specs/../cut/b.mp4"),
        (chain, (), str(chain / "cut" / "c.mp4"), str(chain / "cut" / "c.mp4")),
    ):
        said = ltxspec(*before, "animatic", "-o", file, "--target", "film.alley", *SMALL, cwd=cwd).out
        assert said.startswith(f"{shown}: 1 shot ")
        assert (cwd / shown).is_file()
    document = film(chain, "-o", "cut/d.mp4", "--target", "film.alley")
    assert document["file"] == "cut/d.mp4"
    refused = ltxspec("animatic", "-o", "cut/none/a.mp4", cwd=chain, check=1)
    assert "`cut/none/a.mp4` cannot be written: there is no such folder" in refused.err
    assert "with a `+` after it" in " ".join(ltxspec("animatic", "--help", cwd=chain).out.split())


def between(data: bytes, size: tuple[int, int] = (640, 360)) -> Image.Image:
    """The part of a picture where no captions are, in the film's size."""
    picture = Image.open(io.BytesIO(data)).convert("RGB").resize(size)
    return picture.crop((0, round(size[1] * 0.21), size[0], round(size[1] * 0.31)))


def at(folder: Path, seconds: float, name: str = "film.mp4") -> Image.Image:
    return between(cut_frame(folder / name, seconds).data)


def difference(one: Image.Image, other: Image.Image) -> float:
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


def loudness(path: Path, seconds: int) -> int:
    """The largest sample in the second from a time."""
    found = array("h", samples(path, (seconds + 1) * 48_000) or b"")
    return max(map(abs, found[seconds * 48_000 :]))


def test_the_shots_stand_in_the_order_written_and_continue_each_other(chain: Path) -> None:
    document = film(chain)
    assert [(shot["address"], shot["take"], shot["start"], shot["seconds"]) for shot in document["shots"]] == [
        ("film.door", None, 0.0, 6.0), ("film.alley", None, 6.0, 8.0), ("film.street", None, 14.0, 6.0),
    ]  # fmt: skip
    info = probe(chain / "film.mp4")
    assert (info.width, info.height, info.fps, info.frames) == (640, 360, 25, 20 * 25)
    assert (document["width"], document["height"], document["frames"], document["seconds"]) == (640, 360, 500, 20)
    check_decodes(chain / "film.mp4")
    frame = 1 / 25
    for source, shot in ((14 - frame, 14), (20 - frame, 0)):  # each source's last frame, its dependent's first
        assert difference(at(chain, source), at(chain, shot)) < 2
        assert difference(at(chain, source), at(chain, shot + 5)) > 2
    for cut in (6, 14):
        assert difference(at(chain, cut - 2 * frame), at(chain, cut - frame)) < 2
    assert difference(at(chain, 6 - frame), at(chain, 6)) > 5
    assert not (chain / "lockfiles").exists()
    assert not (chain / ".ltxspec" / "archive").exists()


def test_a_dependent_continues_its_source_also_where_that_is_not_shown(chain: Path) -> None:
    film(chain)
    whole = at(chain, 14)
    document = film(chain, "--target", "film.street")
    assert [shot["address"] for shot in document["shots"]] == ["film.street"]
    assert difference(whole, at(chain, 0)) < 2


def test_takes_are_shown_where_they_exist_and_missing_ones_are_named(chain: Path) -> None:
    ltxspec("apply", "--auto-approve", "--target", "film.alley", cwd=chain)
    document = film(chain, "--rendered")
    assert [shot["take"] for shot in document["shots"]] == [None, 1, None]
    assert document["missing"] == []
    assert document["frames"] == 500
    take = Path(ltxspec("output", "film.alley", cwd=chain).out.split()[0])
    for seconds in (0, 3.2):
        shown = between(cut_frame(chain / take, seconds).data)
        assert difference(shown, at(chain, 6 + seconds)) < 4
    assert difference(at(chain, 14 - 1 / 25), at(chain, 14)) < 4

    shutil.rmtree(chain / ".ltxspec" / "archive")
    done = ltxspec("animatic", "-o", "film.mp4", "--rendered", *SIZE, cwd=chain)
    assert "the video of `film.alley` is not on this machine, or was altered: an animatic is shown" in done.err
    assert "ltxspec archive pull" in done.err
    assert done.out == "film.mp4: 3 shots (0 takes, 3 animatics), 20.00 s, 640x360, 25 fps.\n"


def test_a_take_that_its_spec_no_longer_asks_for_is_shown_and_named(chain: Path) -> None:
    ltxspec("apply", "--auto-approve", "--target", "film.street", cwd=chain)
    assert film(chain, "--rendered", *SMALL)["outdated"] == []
    spec = chain / "specs" / "film.yaml"
    spec.write_text(spec.read_text("utf-8").replace("through an alley", "through a lane"), "utf-8")
    done = ltxspec("animatic", "-o", "film.mp4", "--rendered", "--format", "json", *SMALL, cwd=chain)
    assert done.json["outdated"] == ["film.alley", "film.street"]  # the latter follows
    assert [shot["take"] for shot in done.json["shots"]] == [None, 1, 1]
    assert "the take of `film.street` is shown, which its spec no longer asks for" in done.err


def test_sound_is_kept_in_its_place(chain: Path) -> None:
    film(chain, *SMALL)
    assert loudness(chain / "film.mp4", 2) > 100
    assert loudness(chain / "film.mp4", 9) < 20
    ltxspec("apply", "--auto-approve", cwd=chain)
    film(chain, "--rendered", *SMALL)
    assert loudness(chain / "film.mp4", 2) > 100
    assert loudness(chain / "film.mp4", 9) < 20
    assert loudness(chain / "film.mp4", 16) > 100


def test_shapes_are_letterboxed(chain: Path) -> None:
    document = ltxspec(
        "animatic", "-o", "tall.mp4", "--size", "360x360", "--target", "film.alley", "--format", "json", cwd=chain
    ).json
    assert (document["width"], document["height"]) == (360, 360)
    picture = Image.open(io.BytesIO(cut_frame(chain / "tall.mp4", "first").data)).convert("L")
    edges = [*picture.crop((0, 0, 360, 70)).getextrema(), *picture.crop((0, 290, 360, 360)).getextrema()]
    assert max(edges) < 8


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("-o", "film.mov"), 64, "end it in .mp4"),
        (("-o", "none/film.mp4"), 1, "there is no such folder"),
        (("-o", "f.mp4", "--size", "1281x720"), 64, "sides are even"),
        (("-o", "f.mp4", "--size", "big"), 64, "write it as 1280x720"),
        (("-o", "f.mp4", "--target", "film.aley"), 1, "did you mean `film.alley`?"),
        ((), 64, "--output"),
    ],
)
def test_what_cannot_be_is_an_error_with_its_cure(
    arguments: tuple[str, ...], code: int, words: str, chain: Path
) -> None:
    assert words in ltxspec("animatic", *arguments, cwd=chain, check=code).err
    assert not list(chain.glob("*.mp4"))


def test_a_slate_stands_at_the_lower_edge_of_every_shot(chain: Path) -> None:
    shown = ("--target", "film.alley", *SIZE)
    ltxspec("animatic", "-o", "bare.mp4", *shown, cwd=chain)
    ltxspec("animatic", "-o", "slate.mp4", "--slate", *shown, cwd=chain)
    bare, slate = (Image.open(io.BytesIO(cut_frame(chain / f"{name}.mp4", 3.2).data)) for name in ("bare", "slate"))
    strip, above = (0, 346, 640, 360), (0, 40, 640, 300)
    assert difference(bare.crop(strip), slate.crop(strip)) > 10 > difference(bare.crop(above), slate.crop(above)) * 5
    assert max(slate.convert("L").crop(strip).tobytes()) > 200, "letters"


def test_an_existing_film_stays_until_the_new_one_is_complete(chain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (chain / "film.mp4").write_bytes(b"earlier")

    def fail(*_: object) -> None:
        from ltxspec.errors import MediaError

        raise MediaError("the disk is full")

    monkeypatch.setattr("ltxspec.project.animatic.write_film", fail)
    assert "the disk is full" in ltxspec("animatic", "-o", "film.mp4", cwd=chain, check=1).err
    assert [path.name for path in chain.iterdir() if "film" in path.name] == ["film.mp4"]
    assert (chain / "film.mp4").read_bytes() == b"earlier"


def test_progress_names_the_shots(chain: Path) -> None:
    done = ltxspec("animatic", "-o", "film.mp4", "--size", "160x90", cwd=chain)
    assert done.err.splitlines() == ["[1/3] film.door", "[2/3] film.alley", "[3/3] film.street"]
    assert ltxspec("-q", "animatic", "-o", "film.mp4", "--size", "160x90", cwd=chain).err == ""
