"""What a sandbox is made from. Everything it needs of the world is handed in here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ltxspec.apply.ports import Clock
from ltxspec.catalog.models import Catalog
from ltxspec.providers.sandbox.scenario import Scenario
from ltxspec.redaction import redact_secrets
from ltxspec.values import Json, Usd

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True)
class Film:
    """One video to make: what it shows and in which shape."""

    width: int  # pixels
    height: int
    seconds: float
    fps: float
    container: Literal["mp4", "mov", "webm"]
    audio: bool
    prompt: str
    label: str  # the shot, or the task when the shot is not known
    seed: int
    quality: int  # per cent
    first_frame: bytes | None  # an image file


@dataclass(frozen=True, slots=True)
class Outside:
    """What the sandbox may call by itself: webhooks, uploads to presigned URLs, images behind a URL.

    Nothing, unless it is a server of its own: a preview in this process is free and offline, whatever its spec names.
    A server keeps to this machine: a production hook must not hear of a preview. Only tests go anywhere.
    """

    reach: Literal["nothing", "this machine", "anywhere"] = "nothing"
    transport: "httpx.BaseTransport | None" = None  # None: the network


def no_label(task_uuid: str) -> str | None:
    """Know no shot of any task: videos are then labelled with the task's id."""
    del task_uuid
    return None


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """How to build one sandbox. Two with the same folder share tasks, money and videos, also across processes."""

    catalog: Catalog  # the models it offers
    clock: Clock
    make_video: Callable[[Film, Path], None]  # writes a playable file; runs in a worker thread
    folder: Path  # where its state lives; made when missing
    speed: float = 20.0  # how many times faster than a real render
    api_key: str | None = field(
        default=None, repr=False
    )  # the only one; then it stands for the paid service. None: any will do
    balance: Usd = Decimal(1000)  # USD to begin with
    scenario: Scenario = field(default_factory=Scenario)
    label: Callable[[str], str | None] = no_label  # task UUID -> what to burn into its video
    outside: Outside = Outside()
    patience: float = 25.0  # seconds a download waits for its video to be made before it is told to come back

    def kept(self, body: Mapping[str, Json]) -> dict[str, Json]:
        """An order as it is remembered: without the key, and without secrets where nothing in it is ever called."""
        known = {name: value for name, value in body.items() if name != "apiKey"}
        safe: dict[str, Json] = redact_secrets(known) if self.outside.reach == "nothing" else known
        return safe
