import socket
from pathlib import Path

import pytest

from ltxspec.errors import WrongUsage
from ltxspec.project.project import open_project
from ltxspec.project.sandbox import CannotListen, ServeOptions, serve_sandbox


def serve(folder: Path, options: ServeOptions) -> None:
    serve_sandbox(open_project(folder, "sandbox"), options, lambda _: None)


def test_a_port_that_is_taken_is_said_with_a_cure(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(CannotListen, match="listening") as caught:
        serve(tmp_path, ServeOptions(port=taken.getsockname()[1]))
    assert "--port 0" in str(caught.value.hint)


def test_an_address_of_another_machine_is_said_too(tmp_path: Path) -> None:
    with pytest.raises(CannotListen, match="this machine has no such address"):
        serve(tmp_path, ServeOptions(host="192.0.2.1", port=0))


def test_a_scenario_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="none"):
        serve(tmp_path, ServeOptions(port=0, scenario="none.json"))
