from pathlib import Path

import pytest
from passage_films import BLACK, HEIGHT, LOUD, MOVING, RATE, SILENT, STILL, WIDTH, film

from ltxspec.errors import MediaError
from ltxspec.media.animatic import AnimaticSpec, write_animatic
from ltxspec.media.measure import Passages, checked, measure, passages
from ltxspec.media.specs import Container


@pytest.mark.parametrize("suffix", ["mp4", "webm"])
def test_size_length_rate_and_audio_are_measured(tmp_path: Path, suffix: str) -> None:
    found = measure(film(tmp_path / f"film.{suffix}", [(MOVING, 2)], [(LOUD, 2)]))
    assert (found.width, found.height, found.fps, found.seconds, found.audio) == (WIDTH, HEIGHT, RATE, 2, True)
    assert (found.black_seconds, found.frozen_seconds, found.silent_seconds) == (0, 0, 0)
    assert found.loudness == pytest.approx(-15, abs=3)


def test_the_longest_black_passage_counts(tmp_path: Path) -> None:
    found = measure(film(tmp_path / "film.mp4", [(BLACK, 1), (MOVING, 1), (BLACK, 2), (MOVING, 1)]))
    assert found.black_seconds == pytest.approx(2, abs=0.05)


def test_a_passage_that_lasts_to_the_end_counts(tmp_path: Path) -> None:
    found = measure(film(tmp_path / "film.mp4", [(MOVING, 1), (BLACK, 1.6)], [(LOUD, 1), (SILENT, 1.6)]))
    assert found.black_seconds == pytest.approx(1.6, abs=0.05)
    assert found.frozen_seconds == pytest.approx(1.6, abs=0.05)
    assert found.silent_seconds == pytest.approx(1.6, abs=0.1)


def test_a_frozen_passage_is_not_black(tmp_path: Path) -> None:
    found = measure(film(tmp_path / "film.mp4", [(MOVING, 1), (STILL, 2), (MOVING, 1)]))
    assert found.frozen_seconds == pytest.approx(2, abs=0.1)
    assert found.black_seconds == 0


def test_passages_shorter_than_half_a_second_do_not_count(tmp_path: Path) -> None:
    found = measure(film(tmp_path / "film.mp4", [(MOVING, 1), (BLACK, 0.4), (MOVING, 1)]))
    assert (found.black_seconds, found.frozen_seconds) == (0, 0)


def test_silence_is_measured_where_there_is_audio(tmp_path: Path) -> None:
    found = measure(film(tmp_path / "film.mp4", [(MOVING, 4)], [(LOUD, 1), (SILENT, 2), (LOUD, 1)]))
    assert found.silent_seconds == pytest.approx(2, abs=0.1)


def test_silent_audio_is_as_quiet_as_can_be(tmp_path: Path) -> None:
    found = measure(film(tmp_path / "film.mp4", [(MOVING, 2)], [(SILENT, 2)]))
    assert found.silent_seconds == pytest.approx(2, abs=0.1)
    assert found.loudness == -70


def test_without_audio_nothing_is_silent(tmp_path: Path) -> None:
    found = measure(film(tmp_path / "film.mp4", [(MOVING, 1)]))
    assert (found.audio, found.silent_seconds, found.loudness) == (False, None, None)


@pytest.mark.parametrize("container", ["mp4", "mov", "webm"])
def test_an_animatic_is_neither_black_nor_silent(tmp_path: Path, container: Container) -> None:
    path = tmp_path / f"video.{container}"
    write_animatic(AnimaticSpec(320, 192, 3, 25, container, audio=True, prompt="Rain"), path)
    found = measure(path)
    assert (found.width, found.height, found.fps, found.seconds) == (320, 192, 25, 3)
    assert (found.black_seconds, found.silent_seconds) == (0, 0)


def test_what_does_not_decode_is_not_measured(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(b"<html>")
    with pytest.raises(MediaError):
        measure(path)


def test_a_download_is_checked_and_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = film(tmp_path / "film.mp4", [(MOVING, 1)])
    assert checked(path) == measure(path)
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(MediaError):
        checked(path)
    whole = film(tmp_path / "whole.mp4", [(MOVING, 1)])

    def fails(_: Path) -> None:
        raise MediaError("no such filter")

    monkeypatch.setattr("ltxspec.media.measure._measured", fails)
    assert checked(whole) is None


def test_passages_are_found_where_they_are(tmp_path: Path) -> None:
    path = film(
        tmp_path / "film.mp4",
        [(MOVING, 1), (BLACK, 1), (MOVING, 1), (STILL, 2), (MOVING, 0.4)],
        [(LOUD, 2), (SILENT, 3.4)],
    )
    found = passages(path)
    assert list(found.black[0]) == pytest.approx([1, 2], abs=0.05)
    assert [list(each) for each in found.frozen] == [pytest.approx([1, 2], abs=0.1), pytest.approx([3, 5], abs=0.1)]
    assert list(found.silent[0]) == pytest.approx([2, 5.4], abs=0.1)
    assert [len(found.black), len(found.silent)] == [1, 1]
    assert passages(film(tmp_path / "other.mp4", [(MOVING, 1)])) == Passages()
