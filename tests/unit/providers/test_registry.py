import asyncio
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from ltxspec.errors import LtxspecError, ProviderRefused
from ltxspec.providers.registry import PROVIDERS, ProviderSettings, open_provider


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
