"""Reviews with real, tiny videos, and the page of them, for tests of the storyboard."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import builders
from replacing import replace

from ltxspec.lock.models import Output, Take
from ltxspec.media.animatic import AnimaticSpec, write_animatic
from ltxspec.plan.actions import Action, FieldChange, Reason
from ltxspec.project.storyboard.media import MediaOptions, ReviewMedia, screen
from ltxspec.report.storyboard.page import storyboard
from ltxspec.review.models import Cause, CauseKind, Review, ShotKind, ShotReview
from ltxspec.values import ShotAddress, Usd


@dataclass(frozen=True, slots=True)
class Films:
    """A folder of videos under their hashes, as the archive has them."""

    folder: Path

    def make(self, prompt: str, **shape: Any) -> Output:
        """Write a video and return the output that names it. `shape`: fields of an animatic."""
        usual: dict[str, Any] = {"width": 192, "height": 108, "seconds": 1.6, "fps": 25, "prompt": prompt}
        spec = AnimaticSpec(**(usual | shape))
        draft = self.folder / f"draft.{spec.container}"
        write_animatic(spec, draft)
        digest = sha256(draft.read_bytes()).hexdigest()
        place = self.folder / digest[:2] / f"{digest}.{spec.container}"
        place.parent.mkdir(exist_ok=True)
        draft.replace(place)
        return Output(
            video_uuid="video",
            video_url=f"https://videos.example/{digest[:8]}.mp4",
            cost=Decimal("0.48"),
            sha256=digest,
            bytes=1,
        )

    def find(self, digest: str) -> Path | None:
        """Where a video is."""
        return next(self.folder.glob(f"{digest[:2]}/{digest}.*"), None)


def take(number: int, prompt: str, *outputs: Output, cost: str | None = "0.48", **parameters: Any) -> Take:
    """A take with these outputs."""
    return replace(builders.take(prompt, number=number, cost=cost, **parameters), outputs=outputs)


def shot(
    instance: str, kind: ShotKind, before: Take | None = None, after: Take | None = None, **more: Any
) -> ShotReview:
    """One shot of a review. What it asks for is taken from its takes; `change` adds what is to come."""
    old = before.request["positivePrompt"] if before else None
    new = after.request["positivePrompt"] if after else None
    if "change" in more:
        new = more["change"].request.body["positivePrompt"]
    prompts: dict[str, Any] = {"prompt_before": old, "prompt_after": new, "source": ("specs/night.yaml", 7, 3)}
    address = ShotAddress(more.pop("spec", "night"), instance)
    return ShotReview(address=address, kind=kind, before=before, after=after, **(prompts | more))


def pending(instance: str, prompt: str, *, estimate: str | None = "0.48") -> Any:
    """What apply would do for a shot that is to be rendered."""
    wanted = builders.request(instance, prompt, estimate=estimate, width=1920, height=1080, fps=25)
    return builders.change(Action.REPLACE, wanted, reasons=(Reason.REQUEST_CHANGED,))


def review(*shots: ShotReview, **more: Any) -> Review:
    """A review of these shots."""
    usual: dict[str, Any] = {
        "base": "f5bce1ad3a93" + "0" * 28,
        "base_name": "merge base of main",
        "head": "working tree",
        "provider": "runware",
        "unchanged": 41,
        "spent": Usd("0.96"),
        "spent_unknown": 0,
        "estimate": Usd("0.48"),
        "estimate_unknown": 0,
        "total_before": Usd("4.80"),
        "total_after": Usd("5.76"),
        "limit": Usd("5.00"),
    }
    return Review(shots=shots, **(usual | more))


def varied(films: Films) -> Review:
    """One shot of each kind: compared, single, to come, failed, gone."""
    rain, snow = films.make("Rain over the city", audio=True), films.make("Snow over the city", audio=True, seconds=2)
    tall = films.make("A lighthouse", width=108, height=192, container="webm")
    old = take(1, "Slow rain over the city, a musician under an umbrella.", rain, duration=6)
    new = take(2, "Fast snow over the city, a musician under an umbrella.", snow, duration=8)
    first = take(3, "A lighthouse in fog.", tall)
    return review(
        shot(
            "alley",
            ShotKind.RENDERED,
            old,
            new,
            bought=(new,),
            title="Umbrella",
            labels={"campaign": "autumn"},
            changes=(FieldChange("/positivePrompt", "Slow", "Fast"), FieldChange("/duration", 6, 8)),
            causes=(Cause(CauseKind.VARIABLE, "weather", "rain", "snow"),),
        ),
        shot("tower", ShotKind.RENDERED, None, first, bought=(first,), labels={"campaign": "winter"}),
        shot("temple", ShotKind.PENDING, take(4, "A temple.", rain), change=pending("temple", "A ruined temple.")),
        shot("market", ShotKind.PENDING, change=pending("market", "A night market.", estimate=None)),
        shot("gone", ShotKind.RETIRED, take(5, "Fog.", snow), spec="day"),
    )


def many(films: Films, number: int) -> Review:
    """A review of that many compared shots, over a few videos."""
    clips = [films.make(f"Shot {index}", width=96, height=54, seconds=1, fps=10) for index in range(4)]
    shots = []
    for index in range(number):
        takes = [take(2 * index + side, f"Prompt {index} {side}", clips[(index + side) % 4]) for side in (0, 1)]
        shots.append(shot(f"shot{index}", ShotKind.RENDERED, *takes))
    return review(*shots)


def screened(films: Films, of: Review, folder: Path, *, embed: bool = False, still_width: int = 96) -> ReviewMedia:
    """A review with its videos found and measured."""
    return screen(of, MediaOptions(films.find, folder, embed=embed, still_width=still_width))


def write_page(films: Films, of: Review, path: Path, *, embed: bool = False, still_width: int = 96) -> Path:
    """Write the page of a review."""
    page = screened(films, of, path.parent, embed=embed, still_width=still_width)
    path.write_text("".join(storyboard(page.review, page.footage, page.frames)), "utf-8")
    return path


def html(of: Review, footage: Sequence[Any] | None = None) -> str:
    """The page of a review; without footage, of videos that are not on this machine."""
    return "".join(storyboard(of, footage if footage is not None else [[] for _ in of.shots]))
