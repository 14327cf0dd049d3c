import socket
from pathlib import Path

import httpx
import pytest

from ltxspec.errors import LockHeld, WrongUsage
from ltxspec.project.listening.listen import CannotListen, ListenOptions, listening
from ltxspec.project.project import ProjectContext, open_project

VARIABLE, SECRET = "LTXSPEC_WEBHOOK_SECRET", "abcdefgh-0123456"


def project(folder: Path, provider: str = "runware", secret: str = SECRET) -> ProjectContext:
    return open_project(folder, provider, environ={VARIABLE: secret}, warn=lambda _: None)


def test_it_answers_calls_until_it_ends(tmp_path: Path) -> None:
    with listening(project(tmp_path), lambda _: None) as address:
        assert SECRET not in address
        with httpx.Client(trust_env=False, base_url=address) as client:
            assert client.post(f"/{SECRET}", json={}).status_code == 204
            assert client.post("/other", json={}).status_code == 404
        with (
            pytest.raises(LockHeld, match="is receiving the calls of this project") as held,
            listening(project(tmp_path), lambda _: None),
        ):
            pass
        assert held.value.hint == (
            "one is enough for a project; it runs until it is stopped (Ctrl-C or SIGTERM), which loses nothing"
        )
    with listening(project(tmp_path), lambda _: None):
        pass


@pytest.mark.parametrize(("provider", "secret"), [("sandbox", SECRET), ("runware", ""), ("runware", "weak")])
def test_it_needs_a_secret_and_a_provider_that_calls(tmp_path: Path, provider: str, secret: str) -> None:
    with pytest.raises(WrongUsage), listening(project(tmp_path, provider, secret), lambda _: None):
        pass
    assert not (tmp_path / ".ltxspec").exists()


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        options = ListenOptions(port=taken.getsockname()[1])
        with pytest.raises(CannotListen, match="cannot use"), listening(project(tmp_path), lambda _: None, options):
            pass


def test_an_address_of_another_machine_is_said_with_its_cure(tmp_path: Path) -> None:
    options = ListenOptions(host="192.0.2.77", port=0)  # TEST-NET-1: never an address of this machine
    with pytest.raises(CannotListen) as refused, listening(project(tmp_path), lambda _: None, options):
        pass
    assert refused.value.hint == "leave out `--host`, or name an address of this machine"
