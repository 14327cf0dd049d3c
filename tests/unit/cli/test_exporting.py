"""`ltxspec export otio|edl|csv`, as users run it."""

import csv
import io
import shutil
from pathlib import Path

import pytest
from acceptance.commands import ltxspec
from unit.project.filmed_projects import archived, project_of, record_takes, video

SHOTS = """\
defaults: {duration: 6, fps: 25}
shots:
  door: {prompt: "=1+1"}
  alley: {prompt: Rain.}
  weather: {matrix: {sky: [rain, fog]}, prompt: "{{ sky }} over a bridge"}
"""


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A project whose `night.alley` and `night.weather[fog]` are rendered."""
    root = tmp_path / "project"
    root.mkdir()
    project = project_of(root, night=SHOTS)
    sounding, mute = (archived(project, video(tmp_path, audio=audio, prompt=str(audio))) for audio in (True, False))
    record_takes(project, {"night.alley": {"outputs": (sounding,)}, "night.weather[fog]": {"outputs": (mute,)}})
    return root


def test_a_timeline_and_its_media_can_be_moved_together_and_opened_again(film: Path, tmp_path: Path) -> None:
    otio = pytest.importorskip("opentimelineio", reason="has no wheel for this Python")
    done = ltxspec("export", "otio", "-o", "cut/film.otio", "--media", "cut/media", cwd=film)
    assert done.out == "cut/film.otio: 4 shots (2 takes, 2 without a video), 12.80 s, 25 fps.\n"
    moved = Path(shutil.move(film / "cut", tmp_path / "moved"))
    timeline = otio.adapters.read_from_file(str(moved / "film.otio"))
    clips = [clip.media_reference for clip in timeline.find_clips()]
    found = [reference for reference in clips if reference.schema_name() == "ExternalReference"]
    assert {reference.target_url for reference in found} == {
        "media/night_alley_take1.mp4", "media/night_weather-fog_take1.mp4",
    }  # fmt: skip
    assert all((moved / reference.target_url).is_file() for reference in found)
    assert [clip.name for clip in timeline.tracks[0]] == [
        "night_door", "night_alley_take1", "night_weather-rain", "night_weather-fog_take1",
    ]  # fmt: skip


def test_without_a_file_the_timeline_is_the_output(film: Path) -> None:
    edl = ltxspec("export", "edl", "--target", "night.alley", cwd=film).out
    assert edl.startswith("TITLE: The film night\nFCM: NON-DROP FRAME\n\n001  ")
    assert edl.count("* FROM CLIP NAME: night_alley_take1.mp4") == 1
    table = list(csv.DictReader(io.StringIO(ltxspec("export", "csv", cwd=film).out.removeprefix("\ufeff"))))
    assert [(row["address"], row["state"], row["prompt"]) for row in table][:2] == [
        ("night.door", "not rendered", "'=1+1"), ("night.alley", "rendered", "Rain."),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["otio", "edl", "csv"])
def test_an_earlier_export_is_replaced_and_a_file_of_another_kind_is_kept(kind: str, film: Path) -> None:
    if kind == "otio":
        pytest.importorskip("opentimelineio", reason="has no wheel for this Python")
    ltxspec("export", kind, "-o", "film.x", "--target", "night.alley", cwd=film)
    before = (film / "film.x").read_bytes()
    ltxspec("export", kind, "-o", "film.x", cwd=film)
    assert (film / "film.x").read_bytes() != before
    refused = ltxspec("export", kind, "-o", "specs/night.yaml", cwd=film, check=1)
    assert "is a file of another kind, and is not replaced" in refused.err
    assert SHOTS in (film / "specs" / "night.yaml").read_text("utf-8")


def test_links_and_other_rates_are_a_choice_and_programs_get_a_document(film: Path) -> None:
    options = ("-o", "a.edl", "--media", "media", "--link", "--rate", "24", "--format", "json")
    document = ltxspec("export", "edl", *options, cwd=film).json
    assert (document["fps"], document["frames"], document["missing"]) == ("24", 2 * 144 + 2 * 9, [])
    assert [shot["name"] for shot in document["shots"]] == [
        None, "night_alley_take1.mp4", None, "night_weather-fog_take1.mp4",
    ]  # fmt: skip
    assert all(path.is_symlink() and path.resolve().is_file() for path in (film / "media").iterdir())
    assert document["shots"][1]["file"] == str(film / "media" / "night_alley_take1.mp4")


def test_what_is_not_on_this_machine_is_said_and_missed_only_where_videos_are_wanted(film: Path) -> None:
    shutil.rmtree(film / ".ltxspec" / "archive")
    for options, code in (((), 0), (("--media", "media"), 3)):
        done = ltxspec("export", "edl", "-o", "a.edl", *options, cwd=film, check=code)
        assert "`night.alley`, `night.weather[fog]`: the video is not on this machine, or was altered" in done.err
        assert "hint: `ltxspec archive pull --current` fetches what is missing" in done.err
        assert "night_alley_take1.mp4" in (film / "a.edl").read_text("utf-8")


def test_the_time_codes_of_a_film_are_those_of_the_timeline_one_hour_earlier(film: Path, tmp_path: Path) -> None:
    project = project_of(film)
    slow = archived(project, video(tmp_path, fps=24, seconds=0.625))  # 15 frames: 15.6 of 25 a second
    record_takes(project, {"night.door": {"outputs": (slow,)}, "night.alley": {"outputs": (slow,)}})
    shown = ("--rendered", "--slate", "--size", "64x36", "--target", "night.door", "--target", "night.alley")
    animatic = ltxspec("animatic", "-o", "a.mp4", *shown, "--format", "json", cwd=film).json
    timeline = ltxspec("export", "edl", "-o", "a.edl", "--rate", "25", "--format", "json", cwd=film).json
    assert [(shot["take"], shot["seconds"]) for shot in animatic["shots"]] == [(1, 0.6), (1, 0.6)]
    assert [shot["start"] for shot in timeline["shots"]][:3] == ["01:00:00:00", "01:00:00:15", "01:00:01:05"]


def test_takes_of_the_other_provider_are_named_where_there_are_none(film: Path) -> None:
    done = ltxspec("export", "csv", "--provider", "sandbox", cwd=film)
    assert "there are records with `runware`: use `--provider runware`" in done.err
    assert done.out.count("not rendered") == 4


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--link",), 64, "name it with --media DIR"),
        (("--format", "json"), 64, "name it with -o FILE"),
        (("--rate", "12"), 64, "use 23.976, 24, 25"),
        (("--target", "night.aley"), 1, "did you mean `night.alley`?"),
        (("specs/none.yaml",), 64, "does not exist"),
    ],
)
def test_what_cannot_be_is_an_error_with_its_cure(film: Path, options: tuple[str, ...], code: int, words: str) -> None:
    assert words in ltxspec("export", "csv", *options, cwd=film, check=code).err
