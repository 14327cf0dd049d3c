"""What `doctor --online` says of a provider and a store; both are real, on this machine."""

import json
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import time

import pytest
from unit.project.stored_projects import store_of, stored_project

from ltxspec.project.doctor.checkup import Row, check_setup
from ltxspec.project.doctor.rows import WARNING
from ltxspec.project.project import open_project


class Provider(BaseHTTPRequestHandler):
    """Answers the question for the account with a balance, or refuses the key; its clock is `late` seconds late."""

    balance: float | None = 12.5
    late = 0.0

    def answer(self) -> None:
        task = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"[{}]")[0]
        named = {"taskUUID": task.get("taskUUID"), "taskType": task.get("taskType")}
        refused = {"data": [], "errors": [{"code": "invalidApiKey", "message": "no", "parameter": "apiKey"}]}
        reply = refused if self.balance is None else {"data": [{**named, "balance": self.balance}]}
        data = json.dumps(reply).encode()
        self.send_response_only(401 if self.balance is None else 200)
        self.send_header("Date", formatdate(time() - self.late, usegmt=True))
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = answer  # noqa: N815  # the names that the library calls

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Provider) as found:
        Thread(target=found.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{found.server_address[1]}/v1"
        found.shutdown()


def rows(folder: Path, **environ: str) -> dict[str, Row]:
    return {row[0]: row for row in check_setup(open_project(folder, "runware", environ=environ), online=True)}


def test_a_provider_that_answers_and_takes_the_key_is_sound(tmp_path: Path, address: str) -> None:
    found = rows(tmp_path, RUNWARE_BASE_URL=address, RUNWARE_API_KEY="canary-key")
    assert [found[name][1] for name in ("network", "account", "clock")] == [True, True, True]
    assert "canary" not in str(found)


def test_a_key_that_is_refused_is_a_failure(tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Provider, "balance", None)
    found = rows(tmp_path, RUNWARE_BASE_URL=address, RUNWARE_API_KEY="canary-key")
    assert found["account"][1] is False
    assert "canary" not in str(found)


def test_an_empty_account_is_a_warning(tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Provider, "balance", 0)
    assert rows(tmp_path, RUNWARE_BASE_URL=address, RUNWARE_API_KEY="canary-key")["account"][1] is WARNING


@pytest.mark.parametrize(("late", "ok"), [(90.0, WARNING), (-90.0, WARNING), (900.0, False)])
def test_a_clock_that_differs_is_named_with_the_cure(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch, late: float, ok: bool | None
) -> None:
    monkeypatch.setattr(Provider, "late", late)
    _, is_ok, detail = rows(tmp_path, RUNWARE_BASE_URL=address)["clock"]
    assert is_ok is ok
    seconds, side = detail.removeprefix("this machine's clock is ").split(" s ", 1)
    assert abs(int(seconds) - abs(late)) <= 10  # this machine may be slow
    assert side.startswith("ahead of" if late > 0 else "behind")
    assert "timedatectl" in detail


def test_without_a_key_and_a_network_the_rest_is_checked(tmp_path: Path) -> None:
    found = rows(tmp_path, RUNWARE_BASE_URL="http://127.0.0.1:1/v1")
    assert (found["network"][1], found["account"][1], found["clock"][1]) == (False, WARNING, WARNING)
    assert "`RUNWARE_API_KEY` is not set" in found["account"][2]


def test_a_store_is_read_and_written_and_one_of_another_project_is_a_failure(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    opened = stored_project(tmp_path_factory, tmp_path)
    found = {row[0]: row for row in check_setup(opened, online=True)}
    assert found["store use"][1] is True
    assert "network" not in found
    other = store_of(opened)
    for path in (tmp_path / "store").iterdir():
        path.write_bytes(b'{"project": "another"}')
    assert other.name in str({row[0]: row for row in check_setup(opened, online=True)}["store use"])
    assert {row[0]: row for row in check_setup(opened, online=True)}["store use"][1] is False
