"""Connecting to a cluster: what is said where there is none, and whose output is shown. With Ray: `acceptance`."""

import io
import socket
import sys
import threading
from pathlib import Path
from types import ModuleType
from typing import IO, cast

import pytest
from spreading import Service, project_in

from ltxspec.engines.cluster import _OwnThread, connected, first_line, refuse_silent
from ltxspec.errors import LtxspecError, WrongUsage

NOWHERE = Service("http://127.0.0.1:1/v1")


def test_without_ray_it_is_said_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(WrongUsage) as refused, connected(project_in(tmp_path / "films", NOWHERE)):
        pass
    assert refused.value.hint == "pip install 'ltxspec[ray]'"


def test_an_address_at_which_nothing_answers_is_said_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", ModuleType("ray"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    project = project_in(tmp_path / "films", NOWHERE)
    for address in (f"127.0.0.1:{port}", f"ray://127.0.0.1:{port}"):
        monkeypatch.setenv("RAY_ADDRESS", address)
        with pytest.raises(LtxspecError, match="no Ray cluster answers") as failed, connected(project):
            pass
        assert (
            failed.value.hint
            == "RAY_ADDRESS names the cluster: set it to HOST:PORT, or unset it for one on this machine"
        )


def test_only_the_own_thread_writes_to_standard_output() -> None:
    out = io.StringIO()
    stream = cast("IO[str]", _OwnThread(out))
    other = threading.Thread(target=lambda: print("a raylet died", file=stream))  # as Ray does
    other.start()
    other.join()
    stream.write("own")
    stream.flush()
    assert out.getvalue() == "own"


def test_an_error_is_told_by_its_first_line() -> None:
    assert first_line(ValueError("\n what\n where")) == "what"
    assert first_line(ValueError()) == "ValueError"


@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_an_address_at_which_nobody_listens_is_refused_at_once(scheme: str) -> None:
    """Ray would try for many minutes, and say so in its own log only."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"{scheme}127.0.0.1:{server.getsockname()[1]}"
        refuse_silent(address)
    with pytest.raises(LtxspecError, match="no Ray cluster answers") as refused:
        refuse_silent(address)
    assert "RAY_ADDRESS" in str(refused.value.hint)


@pytest.mark.parametrize("address", ["", "auto", "local", "head:port", ":6379"])
def test_what_names_no_port_is_left_to_ray(address: str) -> None:
    refuse_silent(address)
