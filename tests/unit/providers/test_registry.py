import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from ltxspec.apply.ports import RenderOrder, TaskState
from ltxspec.catalog.models import load_catalog
from ltxspec.errors import LtxspecError, ProviderRefused
from ltxspec.providers.registry import PROVIDERS, ProviderSettings, SandboxParts, kind_of_code, open_provider
from ltxspec.values import TaskId


class StoppedClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 22, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nothing here waits {seconds} seconds")


def settings(**more: Any) -> ProviderSettings:
    return ProviderSettings(clock=StoppedClock(), **more)


def test_the_paid_service_opens_with_a_key() -> None:
    provider = open_provider("runware", settings(key="canary-key"))
    assert provider.name == "runware"
    asyncio.run(provider.close())


def test_the_sandbox_opens_without_a_key_and_keeps_its_state_in_its_folder(tmp_path: Path) -> None:
    parts = SandboxParts(load_catalog({}), lambda *_: None, tmp_path / "sandbox", scenario='{"faults": []}')
    provider = open_provider("sandbox", settings(sandbox=parts))
    assert provider.name == "sandbox"
    assert (tmp_path / "sandbox").is_dir()
    asyncio.run(provider.close())


def test_a_scenario_that_is_none_is_named(tmp_path: Path) -> None:
    parts = SandboxParts(load_catalog({}), lambda *_: None, tmp_path, scenario='{"fault": []}')
    with pytest.raises(LtxspecError, match="no key `fault`"):
        open_provider("sandbox", settings(sandbox=parts))


def test_a_sandbox_without_parts_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="parts"):
        open_provider("sandbox", settings())


def test_the_network_can_be_replaced() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert str(request.url) == "https://elsewhere.test/v1"
        (task,) = json.loads(request.content)
        return httpx.Response(200, json={"data": [{"taskUUID": task["taskUUID"], "status": "processing"}]})

    far_side = httpx.MockTransport(handler)
    provider = open_provider(
        "runware", settings(key="canary-key", base_url="https://elsewhere.test/v1", transport=far_side)
    )

    async def look() -> TaskState:
        order = RenderOrder(TaskId("e8147fa8-025b-45f4-a1c3-55020aa1442d"), {}, 1)
        reports = await provider.poll([order])
        await provider.close()
        return reports[order.task_id].state

    assert asyncio.run(look()) is TaskState.RUNNING


@pytest.mark.parametrize("key", [None, ""])
def test_a_missing_key_says_what_to_set(key: str | None) -> None:
    with pytest.raises(ProviderRefused) as caught:
        open_provider("runware", settings(key=key))
    assert caught.value.whole_run
    assert str(caught.value) == "no API key is set for `runware`"
    assert caught.value.hint == "set `RUNWARE_API_KEY`, or use `--provider sandbox`, which is free and offline"


def test_a_misspelt_provider_gets_a_suggestion() -> None:
    with pytest.raises(LtxspecError, match="there is no provider `runwere`") as caught:
        open_provider("runwere", settings())
    assert caught.value.hint == "did you mean `runware`?"


def test_an_unheard_of_provider_gets_the_list() -> None:
    with pytest.raises(LtxspecError) as caught:
        open_provider("x", settings())
    assert caught.value.hint == f"there are {', '.join(f'`{name}`' for name in PROVIDERS)}"


def test_settings_do_not_show_the_key() -> None:
    assert "canary" not in repr(settings(key="canary-key"))


def test_knowing_the_providers_loads_none_of_them() -> None:
    code = "import sys, ltxspec.providers.registry; print({'httpx', 'asyncio', 'starlette'} & sys.modules.keys())"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert result.stdout.strip() == "set()"


def test_a_code_has_a_kind_only_in_the_form_of_a_service() -> None:
    assert [kind_of_code(code) for code in ("insufficientCredits", "insufficient-credits", "strangeCode")] == [
        "quota",
        None,
        None,
    ]
