from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sandboxes import HandClock, Sandbox, catalog, tiny_film

from ltxspec.providers.sandbox.app import create_app
from ltxspec.providers.sandbox.settings import SandboxSettings

Open = Callable[..., Sandbox]


@pytest.fixture
def open_sandbox(tmp_path: Path) -> Open:
    """Open the sandbox of this test's folder, again and again if wanted."""
    clock = HandClock()

    def opened(**settings: Any) -> Sandbox:
        chosen: dict[str, Any] = {
            "make_video": tiny_film,
            "folder": tmp_path / "state",
            "speed": 1.0,
            "clock": clock,
        } | settings
        return Sandbox(create_app(SandboxSettings(catalog=catalog(), **chosen)), clock)

    return opened


@pytest.fixture
def sandbox(open_sandbox: Open) -> Sandbox:
    return open_sandbox()
