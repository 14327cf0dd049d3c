from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from storyboards import Films, review, shot, take

from ltxspec.media.stills import still_of
from ltxspec.project.storyboard.frames import start_cutting
from ltxspec.render.references import Reference
from ltxspec.report.storyboard.models import Picture
from ltxspec.review.follows import Use
from ltxspec.review.models import ShotKind
from ltxspec.values import ShotAddress


def test_the_frames_are_cut_once_and_what_cannot_be_had_is_said(tmp_path: Path) -> None:
    films = Films(tmp_path)
    source, own = films.make("source", width=96, height=54), films.make("own", width=96, height=54)
    broken = tmp_path / "bb" / f"{'b' * 64}.mp4"
    broken.parent.mkdir(exist_ok=True)
    broken.write_bytes(b"no video")
    names = [source.sha256 or "", "b" * 64, "c" * 64]
    uses = tuple(Use(Reference(ShotAddress("night", "alley"), "last"), "first", name) for name in names)
    made = take(2, "x", own)
    both = (
        shot("door", ShotKind.RENDERED, None, made, uses_after=uses),
        shot("hall", ShotKind.PENDING, uses_after=uses),
    )
    with ThreadPoolExecutor(1) as pool:
        found = {
            cut: it.result()
            for cut, it in start_cutting(review(*both), films.find, partial(still_of, width=48), pool).items()
        }
    assert set(found) == {*((name, "last") for name in names), (own.sha256, "first")}
    last = found[names[0], "last"]
    assert isinstance(last, Picture)
    assert (last.width, last.height) == (48, 27)
    assert last.seconds > 1
    assert str(found[names[1], "last"]).startswith("It cannot be shown: ")
    assert "not on this machine" in str(found[names[2], "last"])
