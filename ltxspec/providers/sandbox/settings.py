"""What a sandbox is built from. All of its external dependencies are passed in here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ltxspec.apply.ports import Clock
from ltxspec.catalog.media_facts import MediaFacts, facts_by_bytes
from ltxspec.catalog.models import Catalog
from ltxspec.providers.sandbox.scenario import Scenario
from ltxspec.redaction import redact_secrets
from ltxspec.values import Json, Usd

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True)
class Film:
    """One video to make: its content and format."""

    width: int  # pixels
    height: int
    seconds: float
    fps: float
    container: Literal["mp4", "mov", "webm"]
    audio: bool
    prompt: str
    label: str  # the shot, or the task if the shot is unknown
    seed: int
    quality: int  # per cent
    first_frame: bytes | None  # an image file


@dataclass(frozen=True, slots=True)
class Outside:
    """What the sandbox may call on its own: webhooks, uploads to presigned URLs, images at a URL.

    By default nothing: a preview in this process is free and offline, whatever its spec names. A sandbox on a port may
    call this machine only: a preview must not trigger a production hook. Only tests may call other hosts.
    """

    reach: Literal["nothing", "this machine", "anywhere"] = "nothing"
    transport: "httpx.BaseTransport | None" = None  # None: the network


def no_label(task_uuid: str) -> str | None:
    """A `label` function that knows no shots: videos are then labelled with the task's id."""
    del task_uuid
    return None


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """Settings of one sandbox. Two with the same folder share tasks, money and videos, also across processes."""

    catalog: Catalog  # the models it offers
    clock: Clock
    make_video: Callable[[Film, Path], None]  # writes a playable file; runs in a worker thread
    folder: Path  # where its state is stored; created if missing
    speed: float = 20.0  # how many times faster than a real render
    api_key: str | None = field(
        default=None, repr=False
    )  # the only accepted key; the sandbox then simulates the paid service. None: any key is accepted
    balance: Usd = Decimal(1000)  # initial balance in USD
    scenario: Scenario = field(default_factory=Scenario)
    look: Callable[[bytes], MediaFacts] = facts_by_bytes  # what an image is; without a decoder by its first bytes only
    label: Callable[[str], str | None] = no_label  # task UUID -> text burned into its video
    outside: Outside = Outside()
    patience: float = 25.0  # seconds a download waits for its video to be made before it answers "not ready"

    def kept(self, body: Mapping[str, Json]) -> dict[str, Json]:
        """An order as stored: without the key, and without any secrets if this sandbox never calls anything."""
        known = {name: value for name, value in body.items() if name != "apiKey"}
        safe: dict[str, Json] = redact_secrets(known) if self.outside.reach == "nothing" else known
        return safe
