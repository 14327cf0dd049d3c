"""Object stores on this machine: moto for S3, azurite for Azure. Each is started once in a run, and ends with it.

moto is a development dependency; azurite is pinned by hash in `tests/azure/package-lock.json`, and `make slow` installs
it from there with npm. Where that was not possible, its tests skip and say so; LTXSPEC_REQUIRE_AZURE makes them fail.
"""

import base64
import contextlib
import hashlib
import hmac
import http.client
import itertools
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

import pytest
from sharing import made_once

FOLDER = Path(__file__).parents[1] / ".venv" / "azurite"
AZURITE = FOLDER / "node_modules/azurite/dist/src/blob/main.js"
REQUIRED = bool(os.environ.get("LTXSPEC_REQUIRE_AZURE"))  # read once, before any test cleans the environment
ACCOUNT = "devstoreaccount1"  # azurite's own, with its published key
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
BUCKET = "films"
PATIENCE = 60.0  # seconds for a server to start
_NUMBERS = itertools.count()


@dataclass(frozen=True)
class StoreServer:
    """A store for one test: a prefix of its own in the bucket of a server."""

    scheme: str
    port: int
    prefix: str

    @property
    def url(self) -> str:
        return f"{self.scheme}://{BUCKET}/{self.prefix}"

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}" + (f"/{ACCOUNT}" if self.scheme == "az" else "")

    @property
    def environment(self) -> Mapping[str, str]:
        """The credentials, as the services' own tools read them."""
        if self.scheme == "az":
            return {"AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT, "AZURE_STORAGE_ACCOUNT_KEY": KEY}
        return {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}

    @property
    def table(self) -> str:
        """`[store]` of a configuration."""
        return f'[store]\nurl = "{self.url}"\nendpoint = "{self.endpoint}"\nfree = true\ntimeout = 5\n'


@pytest.fixture
def s3(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> StoreServer:
    """An empty store at moto, and credentials for it."""
    folder = made_once(tmp_path_factory, "moto", _start_moto)
    return _store("s3", folder, monkeypatch)


@pytest.fixture
def azure(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> StoreServer:
    """An empty store at azurite, and credentials for it."""
    if shutil.which("node") is None or not AZURITE.exists():
        reason = f"needs node, and the packages of tests/azure in {FOLDER}: `make slow` installs them"
        if REQUIRED:
            pytest.fail(f"LTXSPEC_REQUIRE_AZURE is set: {reason}")
        # node is no requirement of ltxspec, and its packages come from a registry; CI requires both
        pytest.skip(reason)
    folder = made_once(tmp_path_factory, "azurite", _start_azurite)
    return _store("az", folder, monkeypatch)


@pytest.fixture(params=["s3", "azure"])
def cloud(request: pytest.FixtureRequest) -> StoreServer:
    """Both, one after the other."""
    store: StoreServer = request.getfixturevalue(request.param)
    return store


def _store(scheme: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> StoreServer:
    port = int((folder / "port").read_text())
    store = StoreServer(scheme, port, f"p{os.getpid()}-{next(_NUMBERS)}")
    for name, value in store.environment.items():
        monkeypatch.setenv(name, value)
    return store


def _start_moto(folder: Path) -> None:
    port = _free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    _start(folder, command, port)
    _request(port, "PUT", f"/{BUCKET}", {})


def _start_azurite(folder: Path) -> None:
    port = _free_port()
    options = ["--inMemoryPersistence", "--silent", "--skipApiVersionCheck", "--disableTelemetry"]
    command = ["node", str(AZURITE), "--blobHost", "127.0.0.1", "--blobPort", str(port), *options]
    _start(folder, command, port)
    date, version = formatdate(usegmt=True), "2021-08-06"
    signed = f"x-ms-date:{date}\nx-ms-version:{version}\n/{ACCOUNT}/{ACCOUNT}/{BUCKET}\nrestype:container"
    digest = hmac.new(base64.b64decode(KEY), f"PUT{chr(10) * 12}{signed}".encode(), hashlib.sha256).digest()
    login = f"SharedKey {ACCOUNT}:{base64.b64encode(digest).decode()}"
    headers = {"x-ms-date": date, "x-ms-version": version, "Authorization": login, "Content-Length": "0"}
    _request(port, "PUT", f"/{ACCOUNT}/{BUCKET}?restype=container", headers)


def _start(folder: Path, command: Sequence[str], port: int) -> None:
    """Start a server that ends with this run of the tests, and wait until it answers."""
    folder.mkdir()
    run = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    with (folder / "log").open("w") as log:
        subprocess.run(
            [sys.executable, __file__, str(run), *command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            check=True,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )
    deadline = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            break
        assert time.monotonic() < deadline, (folder / "log").read_text()
        time.sleep(0.05)
    (folder / "port").write_text(str(port))


def _request(port: int, method: str, path: str, headers: Mapping[str, str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request(method, path, headers=dict(headers))
    answer = connection.getresponse()
    assert answer.status < 300, answer.read()
    connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _guard(run: int, command: Sequence[str]) -> None:
    """In a process of its own, run a server until it ends, or the process of the tests does."""
    if os.fork():
        return
    with subprocess.Popen(command) as server:
        try:
            while server.poll() is None:
                os.kill(run, 0)
                time.sleep(0.5)
        except ProcessLookupError:
            pass  # the tests are over
        finally:
            server.kill()


if __name__ == "__main__":
    _guard(int(sys.argv[1]), sys.argv[2:])
