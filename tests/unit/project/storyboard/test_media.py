import threading
from pathlib import Path

import builders
import pytest
from replacing import replace
from storyboards import Films, review, screened, shot, take

from ltxspec.errors import LtxspecError, StorageError
from ltxspec.media.comparison import Filmed
from ltxspec.project.picture_makers import PictureMakers
from ltxspec.project.storyboard.media import MediaOptions, screen
from ltxspec.project.storyboard.stills_cache import StillsCache
from ltxspec.review.models import ShotKind
from ltxspec.storage.entry_cache import EntryCache


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Films:
    return Films(tmp_path_factory.mktemp("films"))


def test_videos_of_the_archive_are_measured_and_linked_from_where_the_page_is(films: Films) -> None:
    old = take(1, "a", films.make("A", audio=True))
    new = take(2, "b", films.make("B", container="webm", fps=10, seconds=2))
    found = screened(films, review(shot("alley", ShotKind.RENDERED, old, new)), films.folder / "a b" / "c")
    ((footage,),) = found.footage
    assert found.problems == []
    assert footage.before is not None
    assert footage.after is not None
    digest = old.outputs[0].sha256
    assert footage.before.sha256 == digest
    assert footage.before.href == f"../../{str(digest)[:2]}/{digest}.mp4"
    assert (footage.before.mime, footage.before.audio, footage.before.frames) == ("video/mp4", True, 40)
    assert (footage.after.mime, footage.after.audio, footage.after.fps) == ("video/webm", False, 10)
    assert [still.width for still in footage.after.stills] == [96, 96, 96]


def test_a_mov_goes_by_the_name_that_browsers_play(films: Films) -> None:
    of = review(shot("alley", ShotKind.RENDERED, None, take(1, "a", films.make("M", container="mov"))))
    clip = screened(films, of, films.folder).footage[0][0].after
    assert clip is not None
    assert clip.mime == "video/mp4"
    assert clip.href.endswith(".mov")


def test_odd_names_of_folders_are_quoted(tmp_path: Path) -> None:
    odd = Films(tmp_path / "50% & ?#é")
    odd.folder.mkdir()
    of = review(shot("alley", ShotKind.RENDERED, None, take(1, "a", odd.make("A", seconds=0.2))))
    clip = screened(odd, of, tmp_path).footage[0][0].after
    assert clip is not None
    assert clip.href.startswith("50%25%20%26%20%3F%23%C3%A9/")


def test_bytes_are_read_only_to_be_embedded_and_only_when_asked_for(films: Films) -> None:
    video = films.make("E", seconds=0.2)
    of = review(shot("alley", ShotKind.RENDERED, None, take(1, "a", video)))
    linked, embedded = (screened(films, of, films.folder, embed=embed).footage[0][0].after for embed in (False, True))
    assert linked is not None
    assert linked.read is None
    assert embedded is not None
    assert embedded.read is not None
    file = films.find(str(video.sha256))
    assert file is not None
    assert embedded.read() == file.read_bytes()
    file.unlink()
    with pytest.raises(StorageError):
        embedded.read()


def test_videos_that_are_elsewhere_are_counted_once(films: Films) -> None:
    away = take(1, "a", builders.output(1), builders.output(2, home=False))
    of = review(shot("alley", ShotKind.MOVED, away, away), shot("b", ShotKind.RENDERED, None, away))
    found = screened(films, of, films.folder)
    assert found.problems == ["2 videos are not on this machine; `ltxspec archive pull` fetches those in use"]
    assert [(one.before, one.after) for shots in found.footage for one in shots] == [(None, None)] * 4


def test_a_damaged_video_is_told_and_the_other_side_is_still_shown(films: Films) -> None:
    good, bad = films.make("A"), replace(films.make("X", seconds=0.4), sha256="ee" * 32)
    place = films.folder / "ee" / f"{'ee' * 32}.mp4"
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(b"\0\0\0\x18ftypisom" + b"\0" * 100)
    of = review(shot("alley", ShotKind.RENDERED, take(1, "a", bad), take(2, "b", good)))
    found = screened(films, of, films.folder)
    ((footage,),) = found.footage
    assert footage.before is None
    assert footage.after is not None
    assert [problem.startswith(f"`{place.name}`") for problem in found.problems] == [True]


def test_a_take_on_both_sides_is_measured_once(films: Films) -> None:
    same = take(1, "a", films.make("A"))
    ((footage,),) = screened(films, review(shot("alley", ShotKind.MOVED, same, same)), films.folder).footage
    assert footage.before is None
    assert footage.after is not None


def test_every_result_has_its_footage(films: Films) -> None:
    one, two = films.make("A"), films.make("B")
    of = review(shot("alley", ShotKind.RENDERED, take(1, "a", one), take(2, "b", one, two)))
    (results,) = screened(films, of, films.folder).footage
    assert [(result.before is None, result.after is None) for result in results] == [(False, False), (True, False)]


def test_stills_can_be_asked_for_in_another_width(films: Films) -> None:
    assert MediaOptions(films.find, films.folder).with_stills(480).still_width == 480


def test_nothing_more_is_read_once_the_review_has_failed(films: Films) -> None:
    calls, gone = [], threading.Event()

    def fail(before: Path | None, after: Path | None, *, width: int) -> tuple[Filmed | None, Filmed | None]:
        calls.append((before, after))
        if len(calls) > 1:
            gone.wait(0.1)
        raise LtxspecError(f"the cluster gave a picture of {width} pixels up")

    class Never(EntryCache):
        def get(self, key: str) -> bytes | None:
            return None if key else b""

    made = take(1, "a", films.make("A"))
    of = review(*(shot(f"s{number}", ShotKind.RENDERED, None, made) for number in range(50)))
    stills = StillsCache(Never(films.folder / "cache"), PictureMakers(compare=fail))
    with pytest.raises(LtxspecError, match="gave a picture"):
        screen(of, MediaOptions(films.find, films.folder, stills=stills, most=2))
    assert len(calls) < 10
