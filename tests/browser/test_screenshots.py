"""Pictures of the storyboard for the documentation, taken only when `LTXSPEC_SCREENSHOTS` names a folder for them."""

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browsing import Opened
from PIL import Image
from storyboards import Films, pending, review, screened, shot, take, write_page

from ltxspec.lock.models import Take
from ltxspec.plan.actions import FieldChange
from ltxspec.project.storyboard.sheets import sheet_of
from ltxspec.review.models import Cause, CauseKind, Review, ShotKind, ShotReview
from ltxspec.values import Usd

FOLDER = os.environ.get("LTXSPEC_SCREENSHOTS")  # read before the tests' environment is cleaned
MOST_BYTES = 300_000

# Pictures for docs/, made on request: they are looked at, not compared.
pytestmark = [pytest.mark.browser, pytest.mark.skipif(not FOLDER, reason="set LTXSPEC_SCREENSHOTS to a folder")]

ALLEY = (
    "A rainy night in a narrow alley of {}. The camera begins close on a musician beneath a transparent umbrella, "
    "then {}. Raindrops ripple in puddles, steam curls from the vents, neon shimmers across the pavement."
)
SHRINE = "A cliff shrine lit by glowing moss above a moonlit sea, {} crane up over the gate, mist below."
STORM = "A storm over a coastal observatory, lightning far out."


def filmed(films: Films, number: int, name: str, prompt: str, seconds: int) -> Take:
    """A take with a video of that length."""
    shape = {"width": 1280, "height": 720, "seconds": seconds, "audio": True, "seed": number}
    video = films.make(prompt, label=f"night-scenes.{name}", **shape)
    cost = str(Usd("0.06") * seconds)
    return take(number, prompt, video, cost=cost, width=1920, height=1080, fps=25, duration=seconds)


@pytest.fixture(scope="module")
def showcase(films: Films) -> Review:
    """A change a studio might make: another city, a livelier camera, two new shots, one that goes."""

    def compared(number: int, name: str, before: str, after: str, **more: Any) -> ShotReview:
        old, new = filmed(films, number, name, before, 6), filmed(films, number + 1, name, after, 8)
        changes = (FieldChange("/positivePrompt", before, after), FieldChange("/duration", 6, 8))
        return shot(name, ShotKind.RENDERED, old, new, spec=spec, bought=(new,), changes=changes, causes=causes, **more)

    spec = "night-scenes"
    causes = (Cause(CauseKind.VARIABLE, "city", "Neo-Kyoto", "Lisbon"), Cause(CauseKind.DEFAULTS, "duration", "6", "8"))
    cities = (
        ALLEY.format("Neo-Kyoto", "performs a slow subtle dolly with gentle handheld realism"),
        ALLEY.format("Lisbon", "follows in one fast dolly with handheld shake"),
    )
    storm = filmed(films, 7, "observatory", STORM, 8)
    return review(
        compared(1, "alley", *cities, title="Umbrella", labels={"campaign": "autumn"}),
        compared(3, "shrine", SHRINE.format("slow"), SHRINE.format("steady"), labels={"campaign": "autumn"}),
        shot("market", ShotKind.PENDING, change=pending("market", "A night market, paper lanterns."), spec=spec),
        shot("observatory", ShotKind.RENDERED, None, storm, spec=spec, bought=(storm,), title="Storm"),
        shot("lighthouse", ShotKind.RETIRED, filmed(films, 9, "lighthouse", "A lighthouse in fog.", 6), spec=spec),
        spent=Usd("1.44"),
        total_before=Usd("21.36"),
        total_after=Usd("22.80"),
        provider="sandbox",
    )


@pytest.fixture(scope="module")
def page(films: Films, showcase: Review, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(films, showcase, tmp_path_factory.mktemp("showcase") / "review.html", still_width=360)


@pytest.mark.parametrize(
    ("name", "scheme", "size", "keys"),
    [
        ("storyboard", "light", (1440, 900), ["Shift+ArrowRight", "Shift+ArrowRight"]),
        ("wipe", "dark", (1440, 900), ["j", "k", "3", "Shift+ArrowRight", "Shift+ArrowRight"]),
        ("phone", "dark", (390, 844), ["j", "k", "Shift+ArrowRight"]),
    ],
)
def test_a_picture_is_taken(
    open_page: Callable[..., Opened], page: Path, name: str, scheme: str, size: tuple[int, int], keys: list[str]
) -> None:
    width, height = size
    storyboard = open_page(page, color_scheme=scheme, viewport={"width": width, "height": height})
    storyboard.settle()
    storyboard.press(*keys)
    storyboard.settle()
    storyboard.page.wait_for_timeout(300)  # thumbnails are decoded when the browser finds the time
    save(f"review-{name}.png", storyboard.page.screenshot())


def test_a_contact_sheet_is_drawn(films: Films, showcase: Review) -> None:
    save("review-sheet.png", sheet_of(screened(films, showcase, films.folder, still_width=360)))


def save(name: str, png: bytes) -> None:
    """Write a picture, in fewer colours where it would be too heavy for a repository."""
    file = Path(FOLDER or ".") / name
    with Image.open(io.BytesIO(png)) as image:
        whole = image.convert("RGB")
        whole.save(file, optimize=True)
        if file.stat().st_size > MOST_BYTES:
            whole.quantize(256, dither=Image.Dither.FLOYDSTEINBERG).save(file, optimize=True)
    assert file.stat().st_size < MOST_BYTES
