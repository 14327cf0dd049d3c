"""`ltxspec listen`: the provider calls, a run beside it asks less, and without a run it collects."""

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from acceptance.commands import REPOSITORY, Result, ltxspec, write_spec
from jsonschema import Draft202012Validator
from paid_here import paid_here, posts  # noqa: F401  # a fixture

from ltxspec.project.listening.listen import listening
from ltxspec.project.project import open_project
from ltxspec.report.apply.views import JsonView
from ltxspec.serving import server_of
from ltxspec.storage.webhook_config import VARIABLE

SECRET = "canary-webhook-0123456789"
MODEL = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720, fps: 24}\n"
PATIENCE = 20.0  # seconds


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, SECRET)


@pytest.fixture
def films(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    folder.mkdir()
    write_spec(folder, MODEL + "shots:\n  a: {prompt: Rain}\n  b: {prompt: Fog}\n  c: {prompt: Sun}\n")
    configure(folder)
    return folder


def configure(folder: Path, port: int | None = None) -> None:
    """Frequent looks, and a webhook if there is a port."""
    text = '[project]\nid = "films"\n[runware]\npoll_interval = 0.05\npoll_max = 0.1\n'
    if port is not None:
        text += f'[webhook]\nurl = "http://127.0.0.1:{port}/calls"\nlook_every = 15\n'
    (folder / "ltxspec.toml").write_text(text)


class Listener:
    """What one listener said."""

    def __init__(self, address: str, out: StringIO, warnings: list[str]) -> None:
        self.address, self.warnings = address, warnings
        self._out = out

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._out.getvalue().splitlines()]

    def call(self, content: bytes | str, *, secret: str = SECRET, **more: object) -> int:
        with closing(httpx.Client(trust_env=False)) as client:
            return client.post(f"{self.address}/calls/{secret}", content=content, **more).status_code  # type: ignore[arg-type]  # options of httpx


@pytest.fixture
def listener(films: Path) -> Iterator[Callable[[Mapping[str, str]], Listener]]:
    """Starts a listener for a service; it ends with the test."""
    from contextlib import ExitStack

    with ExitStack() as stack:

        def start(service: Mapping[str, str]) -> Listener:
            out, warnings = StringIO(), list[str]()
            project = open_project(films, environ={**service, VARIABLE: SECRET}, warn=warnings.append)
            address = stack.enter_context(listening(project, JsonView(out).emit))
            return Listener(address, out, warnings)

        yield start


def until(holds: Callable[[], object], what: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, what()
        time.sleep(0.02)


def apply(folder: Path, service: Mapping[str, str], *more: str, code: int = 0) -> Result:
    return ltxspec("apply", "--auto-approve", *more, cwd=folder, check=code, **service)


def takes(folder: Path) -> int:
    lockfile = folder / "lockfiles" / "night.lock.json"
    return lockfile.read_text().count('"status": "succeeded"') if lockfile.exists() else 0


def test_beside_an_apply_the_calls_replace_its_questions(
    films: Path,
    tmp_path: Path,
    listener: Callable[..., Listener],
    posts: Counter[str],  # noqa: F811  # the fixture
) -> None:
    with paid_here(tmp_path / "service", speed=15) as service:
        heard = listener(service)
        before = posts["getResponse"]
        configure(films, int(heard.address.rpartition(":")[2]))
        apply(films, service)
        first_looks, ends = 4, 3
        assert posts["getResponse"] - before <= first_looks + ends
        assert takes(films) == 3
        assert heard.warnings == ["`[webhook] url` is not set: orders do not say where to call"]
    told = [path for path in films.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert told == []


def test_without_a_listener_everything_is_as_before(
    films: Path,
    tmp_path: Path,
    posts: Counter[str],  # noqa: F811  # the fixture
) -> None:
    with paid_here(tmp_path / "service", speed=15) as service:
        configure(films, 9)  # nothing listens: calls are lost
        apply(films, service, "--target", "night.a")
    assert takes(films) == 1
    assert posts["getResponse"] > 8


def test_a_lost_call_delays_and_does_not_lose(films: Path, tmp_path: Path, listener: Callable[..., Listener]) -> None:
    with paid_here(tmp_path / "service", webhook="missing") as service:
        heard = listener(service)
        configure(films, int(heard.address.rpartition(":")[2]))
        text = (films / "ltxspec.toml").read_text()
        (films / "ltxspec.toml").write_text(text.replace("look_every = 15", "look_every = 0.5"))
        apply(films, service)
        assert takes(films) == 3


def test_alone_it_collects_what_is_called_about(films: Path, tmp_path: Path, listener: Callable[..., Listener]) -> None:
    with paid_here(tmp_path / "service", webhook="twice") as service:
        heard = listener(service)
        configure(films, int(heard.address.rpartition(":")[2]))
        apply(films, service, "--detach", "--target", "night.a", "--target", "night.b")
        until(lambda: takes(films) == 2, lambda: (heard.events, heard.warnings))
        until(lambda: not any((films / ".ltxspec" / "calls").glob("*-*")), lambda: "calls are left")
    recorded = [event["address"] for event in heard.events if event["type"] == "shot-committed"]
    assert sorted(recorded) == ["night.a", "night.b"]
    schema = Draft202012Validator(json.loads((REPOSITORY / "schemas" / "events" / "v1.json").read_text("utf-8")))
    assert [error.message for event in heard.events for error in schema.iter_errors(event)] == []


def test_what_ended_while_nothing_listened_is_collected_at_the_start(
    films: Path, tmp_path: Path, listener: Callable[..., Listener]
) -> None:
    with paid_here(tmp_path / "service", webhook="missing") as service:
        apply(films, service, "--detach", "--target", "night.a")
        time.sleep(0.2)
        heard = listener(service)
        until(lambda: takes(films) == 1, lambda: (heard.events, heard.warnings))


def test_strangers_and_other_tasks_leave_nothing(
    films: Path,
    tmp_path: Path,
    listener: Callable[..., Listener],
    posts: Counter[str],  # noqa: F811  # the fixture
) -> None:
    stranger = '{"taskUUID": "0b0b0b0b-1111-4222-8333-444444444444", "videoURL": "http://127.0.0.1:9/x.mp4"}'
    with paid_here(tmp_path / "service") as service:
        apply(films, service, "--target", "night.a")
        done = re.findall(r'"taskUUID": "([0-9a-f-]{36})"', (films / "lockfiles" / "night.lock.json").read_text())
        heard, asked = listener(service), dict(posts)
        assert heard.call(stranger) == 204
        assert [heard.call(f'{{"taskUUID": "{task}"}}') for task in done] == [204] * len(done)
        assert heard.call(stranger, secret="another-secret-0123456789") == 404
        assert list((films / ".ltxspec" / "calls").iterdir()) == [films / ".ltxspec" / "calls" / "listening"]
        time.sleep(0.6)
    assert (dict(posts), heard.events) == (asked, [])


def test_without_the_key_calls_are_kept_for_whoever_has_it(
    films: Path, tmp_path: Path, listener: Callable[..., Listener]
) -> None:
    with paid_here(tmp_path / "service") as service:
        keyless = {name: value for name, value in service.items() if name != "RUNWARE_API_KEY"}
        heard = listener(keyless)
        configure(films, int(heard.address.rpartition(":")[2]))
        apply(films, service, "--detach", "--target", "night.a")
        until(lambda: heard.warnings[1:], lambda: heard.warnings)
        until(lambda: any((films / ".ltxspec" / "calls").glob("*-*")), lambda: "no call")
        assert "no API key is set" in heard.warnings[1]
        ltxspec("collect", cwd=films, check=0, **service)
        assert takes(films) == 1


@pytest.mark.parametrize(
    ("environment", "code", "said"),
    [
        ({"LTXSPEC_PROVIDER": "sandbox"}, 64, "`sandbox` sends no webhooks"),
        ({VARIABLE: ""}, 64, f"{VARIABLE} is not set"),
        ({VARIABLE: "too short"}, 64, "needs 16 to 256 letters"),
    ],
)
def test_it_does_not_start_without_what_it_needs(
    films: Path, environment: dict[str, str], code: int, said: str
) -> None:
    told = ltxspec("listen", "--port", "0", cwd=films, check=code, **{"LTXSPEC_PROVIDER": "runware", **environment})
    assert said in told.err
    assert "too short" not in told.err.replace("it is too short", "")


def test_two_for_one_project_are_one_too_many(films: Path, tmp_path: Path, listener: Callable[..., Listener]) -> None:
    with paid_here(tmp_path / "service") as service:
        heard = listener(service)
        port = heard.address.rpartition(":")[2]
        assert "listen" in ltxspec("listen", "--port", "0", cwd=films, check=5, **service).err
    other = films.parent / "other"
    other.mkdir()
    told = ltxspec("listen", "--port", port, cwd=other, check=1, LTXSPEC_PROVIDER="runware")
    assert f"cannot use `127.0.0.1:{port}`" in told.err


def test_a_weak_secret_stops_an_apply_before_anything_is_ordered(
    films: Path,
    tmp_path: Path,
    posts: Counter[str],  # noqa: F811  # the fixture
) -> None:
    configure(films, 9)
    with paid_here(tmp_path / "service") as service:
        told = apply(films, {**service, VARIABLE: "guess"}, code=64)
        assert f"{VARIABLE} needs 16" in told.err
        assert posts["videoInference"] == 0


def test_the_command_serves_until_it_is_told_to_stop(films: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    servers: list[Any] = []

    def noted(config: Any) -> Any:
        servers.append(server_of(config))
        return servers[0]

    def stop_soon() -> None:
        until((films / ".ltxspec" / "calls" / "listening").exists, lambda: "it does not listen")
        servers[0].should_exit = True

    monkeypatch.setattr("ltxspec.project.listening.listen.server_of", noted)
    stopping = threading.Thread(target=stop_soon)
    stopping.start()
    told = ltxspec("listen", "--port", "0", "--format", "json", cwd=films, LTXSPEC_PROVIDER="runware")
    stopping.join()
    assert told.out == ""
    assert "listening: http://127.0.0.1:" in told.err
    assert SECRET not in told.err
    assert not (films / ".ltxspec" / "calls" / "listening").exists()
