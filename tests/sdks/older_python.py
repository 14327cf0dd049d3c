"""Plays stories with the older Python SDK (the package `runware`) and prints what came of each, as JSON.

A program of its own: the SDK has the import name of the newest one. It is told the address and the key, and nothing
else. All stories are played at the same time. Standard input is `{"url", "key", "stories": {name: story}}`, a story
`{"order", "upload", "again", "key"}`: the order's fields, an image to upload and begin with, whether to order once more
under the same id, and another key; all but the order may be missing.
"""

import asyncio
import dataclasses
import json
import sys
from collections.abc import Coroutine
from importlib import import_module
from typing import Any

runware: Any = import_module("runware")  # not the one that the types of the tests are checked with


async def play(url: str, key: str, story: dict[str, Any]) -> dict[str, Any]:
    """The results of a story, or the error that a user of the SDK sees."""
    client = runware.Runware(api_key=story.get("key", key), url=url)
    try:
        await client.connect()
        order = dict(story["order"])
        if "upload" in story:
            stored = await client.uploadImage(story["upload"])
            order["inputs"] = runware.IVideoInputs(
                frameImages=[runware.IInputFrame(image=stored.imageUUID, frame="first")]
            )
        taken = await client.videoInference(runware.IVideoInference(**order))
        results = await client.getResponse(taken.taskUUID, order.get("numberResults", 1))
        if story.get("again"):
            await client.videoInference(runware.IVideoInference(**story["order"]))
        return {"results": [dataclasses.asdict(result) for result in results]}
    except Exception as error:  # noqa: BLE001  # whatever the SDK raises is the outcome
        return {"error": type(error).__name__, "text": str(error), "data": getattr(error, "error_data", None)}
    finally:
        await client.disconnect()


async def patiently(story: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    """The outcome of a story; one that takes too long spoils no other."""
    try:
        return await asyncio.wait_for(story, 40)
    except TimeoutError:
        return {"error": "none in time"}


async def main() -> None:
    """Play all stories."""
    asked = json.load(sys.stdin)
    stories: dict[str, Any] = asked["stories"]
    played = await asyncio.gather(*[patiently(play(asked["url"], asked["key"], one)) for one in stories.values()])
    json.dump(dict(zip(stories, played, strict=True)), sys.stdout)


asyncio.run(main())
