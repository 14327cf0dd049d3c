import io
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import builders
import pytest
from PIL import Image
from replacing import replace
from storyboards import Films, pending, review, shot, take

from ltxspec.catalog.models import Catalog, load_catalog
from ltxspec.media.film import Clip
from ltxspec.media.probe import probe
from ltxspec.project import animatics
from ltxspec.project.animatics import Animatics, drawn
from ltxspec.project.picture_makers import HERE
from ltxspec.project.storyboard.media import MediaOptions, screen
from ltxspec.render.models import Request
from ltxspec.render.references import Reference
from ltxspec.report.storyboard.page import storyboard
from ltxspec.review.follows import Use
from ltxspec.review.models import Review, ShotKind, ShotReview
from ltxspec.storage.entry_cache import EntryCache
from ltxspec.storage.files import ProjectFolder
from ltxspec.storage.packaged import read_model_documents
from ltxspec.values import ShotAddress

MODEL = "lightricks:ltx@2.5-fast"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(read_model_documents())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "specs").mkdir()
    return tmp_path


def to_render(instance: str, prompt: str = "a night market", **body: Any) -> ShotReview:
    change = pending(instance, prompt)
    shape = {"model": MODEL, "width": 1280, "height": 720, "duration": 1, "fps": 24}
    return shot(instance, ShotKind.PENDING, change=with_body(change, **(shape | body)))


def with_body(change: Any, **body: Any) -> Any:
    return replace(change, request=replace(change.request, body=change.request.body | body))


def begins_with(of: ShotReview, source: str, at: Any = "last", **use: Any) -> ShotReview:
    """The shot, beginning with a frame of another one."""
    reference = Reference(ShotAddress("night", source), at, path=("inputs", "frameImages", 0, "image"))
    images: dict[str, Any] = {"inputs": {"frameImages": [{"image": reference.name, "frame": "first"}]}}
    request = replace(request_of(of), body={**request_of(of).body, **images}, references=(reference,))
    uses = (Use(reference, "first", **use),)
    return replace(of, change=replace(of.change, request=request), uses_after=uses)


def request_of(of: ShotReview) -> Request:
    assert of.change is not None
    assert of.change.request is not None
    return of.change.request


def draw(
    root: Path,
    catalog: Catalog,
    of: Review,
    problems: list[str] | None = None,
    find: Any = lambda _: None,
    by: Callable[[Clip], bytes] = HERE.draw,
) -> Mapping[str, Path]:
    entries = EntryCache(root / ".ltxspec" / "cache" / "animatics", root)
    maker = Animatics(catalog, ProjectFolder(root), find, entries, by)
    with ThreadPoolExecutor(2) as pool:
        found = drawn(maker.start(of.shots, pool), [] if problems is None else problems)
    return {address.instance: path for address, path in found.items()}


def first_frame(path: Path) -> Image.Image:
    from ltxspec.media.stills import stills

    return Image.open(io.BytesIO(stills(path, [0.0], width=64)[0].jpeg)).convert("RGB")


def far(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures without their captions, 0 to 255."""
    pairs = zip(*(image.resize((16, 9)).crop((0, 3, 16, 6)).tobytes() for image in (one, other)), strict=True)
    return float(sum(abs(a - b) for a, b in pairs)) / (16 * 3 * 3)


def test_what_is_to_be_rendered_is_drawn_small_and_without_sound(root: Path, catalog: Catalog) -> None:
    held = replace(to_render("door"), kind=ShotKind.HELD)
    made = take(1, "x")
    of = review(
        to_render("alley"), held, shot("b", ShotKind.RENDERED, None, made), shot("gone", ShotKind.RETIRED, made),
        replace(to_render("c"), kind=ShotKind.BLOCKED),
    )  # fmt: skip
    found = draw(root, catalog, of)
    assert found.keys() == {"alley", "door"}
    info = probe(found["alley"])
    assert (info.width, info.height, info.fps, info.seconds, info.audio_codec) == (640, 360, 12, 1, None)
    assert found["alley"].is_relative_to(root / ".ltxspec" / "cache")


def test_a_preview_is_drawn_once(root: Path, catalog: Catalog) -> None:
    of = review(to_render("alley"), begins_with(to_render("door"), "alley"))
    first = draw(root, catalog, of)
    before = {path: path.read_bytes() for path in first.values()}

    def refuse(_: Clip) -> bytes:
        raise AssertionError("drawn again")

    assert draw(root, catalog, of, by=refuse) == first
    assert {path: path.read_bytes() for path in first.values()} == before
    with pytest.raises(AssertionError):
        draw(root, catalog, review(to_render("alley", "another market")), by=refuse)


def test_a_shot_of_a_chain_begins_as_its_source_ends(root: Path, catalog: Catalog) -> None:
    street = begins_with(to_render("street", "a wide street"), "alley")
    door = begins_with(to_render("door", "a red door"), "street")
    chain = draw(root, catalog, review(door, to_render("alley", "rain"), street))
    alone = draw(root, catalog, review(to_render("door", "a red door"), to_render("alley", "rain")))
    assert chain["alley"] == alone["alley"]
    from ltxspec.media.stills import stills

    end = Image.open(io.BytesIO(stills(chain["alley"], [1.0], width=64)[0].jpeg)).convert("RGB")
    assert far(first_frame(chain["street"]), end) < far(first_frame(alone["door"]), end)
    assert far(first_frame(chain["door"]), end) < far(first_frame(alone["door"]), end)
    edited = draw(root, catalog, review(door, to_render("alley", "snow"), street))
    assert edited["door"] != chain["door"]  # all that follows changes with it


def test_a_source_that_is_bought_gives_the_frame_of_its_take(root: Path, catalog: Catalog) -> None:
    films = Films(root / "films")
    films.folder.mkdir()
    video = films.make("Fog over a harbour", width=192, height=108, seconds=0.4)
    door = begins_with(to_render("door", "a red door"), "alley", "last", sha256=video.sha256)
    found = draw(root, catalog, review(door), find=films.find)
    file = films.find(str(video.sha256))
    assert file is not None
    bare = draw(root, catalog, review(door))
    assert far(first_frame(found["door"]), first_frame(file)) < far(first_frame(bare["door"]), first_frame(file))


def test_shots_that_follow_each_other_in_a_circle_are_drawn_nevertheless(root: Path, catalog: Catalog) -> None:
    one, two = begins_with(to_render("one"), "two"), begins_with(to_render("two"), "one")
    itself = begins_with(to_render("itself"), "itself")
    assert draw(root, catalog, review(one, two, itself)).keys() == {"one", "two", "itself"}


def test_a_long_chain_is_no_matter(root: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Clip, "picture", lambda *_: b"picture")
    shots = [to_render("s0"), *(begins_with(to_render(f"s{number}"), f"s{number - 1}") for number in range(1, 1500))]
    monkeypatch.setattr(animatics, "MOST", 2000)
    found = draw(root, catalog, review(*reversed(shots)), by=lambda clip: clip.spec.label.encode())
    assert len(found) == 1500


def test_a_file_is_shown_only_if_it_is_the_one_that_is_meant(root: Path, catalog: Catalog) -> None:
    image = root / "specs" / "red.png"
    Image.new("RGB", (64, 36), "red").save(image)
    digest = ProjectFolder(root).sha256("red.png", beside="specs/night.yaml")
    plain = to_render("alley", inputs={"frameImages": [{"image": "red.png", "frame": "first"}]})

    def asking(inputs: dict[str, str]) -> ShotReview:
        return replace(plain, change=replace(plain.change, request=replace(request_of(plain), inputs=inputs)))

    red = first_frame(draw(root, catalog, review(asking({"red.png": digest})))["alley"]).getpixel((32, 18))
    assert isinstance(red, tuple)
    assert red[0] - red[1] > 60
    others = [{"red.png": "sha256:" + "0" * 64}, {}]
    assert len({draw(root, catalog, review(asking(inputs)))["alley"] for inputs in others}) == 1
    pale = first_frame(draw(root, catalog, review(asking({})))["alley"]).getpixel((32, 18))
    assert pale != red


@pytest.mark.parametrize("path", ["../secret.png", "/etc/hostname", ".env", "missing.png"])
def test_no_other_file_is_read(root: Path, catalog: Catalog, path: str) -> None:
    of = to_render("alley", inputs={"frameImages": [{"image": path, "frame": "first"}]})
    request = replace(request_of(of), inputs={path: "sha256:" + "0" * 64})
    problems: list[str] = []
    assert draw(root, catalog, review(replace(of, change=replace(of.change, request=request))), problems)
    assert problems == []


@pytest.mark.parametrize(
    "body",
    [
        {"width": 10**300, "height": 1}, {"duration": 10**9}, {"fps": 10**6}, {"fps": 0.001}, {"width": "many"},
        {"width": float("inf")}, {"width": -5, "height": float("nan")}, {"duration": 1e-9},
        {"width": 1, "height": 9000},
        {"positivePrompt": "\ud800 lone"}, {"positivePrompt": None}, {"model": {"odd": []}}, {"model": "maker:none@1"},
    ],
)  # fmt: skip
def test_whatever_a_report_asks_for_is_small_and_short(root: Path, catalog: Catalog, body: dict[str, Any]) -> None:
    seen: list[Clip] = []

    def note(clip: Clip) -> bytes:
        seen.append(clip)
        return b"video"

    problems: list[str] = []
    draw(root, catalog, review(to_render("alley", **body)), problems, by=note)
    assert problems == []
    (clip,) = seen
    assert max(clip.frame) <= 640
    assert min(clip.frame) >= 16
    assert clip.count <= 240


def test_a_damaged_picture_does_not_prevent_a_preview(root: Path, catalog: Catalog) -> None:
    (root / "specs" / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 40)
    digest = ProjectFolder(root).sha256("bad.png", beside="specs/night.yaml")
    of = to_render("alley", inputs={"frameImages": [{"image": "bad.png", "frame": "first"}]})
    request = replace(request_of(of), inputs={"bad.png": digest})
    problems: list[str] = []
    assert draw(root, catalog, review(replace(of, change=replace(of.change, request=request))), problems)
    assert problems == []


def test_only_so_many_are_drawn_and_the_others_are_counted(
    root: Path, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(animatics, "MOST", 1)
    maker = Animatics(catalog, ProjectFolder(root), lambda _: None, EntryCache(root / "cache", root))
    of = review(*(to_render(f"s{number}") for number in range(3)))
    found = screen(of, MediaOptions(lambda _: None, root, animatics=maker))
    assert found.problems == ["2 more shots that are to be rendered have no preview"]


def test_a_preview_is_never_taken_for_a_take(root: Path, catalog: Catalog) -> None:
    films = Films(root / "films")
    films.folder.mkdir()
    old = take(1, "a temple", films.make("a temple", width=96, height=54))
    edited = replace(to_render("temple", "a ruined temple"), before=old)
    maker = Animatics(catalog, ProjectFolder(root), films.find, EntryCache(root / "cache", root))
    found = screen(review(edited), MediaOptions(films.find, root, still_width=96, animatics=maker))
    ((pair,),) = found.footage
    assert pair.before is not None
    assert pair.after is not None
    assert (pair.before.preview, pair.after.preview) == (False, True)
    assert [still.width for still in pair.after.stills] == [96, 96, 96]
    page = "".join(storyboard(found.review, found.footage))
    assert "Preview, not rendered" in page
    assert "A free preview of what is to be rendered" in page
    assert builders.task(1) not in page
