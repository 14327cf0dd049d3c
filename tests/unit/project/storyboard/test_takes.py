"""Videos of all takes are found and measured, once each."""

from pathlib import Path

from replacing import replace
from storyboards import Films, review, screened, shot, take

from ltxspec.lock.models import ShotRecord
from ltxspec.project.storyboard.media import MediaOptions
from ltxspec.project.storyboard.takes import clips_of_takes
from ltxspec.review.models import ShotKind
from ltxspec.values import ShotAddress


def test_other_takes_are_measured_and_broken_or_missing_ones_left_out(tmp_path: Path) -> None:
    films = Films(tmp_path)
    outputs = [films.make(str(number), audio=number == 1) for number in range(3)]
    broken = films.find(str(outputs[2].sha256))
    assert broken is not None
    broken.write_bytes(b"no video")
    gone = replace(outputs[2], sha256="f" * 64)
    takes = [take(number, str(number), output) for number, output in enumerate([*outputs, gone], 1)]
    one = shot("alley", ShotKind.RENDERED, None, takes[0])
    whole = replace(review(one), records={ShotAddress("night", "alley"): ShotRecord(takes[0].task_id, tuple(takes))})
    media = screened(films, whole, tmp_path)
    clips = clips_of_takes(whole, media.footage, MediaOptions(films.find, tmp_path, link=lambda file: f"m/{file.name}"))
    assert list(clips) == [outputs[0].sha256, outputs[1].sha256]
    assert clips[str(outputs[0].sha256)] is media.footage[0][0].after
    second = clips[str(outputs[1].sha256)]
    assert (second.href, second.frames, second.audio) == (f"m/{outputs[1].sha256}.mp4", 40, True)
    embedded = clips_of_takes(whole, (), MediaOptions(films.find, tmp_path, embed=True))
    read = embedded[str(outputs[1].sha256)].read
    assert read is not None
    assert len(read()) > 1000
