"""The paid service in a thread of the tests: with one small video for every order, and counted requests."""

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import orjson
import pytest
from replacing import replace
from small_films import write_small_animatic

from ltxspec.catalog.models import load_catalog
from ltxspec.providers.runware.client import Answer, Client
from ltxspec.providers.sandbox.scenario import parse_scenario
from ltxspec.providers.sandbox.serve import serving
from ltxspec.providers.sandbox.settings import Film, Outside, SandboxSettings
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.packaged import read_model_documents

KEY = "test-key-of-the-paid-service"


@contextmanager
def paid_here(
    folder: Path, *, speed: float = 1000, faults: Sequence[Mapping[str, Any]] = (), **behaviour: Any
) -> Iterator[Mapping[str, str]]:
    """Serve it; gives the environment of commands that use it. It calls and uploads to this machine only."""
    settings = SandboxSettings(
        load_catalog(read_model_documents()), SystemClock(), write_copy, folder, speed=speed, api_key=KEY,
        outside=Outside("this machine"), scenario=parse_scenario({"behaviour": behaviour, "faults": [*faults]}),
    )  # fmt: skip
    with serving(settings) as url:
        yield {"RUNWARE_BASE_URL": url, "RUNWARE_API_KEY": KEY, "LTXSPEC_PROVIDER": "runware"}


def write_copy(film: Film, path: Path) -> None:
    """A small video of the ordered length; the same one for all orders of that length."""
    shutil.copyfile(_made(film.seconds), path)


@cache
def _made(seconds: float) -> Path:
    path = Path(mkdtemp()) / "film.mp4"
    film = Film(160, 90, seconds, 24, "mp4", audio=True, prompt="", label="", seed=1, quality=50, first_frame=None)
    write_small_animatic(replace(film, seconds=seconds), path)
    return path


@pytest.fixture
def posts(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many requests of each kind this process sends to the service."""
    sent, post = Counter[str](), Client.post

    async def counting(self: Client, body: bytes, seconds: float) -> Answer:
        sent[orjson.loads(body)[0]["taskType"]] += 1
        return await post(self, body, seconds)

    monkeypatch.setattr(Client, "post", counting)
    return sent
