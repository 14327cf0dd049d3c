"""The oracle's own account of films: an order follows from recorded, archived, approved takes, and is paid once.

It reads specs, journals, lockfiles and remarks as raw JSON; only the cutting of frames is ltxspec's own.
"""

import base64
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from typing import Any

from crash.graphs.checkout import GraphCheckout, current
from crash.graphs.films import FRAMES, LISTED, Link, Wish, wishes
from crash.graphs.world import GraphWorld
from crash.simulator.world import Run

from ltxspec.media.frames import cut_frame

Json = Any


@dataclass(frozen=True)
class Scene:
    """What one order asks for, whatever the shot is called: who takes an edit back has it already."""

    prompt: str
    results: int
    links: tuple[tuple[str, str], ...]  # hash of the source's video, frame

    @property
    def price(self) -> Decimal:
        """As listed."""
        return LISTED * self.results


class Account:
    """Judges every order before it is taken, and every charge."""

    def __init__(self, world: GraphWorld) -> None:
        self.world = world
        self.scenes: dict[str, Scene] = {}  # of every task that was ever ordered
        self.bought: dict[str, Scene] = {}
        self.retakes: Counter[str] = Counter()  # asked for: by prompt
        self.refused: dict[str, Scene] = {}
        self.given_up: set[str] = set()  # bought, and a machine that was lost was the only one to know of them
        self.lost: dict[str, bytes] = {}  # videos that went while a command ran, which may have cut their frames before
        self._names: dict[str, str] = {}  # addresses of tasks when they were ordered
        self._charges = 0
        world.before_order = self.before_order
        world.after_order = self.after_order

    def before_order(self, run: Run, tasks: Json) -> None:
        """Nothing is sent that does not follow from what is recorded, archived and approved."""
        place = self.world.here
        for order in tasks:
            task = order["taskUUID"]
            intent = next((one for one in reversed(place.journal) if _is_intent(one, task)), None)
            if intent is None:
                self.world.judge("intent first", f"{task} was sent without its intent in a journal")
                continue
            address = self._names[task] = intent["address"]
            journal = place.journal_of(address.partition(".")[0])
            if not self.world.disk.is_durable(journal, place.root, f'"event":"intent","taskUUID":"{task}"'):
                self.world.judge("intent durable", f"{task} was sent while a power failure could take its intent")
            scenes = [self._scene(text, address, order, intent) for text in dict.fromkeys(run.texts)]
            scene = next((one for one in scenes if isinstance(one, Scene)), None)
            if scene is None:
                self.world.judge("planned body", f"`{address}` was ordered, but {scenes[-1]}")
            elif self.scenes.setdefault(task, scene) != scene:
                self.world.judge("one id", f"{task} is {scene}, and was {self.scenes[task]}")

    def _scene(self, text: str, address: str, order: Json, intent: Json) -> Scene | str:
        """What an order is by a text; in words why it is not what that text asks for."""
        wish = wishes(text).get(address)
        if wish is None or (wish.prompt, wish.results) != (order["positivePrompt"], order.get("numberResults", 1)):
            return f"the spec says {wish}"
        images = order.get("inputs", {}).get("frameImages", [])
        if [image["frame"] for image in images] != list(FRAMES[: len(wish.links)]):
            return f"its images are {images}, for {wish.links}"
        found = []
        for link, image in zip(wish.links, images, strict=True):
            videos = self._videos(text, link)
            if isinstance(videos, str):
                return videos
            video = next((one for one in videos if named(one, link) in intent["inputs"].values()), None)
            if video is None:
                return f"its intent has {intent['inputs']}, not {videos} of {link}"
            if (why := self._wrong_picture(video, link.at, image["image"])) is not None:
                return why
            found.append((video, link.at))
        return Scene(wish.prompt, wish.results, tuple(found))

    def _videos(self, text: str, link: Link) -> list[str] | str:
        """The hashes of the videos that a link may mean now; in words why no order may follow from it."""
        place, gate = self.world.here, wishes(text)[link.source].gate
        takes = meant(place, text, link)
        if not takes:
            return f"no take of its source {link} is what its spec asks for: {record_for(place, text, link.source)}"
        if gate and not (takes := [take for take in takes if place.verdicts.get(take["taskUUID"]) == "approved"]):
            return f"nobody approved its source {link}"
        videos = [video for take in takes if (video := output(take, link)) in place.archived | self.lost.keys()]
        return videos or f"no video of its source {link} is in the archive"

    def _wrong_picture(self, video: str, at: str, media: str) -> str | None:
        path = next(self.world.here.root.glob(f".ltxspec/archive/*/{video}.[!j]*"), None)  # not its sidecar
        stored = self.world.service.store.media(media)
        if stored is None:
            return f"the picture {media} was never stored"
        if sha256(_content(stored)).hexdigest() != _frame(path.read_bytes() if path else self.lost[video], at):
            return f"the picture {media} is not the {at} frame of {video}"
        return None

    def after_order(self, run: Run, tasks: Json) -> None:
        """Look at what was charged for a call."""
        store = self.world.service.store
        for order in tasks:
            task = order["taskUUID"]
            if store.ever(task) is None and store.refusal(task) is not None and task in self.scenes:
                self.refused[task] = self.scenes[task]
        charges = self.world.service.charges()
        new, self._charges = charges[self._charges :], len(charges)
        for charge in new:
            self._charge(run, charge.task)

    def _charge(self, run: Run, task: str) -> None:
        if not run.approved:
            self.world.judge("approval", f"{task} was charged in a run that nobody approved")
        if task in self.bought:
            self.world.judge("paid once", f"{task} was charged twice")
        if task not in self.scenes:
            return  # judged before, and that rule is left out
        scene = self.bought[task] = self.scenes[task]
        run.charged.append((task, scene.price))
        same_scene = [one for one, other in self.bought.items() if other == scene]
        failures = sum(self.world.service.failed(one) for one in same_scene)
        refused = sum(other == scene for other in self.refused.values())
        renamed = sum(one in self.given_up and self._names[one] != self._names[task] for one in same_scene)
        allowed = 1 + self.retakes[scene.prompt] + failures + refused + renamed  # ids follow from names
        if len(same_scene) > allowed:
            self.world.judge("wanted", f"{scene} was charged {len(same_scene)} times, not {allowed}: {same_scene}")
        listed = sum((price for _, price in run.charged), Decimal(0))
        if run.limit is not None and listed > run.limit:
            self.world.judge("budget", f"an order beyond --max-cost {run.limit}: {listed} by now")


def output(take: Json, link: Link) -> str | None:
    """The hash of the video that a link means in a take."""
    outputs, number = take["outputs"], (link.result or 1) - 1
    return outputs[number]["sha256"] if number < len(outputs) else None


def record_for(place: GraphCheckout, text: str, address: str) -> Json:
    """The record of a shot, or of its earlier name, as long as no apply was about the shot itself."""
    if address in place.records:
        return place.records[address]
    wanted, others = wishes(text), {**place.records, **place.retired}
    left = [record for name, record in sorted(others.items()) if name not in wanted]
    return next((one for one in left if (take := current(one)) and same(take, wanted[address])), None)


def fitting(place: GraphCheckout, text: str, address: str) -> list[Json]:
    """The take in use if it and all before it is what a text asks for; else the other takes of the shot that are.

    One of those is in use again after the next apply that is about the shot, and costs nothing.
    """
    wish, record = wishes(text)[address], record_for(place, text, address)
    if record is None:
        return []
    found = [take for take in record["takes"] if take["status"] == "succeeded" and same(take, wish)]
    for link in wish.links:
        names = {named(output(take, link), link) for take in meant(place, text, link)}
        found = [take for take in found if names & set(take["inputs"].values())]
    return [current(record)] if current(record) in found else found


def meant(place: GraphCheckout, text: str, link: Link) -> list[Json]:
    """The takes that a link may mean now: one that is pinned, or those that are what the text asks for."""
    if link.take is None:
        return fitting(place, text, link.source)
    record = record_for(place, text, link.source)
    pinned = record["takes"][link.take - 1 :][:1] if record else []
    return [take for take in pinned if take["status"] == "succeeded"]


def named(video: str | None, link: Link) -> str:
    """How takes record the frame of a video that they follow from."""
    return f"sha256:{video}/frame-1/{link.at}"


def same(take: Json, wish: Wish) -> bool:
    """Whether a take has the prompt and the number of results of a wish."""
    request = take["request"]
    return bool((request["positivePrompt"], request.get("numberResults", 1)) == (wish.prompt, wish.results))


def _is_intent(entry: Json, task: str) -> bool:
    return bool(entry["event"] == "intent" and entry["taskUUID"] == task)


def _content(stored: Any) -> bytes:
    _, content = stored
    return bytes(content) if not isinstance(content, str) else base64.b64decode(content)


@lru_cache(4096)
def _frame(video: bytes, at: str) -> str:
    return sha256(cut_frame(video, at).data).hexdigest()  # type: ignore[arg-type]  # `first` or `last`
