"""What every test gets: no network but loopback, a clean environment, and skips that say why."""

import gc
import ipaddress
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck
from small_films import write_small_animatic

pytest_plugins = ["store_servers", "shared_notes"]  # object stores on this machine, and what keeps notes

# Read once, before any test cleans the environment.
RUNWARE_API_KEY = os.environ.get("RUNWARE_API_KEY")
BROWSER_REQUIRED = bool(os.environ.get("LTXSPEC_REQUIRE_BROWSER"))
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

# Whoever runs the tests, from a shell, a git hook or a CI service, must see the same results.
FOREIGN_PREFIXES = ("RUNWARE_", "LTXSPEC_", "GITHUB_", "GITLAB_", "CI_", "GIT_", "AWS_", "AZURE_", "GOOGLE_")
FOREIGN_NAMES = (
    "CI",
    "COLUMNS",
    "FORCE_COLOR",
    "LINES",
    "NO_COLOR",
    "PYTHONDONTWRITEBYTECODE",  # would make every child process compile ltxspec anew
    "PYTHONWARNINGS",
    "SOURCE_DATE_EPOCH",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--live", action="store_true", help="also run the tests that speak to the paid service")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """With `-n auto` two more than there are cores: tests of processes and browsers wait for a third of their time."""
    return (os.cpu_count() or 1) + (2 if config.option.numprocesses == "auto" else 0)


def pytest_configure(config: pytest.Config) -> None:
    # Under pytest's own cache, so that a run leaves nothing new in the checkout.
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(config.rootpath / ".pytest_cache" / "hypothesis"))
    shared: dict[str, Any] = {
        "database": None,
        "deadline": None,  # two cores shared with other workers: slow is no failure
        "suppress_health_check": [HealthCheck.too_slow],
    }
    hypothesis.settings.register_profile("dev", max_examples=25, **shared)
    hypothesis.settings.register_profile("ci", max_examples=30, derandomize=True, print_blob=True, **shared)
    if not config.getoption("--hypothesis-profile"):
        hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # `live` spends money, so it is asked for; CI requires a browser, a laptop need not have one
    missing = {
        "live": why_not_live(asked=config.getoption("--live")),
        "browser": why_no_browser(),
    }
    for item in items:
        for marker, reason in missing.items():
            if reason and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))  # the reason says what is missing


def pytest_collection_finish() -> None:
    """Look for garbage rarely, as commands do, and never again among ten thousand collected tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def why_not_live(*, asked: bool) -> str | None:
    if not asked:
        return "speaks to the paid service: give --live"
    return None if RUNWARE_API_KEY else "speaks to the paid service: set RUNWARE_API_KEY"


def why_no_browser() -> str | None:
    if BROWSER or BROWSER_REQUIRED:
        return None
    return "no chromium here: install it, or set LTXSPEC_REQUIRE_BROWSER to fail instead"


@pytest.fixture(scope="session")
def browser_executable() -> str:
    """The chromium to drive; fails where CI promised one and there is none."""
    if BROWSER is None:
        pytest.fail("LTXSPEC_REQUIRE_BROWSER is set, and no chromium was found")
    return BROWSER


@pytest.fixture(autouse=True)
def clean_environment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drop every variable that could change what ltxspec does; a live test keeps the key."""
    for name in list(os.environ):
        if name in FOREIGN_NAMES or name.startswith(FOREIGN_PREFIXES):
            monkeypatch.delenv(name)
    if RUNWARE_API_KEY and request.node.get_closest_marker("live"):
        monkeypatch.setenv("RUNWARE_API_KEY", RUNWARE_API_KEY)


@pytest.fixture(autouse=True, scope="session")
def small_films() -> Iterator[None]:
    """Let the sandbox inside a command make small videos. A process of its own makes them as they are ordered."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ltxspec.media.animatic.write_animatic", write_small_animatic)
        patch.setattr("ltxspec.plan.expectations.ordered_size", lambda *_: None)  # they are smaller than their orders
        yield


@pytest.fixture(autouse=True)
def only_loopback(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test that looks up or connects to anything but this machine, unless it is marked live."""
    if request.node.get_closest_marker("live"):
        return
    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, _guarded_connect(getattr(socket.socket, name)))
    monkeypatch.setattr(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo))


def _guarded_connect(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(sock: socket.socket, address: Any) -> Any:
        if sock.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(address[0]):
            _refuse(address[0])
        return connect(sock, address)

    return guarded


def _guarded_lookup(lookup: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host is not None and not _is_loopback(host):
            _refuse(host)
        return lookup(host, *args, **kwargs)

    return guarded


def _is_loopback(host: str | bytes) -> bool:
    text = host.decode() if isinstance(host, bytes) else host
    if text in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False


def _refuse(host: object) -> None:
    # pytest's failure is no `Exception`: code under test that retries on errors cannot swallow it.
    pytest.fail(f"the test reached for the network: {host}")
