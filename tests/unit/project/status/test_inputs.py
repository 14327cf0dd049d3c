"""`status --check` finds inputs at web addresses whose bytes changed since it first looked, over real HTTP."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from builders import change, request, take
from replacing import replace
from unit.project.projects import project

from ltxspec.plan.actions import Action
from ltxspec.plan.status import Finding, FindingKind, ShotState, ShotStatus
from ltxspec.project.adapters import open_provider
from ltxspec.project.project import ProjectContext
from ltxspec.project.status.inputs import check_inputs

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20


@dataclass
class Pictures:
    """A server of pictures; what is not there is gone."""

    address: str
    there: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def pictures() -> Iterator[Pictures]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.partition("?")[0]
            served.asked.append(self.path)
            data = served.there.get(name)
            self.send_response(410 if data is None else 200)
            self.send_header("Content-Length", str(len(data or b"")))
            self.end_headers()
            self.wfile.write(data or b"")

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        served = Pictures(f"http://127.0.0.1:{server.server_port}", {"/a.png": PICTURE})
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield served
        server.shutdown()
        thread.join()


@pytest.fixture
def opened(tmp_path: Path, pictures: Pictures) -> ProjectContext:
    made = project(tmp_path)
    return replace(made, environ={**made.environ, "RUNWARE_BASE_URL": f"{pictures.address}/v1"})


def shot(url: str, name: str = "alley", number: int = 1, state: ShotState = ShotState.UP_TO_DATE) -> ShotStatus:
    wanted = request(name)
    body = {**wanted.body, "inputs": {"frameImages": [{"image": url, "frame": "first"}]}}
    planned = change(Action.NO_OP, replace(wanted, body=body))
    return ShotStatus(planned.address, state, planned, take(number=number))


def found(opened: ProjectContext, *shots: ShotStatus) -> list[Finding]:
    async def check() -> list[Finding]:
        provider = open_provider(opened, need_key=False)
        try:
            return await check_inputs(opened, provider, shots)
        finally:
            await provider.close()

    return asyncio.run(check())


def test_other_bytes_at_the_same_address_are_found_again_and_again(opened: ProjectContext, pictures: Pictures) -> None:
    one = shot(f"{pictures.address}/a.png")
    assert found(opened, one) == []
    assert found(opened, one) == []
    pictures.there["/a.png"] = PICTURE[:-1] + b"x"  # the same size
    for _ in range(2):
        (changed,) = found(opened, one)
        assert (changed.kind, str(changed.address)) == (FindingKind.INPUT_CHANGED, "night.alley")
        assert f"{pictures.address}/a.png has other bytes" in changed.message
    pictures.there["/a.png"] = PICTURE
    assert found(opened, one) == []


def test_a_new_take_is_compared_with_what_was_there_for_it(opened: ProjectContext, pictures: Pictures) -> None:
    url = f"{pictures.address}/a.png"
    assert found(opened, shot(url)) == []
    pictures.there["/a.png"] = PICTURE * 2
    assert [one.kind for one in found(opened, shot(url), shot(url, "bridge", 2))] == [FindingKind.INPUT_CHANGED]
    assert len(pictures.asked) == 2, "one picture is fetched once for all shots"


def test_what_is_gone_is_found_and_what_does_not_answer_is_not_called_unchanged(
    opened: ProjectContext, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ltxspec.project.status.inputs._SECONDS", 0.2)
    (gone,) = found(opened, shot(f"{pictures.address}/b.png"))
    assert gone.kind is FindingKind.INPUT_GONE
    assert gone.message.endswith("/b.png: nothing is there any more")
    (away,) = found(opened, shot("http://127.0.0.1:1/a.png?token=hush-hush-hush"))
    assert away.kind is FindingKind.NOT_CHECKED
    assert "hush" not in away.message


def test_signatures_neither_count_nor_are_kept(opened: ProjectContext, pictures: Pictures) -> None:
    url = f"{pictures.address}/a.png?X-Amz-Signature="
    assert found(opened, shot(f"{url}{'ab' * 32}")) == []
    pictures.there["/a.png"] = PICTURE * 2
    (changed,) = found(opened, shot(f"{url}{'cd' * 32}"))
    assert changed.kind is FindingKind.INPUT_CHANGED
    kept = (opened.local / "cache" / "inputs").read_text("utf-8")
    assert "abab" not in kept + changed.message
    assert "127.0.0.1" not in kept


def test_only_shots_that_keep_their_take_are_looked_at(opened: ProjectContext, pictures: Pictures) -> None:
    url = f"{pictures.address}/a.png"
    assert found(opened, shot(url, state=ShotState.TO_BUY), replace(shot(url), take=None)) == []
    assert pictures.asked == []


def test_what_is_too_large_is_not_compared(
    opened: ProjectContext, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ltxspec.project.status.inputs._LARGEST", 2**10)
    (large,) = found(opened, shot(f"{pictures.address}/a.png"))
    assert (large.kind, "was not compared" in large.message) == (FindingKind.NOT_CHECKED, True)
