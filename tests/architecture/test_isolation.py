"""The guards of `conftest.py` guard: tests reach nothing but this machine, and see a clean environment."""

import asyncio
import os
import socket

import httpx
import pytest

Failed = pytest.fail.Exception


@pytest.mark.parametrize("host", ["example.com", "10.0.0.1", "2001:db8::1"])
def test_a_host_elsewhere_is_not_even_looked_up(host: str) -> None:
    with pytest.raises(Failed, match="reached for the network"):
        socket.create_connection((host, 443))


def test_an_address_elsewhere_is_not_connected_to() -> None:
    with socket.socket() as sock, pytest.raises(Failed, match=r"10\.0\.0\.1"):
        sock.connect(("10.0.0.1", 443))


def test_code_that_retries_on_any_error_cannot_hide_it() -> None:
    async def ask() -> None:
        async with httpx.AsyncClient() as client:
            try:
                await client.get("https://example.com")
            except Exception:  # noqa: BLE001  # what a retry loop may do
                return

    with pytest.raises(Failed):
        asyncio.run(ask())


def test_a_server_on_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


def test_variables_of_the_outside_are_gone() -> None:
    foreign = ("RUNWARE_", "LTXSPEC_", "GITHUB_")
    assert [name for name in os.environ if name.startswith(foreign) or name in {"CI", "NO_COLOR"}] == []
