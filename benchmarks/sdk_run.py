"""Order with the provider's own SDK, as a plain script would: so many at a time, each video saved to a file.

    python benchmarks/sdk_run.py REPORT REQUESTS FOLDER PARALLELISM

REQUESTS is what `ltxspec render --format json` prints. The address and the key are in the environment. Counts its
requests and writes them as JSON, with the CPU seconds and the memory of this process. It keeps no record of what it
ordered: started again, it would pay for everything again.
"""

import asyncio
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp
from runware import Runware
from runware.types.sdk import RuntimeDependencies
from timing import MEBIBYTE_IN_KILOBYTES


async def order(requests: list[dict[str, Any]], folder: Path, parallelism: int) -> int:
    """Order everything, and return how many requests that took."""
    sent, places = 0, asyncio.Semaphore(parallelism)

    async def count(*_: object) -> None:
        nonlocal sent
        sent += 1

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(count)
    async with aiohttp.ClientSession(trace_configs=[trace]) as session:
        where = {"http_base_url": os.environ["RUNWARE_BASE_URL"], "dependencies": RuntimeDependencies(session=session)}
        async with Runware(api_key=os.environ["RUNWARE_API_KEY"], transport="rest", **where) as client:

            async def one(request: dict[str, Any]) -> None:
                async with places:
                    (result,) = await client.run(request)
                async with session.get(result["videoURL"]) as reply:
                    (folder / f"{request['taskUUID']}.mp4").write_bytes(await reply.read())

            await asyncio.gather(*map(one, requests))
    return sent


def main(report: Path, requests: Path, folder: Path, parallelism: int) -> None:
    """Order, and write what that took."""
    started = time.perf_counter()
    folder.mkdir(parents=True)
    sent = asyncio.run(order(json.loads(requests.read_text("utf-8")), folder, parallelism))
    used = resource.getrusage(resource.RUSAGE_SELF)
    counts = {
        "wall": time.perf_counter() - started,
        "cpu": used.ru_utime + used.ru_stime,
        "peak_mib": used.ru_maxrss / MEBIBYTE_IN_KILOBYTES,
        "requests": sent,
        "videos": len(list(folder.iterdir())),
    }
    report.write_text(json.dumps(counts), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
