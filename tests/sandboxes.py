"""A sandbox without a port, a clock that only moves when told, and a look at every reply against the wire schemas."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import orjson
import referencing
import referencing.jsonschema

from ltxspec.catalog.models import load_catalog
from ltxspec.providers.sandbox.app import SandboxApp
from ltxspec.providers.sandbox.identifiers import derived_uuid
from ltxspec.providers.sandbox.scenario import Behaviour, Scenario, ScenarioFault
from ltxspec.providers.sandbox.settings import Film
from ltxspec.providers.sandbox.transport import SandboxTransport
from ltxspec.storage.packaged import read_model_documents, schemas_folder

Json = Any
ITEM_SCHEMAS = {
    "accountManagement": "account-management.reply.json",
    "getTaskDetails": "get-task-details.reply.json",
    "imageUpload": "image-upload.reply.json",
    "mediaStorage": "media-storage.reply.json",
    "modelSearch": "model-search.reply.json",
}


class HandClock:
    """Time that stands still until a test, or somebody's sleep, moves it on."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, 10, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    def pass_seconds(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        self.pass_seconds(seconds)
        await asyncio.sleep(0)


def tiny_film(film: Film, path: Path) -> None:
    """Stand in for the video library: a file that says what it should show."""
    path.write_bytes(repr(replace(film, first_frame=None)).encode() + b"\0" + (film.first_frame or b""))


def order(number: int = 1, **fields: Json) -> dict[str, Json]:
    """A valid order under an id of its own for each number; a field set to None is left out."""
    body = {
        "taskType": "videoInference",
        "taskUUID": derived_uuid("test", number),
        "model": "lightricks:2@0",
        "positivePrompt": "Rain over the city",
        "width": 1920,
        "height": 1080,
        "duration": 8,
        "fps": 25,
        "includeCost": True,
    }
    return {key: value for key, value in (body | fields).items() if value is not None}


def poll(number: int = 1) -> dict[str, Json]:
    return {"taskType": "getResponse", "taskUUID": derived_uuid("test", number)}


def details(number: int = 1) -> dict[str, Json]:
    return {"taskType": "getTaskDetails", "taskUUID": derived_uuid("test", number)}


@dataclass
class Sandbox:
    """One application under test."""

    app: SandboxApp
    clock: HandClock
    headers: dict[str, str] = field(default_factory=dict)

    def post(self, body: Json, **headers: str) -> httpx.Response:
        """POST any body as JSON (bytes as they are)."""
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        return self.request("POST", "/v1", content=content, headers={**self.headers, **headers})

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        async def go() -> httpx.Response:
            transport = SandboxTransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://sandbox", timeout=60) as client:
                return await client.request(method, url, **options)

        return asyncio.run(go())

    def call(self, *tasks: Mapping[str, Json], **headers: str) -> dict[str, Json]:
        """POST tasks; the reply is checked against the published shape of the wire."""
        reply: dict[str, Json] = self.post(list(tasks), **headers).json()
        check_wire(reply)
        return reply

    def finish(self) -> None:
        """Let enough time pass for every task to end."""
        self.clock.pass_seconds(10_000)

    def play(self, *faults: ScenarioFault, **behaviour: Any) -> None:
        self.app.scenario = Scenario(Behaviour(**behaviour), faults)

    def ledger(self) -> dict[str, Json]:
        found: dict[str, Json] = self.request("GET", "/sandbox/ledger").json()
        return found


@cache
def catalog() -> Any:
    return load_catalog(read_model_documents())


@cache
def _wire() -> tuple[dict[str, Json], referencing.Registry[Any]]:
    files = {
        file.name: orjson.loads(file.read_bytes()) for file in (schemas_folder() / "wire" / "runware").glob("*.json")
    }
    resources = [
        (name, referencing.jsonschema.DRAFT202012.create_resource(contents)) for name, contents in files.items()
    ]
    return files, referencing.Registry().with_resources(resources)


def check_wire(reply: Json) -> None:
    """Hold a reply to `schemas/wire/`; an empty list of errors is not allowed there."""
    files, registry = _wire()

    def check(name: str, value: Json) -> None:
        jsonschema.Draft202012Validator(files[name], registry=registry).validate(value)

    check("reply-envelope.json", reply)
    for item in reply.get("data", []):
        kind = item["taskType"]
        if kind in ITEM_SCHEMAS:
            check(ITEM_SCHEMAS[kind], item)
        elif "status" in item:
            check("get-response.item.json", item)
            if item["status"] == "success":
                check("video-inference.result.json", item)
        elif kind == "videoInference" and "cost" not in item:
            check("video-inference.ack.json", item)


def codes(reply: Mapping[str, Json]) -> list[tuple[str, str | None]]:
    return [(error["code"], error.get("parameter")) for error in reply.get("errors", [])]
