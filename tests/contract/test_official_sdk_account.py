"""The provider's own Python SDK, unmodified, asks the sandbox on a port about its account and its models."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from runware import Runware
from runware.errors import RunwareError
from sandboxes import catalog, check_wire, order, tiny_film

from ltxspec.providers.sandbox.serve import serving
from ltxspec.providers.sandbox.settings import SandboxSettings
from ltxspec.storage.clock import SystemClock

KEY = "sdk-test-key"
Ask = Callable[[Callable[[Runware], Awaitable[Any]]], Any]


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    settings = SandboxSettings(catalog(), SystemClock(), tiny_film, tmp_path / "state", speed=1000.0, api_key=KEY)

    with serving(settings) as url:

        def go(story: Callable[[Runware], Awaitable[Any]]) -> Any:
            async def main() -> Any:
                async with Runware(api_key=KEY, transport="rest", http_base_url=url, retry_delay=10) as client:
                    return await story(client)

            return asyncio.run(main())

        yield go


def test_it_reads_what_was_charged(ask: Ask) -> None:
    shape: dict[str, Any] = {"model": "lightricks:ltx@2.5-fast", "width": 1280, "height": 720, "duration": 6}
    ask(lambda client: client.run(order(**shape)))
    (found,) = ask(
        lambda client: client.account_management({"operation": "getUsageActivity", "groupBy": ["date", "model"]})
    )
    check_wire({"data": [found]})
    assert found["usage"]["model"]["data"] == [
        {"model": "lightricks:ltx@2.5-fast", "modelName": "LTX-2.5 Fast", "count": 1, "spend": 0.54}
    ]
    (details,) = ask(lambda client: client.account_management({"operation": "getDetails"}))
    assert details["usage"]["today"] == {"credits": 0.54, "requests": 1}


def test_it_understands_a_report_that_is_refused(ask: Ask) -> None:
    window = {"operation": "getUsageErrors", "startDate": "2026-01-01", "endDate": "2026-11-30"}
    with pytest.raises(RunwareError) as caught:
        ask(lambda client: client.account_management(window))  # type: ignore[arg-type]  # a plain dict
    assert (caught.value.code, caught.value.parameter) == ("validation", "endDate")


def test_it_finds_models(ask: Ask) -> None:
    (found,) = ask(lambda client: client.model_search({"search": "ltx", "source": "official", "limit": 2, "offset": 1}))
    assert len(found["results"]) == 2
    assert found["totalResults"] == sum("ltx" in model.name.lower() for model in catalog().models)
