"""`ltxspec sandbox serve`: the free service on a port, for the real client and any other."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from acceptance.commands import ltxspec


@pytest.fixture
def served(project: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and the base URL it told."""
    process = subprocess.Popen(
        [sys.executable, "-m", "ltxspec", "sandbox", "serve", "--port", "0", "--speed", "1000", "--key", "test-key"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    try:
        yield process, line.removeprefix("sandbox ready: ").strip()
    finally:
        process.kill()
        process.communicate()


def test_it_serves_the_real_client_until_it_is_told_to_stop(
    served: tuple[subprocess.Popen[str], str], project: Path
) -> None:
    process, url = served
    assert url.startswith("http://127.0.0.1:")
    assert url.endswith("/v1")
    refused = httpx.post(url, json=[{"taskType": "authentication", "apiKey": "other"}])
    assert refused.status_code == httpx.codes.UNAUTHORIZED
    told = ltxspec(
        *("apply", "--provider", "runware", "--auto-approve", "--target", "night.alley"),
        cwd=project,
        RUNWARE_BASE_URL=url,
        RUNWARE_API_KEY="test-key",
    )
    assert told.out.endswith("Applied: 1 rendered. Spent $0.54.\n")
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")


def test_a_port_that_is_taken_is_an_error(served: tuple[subprocess.Popen[str], str], project: Path) -> None:
    port = served[1].removesuffix("/v1").rpartition(":")[2]
    refused = ltxspec("sandbox", "serve", "--port", port, cwd=project, check=None)
    assert refused.code == 1
    assert port in refused.err


def test_a_scenario_that_cannot_be_read_is_an_error(project: Path) -> None:
    refused = ltxspec("sandbox", "serve", "--port", "0", "--scenario", "none.json", cwd=project, check=None)
    assert refused.code in (1, 64)
    assert "none.json" in refused.err


def test_what_a_sandbox_renders_is_never_recorded_as_bought(project: Path) -> None:
    command = [sys.executable, "-m", "ltxspec", "sandbox", "serve", "--port", "0", "--state", "far", "--speed", "1000"]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            url = process.stdout.readline().removeprefix("sandbox ready: ").strip()
            refused = ltxspec(
                *("apply", "--provider", "runware", "--auto-approve"),
                cwd=project, check=1, RUNWARE_BASE_URL=url, RUNWARE_API_KEY="any",
            )  # fmt: skip
            charges = httpx.get(f"{url.removesuffix('/v1')}/sandbox/ledger", trust_env=False).json()["charges"]
        finally:
            process.terminate()
    assert "--provider sandbox" in refused.out + refused.err
    assert charges == [], "nothing was ordered"
    assert not list((project / "lockfiles").glob("*"))


def test_a_port_that_is_taken_is_told_in_our_own_words(project: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = ltxspec("sandbox", "serve", "--port", port, cwd=project, check=1)
    assert refused.err.startswith(
        f"error[cannot-listen]: the sandbox cannot listen on `127.0.0.1:{port}`: "
        "another process is already listening there\n"
    )
    assert "--port 0" in refused.err
    nowhere = ltxspec("sandbox", "serve", "--host", "192.0.2.1", "--port", "0", cwd=project, check=1)
    assert "this machine has no such address" in nowhere.err
