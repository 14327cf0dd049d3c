"""Videos and previews of every shape stay inside their card, beside what they are compared with, on every screen."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from browsing import Opened
from replacing import replace
from storyboards import Films, pending, review, screened, shot, take

from ltxspec.report.storyboard.models import Clip, ClipPair
from ltxspec.report.storyboard.page import storyboard
from ltxspec.review.models import ShotKind

pytestmark = pytest.mark.browser

SHAPES = {"portrait": (108, 192), "square": (128, 128), "wide": (192, 108), "very wide": (480, 96)}
OUTSIDE = """() => [...document.querySelectorAll(".shot")].flatMap((shot) => {
  const card = shot.getBoundingClientRect();
  return [...shot.querySelectorAll(".side, .screen, video, .blank")].filter((one) => {
    const { left, right } = one.getBoundingClientRect();
    return left < card.left - 1 || right > card.right + 1;
  }).map((one) => `${shot.dataset.address} ${one.className || one.tagName}`);
})"""
OVERLAPPING = """() => [...document.querySelectorAll(".stage")].filter((stage) => {
  const [one, other] = [...stage.querySelectorAll(".side")].map((side) => side.getBoundingClientRect());
  return other && one.right > other.left + 1 && one.bottom > other.top + 1;
}).map((stage) => stage.closest(".shot").dataset.address)"""
SQUEEZED = """() => [...document.querySelectorAll(".screen video")].filter((video) => {
  const [wide, high] = [video.clientWidth, video.clientHeight];
  const aspect = video.getAttribute("width") / video.getAttribute("height");
  return Math.min(wide, high * aspect) < 90 || Math.abs(wide / high - aspect) > aspect * 0.6;
}).map((video) => `${video.getAttribute("aria-label")}: ${video.clientWidth}x${video.clientHeight}`)"""


@pytest.fixture(scope="module")
def previews_file(films: Films, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of previews: alone, beside a take of their own shape, and beside one of another."""
    shots, clips = [], {}
    other = take(9, "Other", films.make("Other", seconds=0.4))
    for name, (width, height) in SHAPES.items():
        same = take(1, name, films.make(f"{name} take", seconds=0.4, width=width, height=height))
        drawn = films.make(f"{name} preview", seconds=0.4, width=width, height=height)
        for beside, before in (("alone", None), ("pair", same), ("mixed", other)):
            instance = f"{name.replace(' ', '-')}-{beside}"
            shots.append(shot(instance, ShotKind.PENDING, before, change=pending(instance, f"A {name} picture.")))
            clips[instance] = drawn
    of = review(*shots)
    file = tmp_path_factory.mktemp("previews") / "review.html"
    page = screened(films, of, file.parent)
    made = {
        instance: screened(films, review(shot("x", ShotKind.RENDERED, None, take(1, "x", drawn))), file.parent)
        for instance, drawn in clips.items()
    }
    footage = [
        _previewed(pairs, made[one.address.instance].footage[0][0].after)
        for one, pairs in zip(page.review.shots, page.footage, strict=True)
    ]
    file.write_text("".join(storyboard(page.review, footage)), "utf-8")
    return file


def _previewed(pairs: Sequence[ClipPair], clip: Clip | None) -> list[ClipPair]:
    assert clip is not None
    return [ClipPair(pairs[0].before if pairs else None, replace(clip, preview=True))]


@pytest.mark.parametrize("size", [(390, 844), (768, 1024), (1440, 900)])
def test_previews_of_every_shape_stay_in_their_place(
    open_page: Callable[..., Opened], previews_file: Path, size: tuple[int, int]
) -> None:
    opened = open_page(previews_file, viewport={"width": size[0], "height": size[1]})
    opened.ask("shots.forEach((one) => (mount(one), one.style.setProperty('content-visibility', 'visible')))")
    opened.settle()
    assert opened.ask("document.documentElement.scrollWidth") == size[0]
    for mode in ("side", "overlay", "wipe"):
        opened.ask(f"change('mode', '{mode}')")
        assert opened.ask(OUTSIDE) == []
        if mode == "side":
            assert opened.ask(OVERLAPPING) == []
            assert opened.ask(SQUEEZED) == []
