import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import pytest
from sandboxes import Sandbox, check_wire, order, poll

from ltxspec.providers.sandbox.deliveries import Deliveries
from ltxspec.providers.sandbox.films import FilmShelf
from ltxspec.providers.sandbox.scenario import Behaviour, Scenario, ScenarioFault
from ltxspec.providers.sandbox.settings import Outside

HOOK = "https://hooks.example/done?token=t"


@dataclass
class Receiver:
    """The other end of webhooks and uploads; fails the first `failing` calls."""

    failing: int = 0
    seen: list[tuple[str, str, bytes]] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append((request.method, str(request.url), request.read()))
        return httpx.Response(500 if len(self.seen) <= self.failing else 204)

    @property
    def bodies(self) -> list[Any]:
        return [orjson.loads(content) for method, _, content in self.seen if method == "POST"]


def delivered(sandbox: Sandbox, **behaviour: Any) -> None:
    """Do what is left to deliver, to its end."""

    async def go() -> None:
        app = sandbox.app
        deliveries = Deliveries(app.settings, app.store, FilmShelf(app.settings, app.store))
        await deliveries.resume(Behaviour(**behaviour))
        await asyncio.gather(*deliveries._running.values())

    asyncio.run(go())


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def hooked(open_sandbox: Callable[..., Sandbox], receiver: Receiver) -> Sandbox:
    return open_sandbox(outside=Outside("anywhere", httpx.MockTransport(receiver)))


def test_each_result_is_posted_flat_when_it_is_done(hooked: Sandbox, receiver: Receiver) -> None:
    began = hooked.clock.now().timestamp()
    hooked.call(order(webhookURL=HOOK, numberResults=3))
    delivered(hooked)
    assert [url for _, url, _ in receiver.seen] == [HOOK] * 3
    assert receiver.bodies == hooked.call(poll())["data"]
    check_wire({"data": receiver.bodies})
    assert hooked.clock.now().timestamp() - began > 20
    assert hooked.app.store.undelivered() == []


def test_a_receiver_that_fails_is_asked_again_with_growing_waits(hooked: Sandbox, receiver: Receiver) -> None:
    receiver.failing = 7
    hooked.call(order(webhookURL=HOOK))
    hooked.finish()
    began = hooked.clock.now().timestamp()
    delivered(hooked)
    assert len(receiver.seen) == 8
    assert hooked.clock.now().timestamp() - began == pytest.approx(0.25 + 0.5 + 1 + 2 + 4 + 8 + 8)


def test_patience_with_a_receiver_ends(hooked: Sandbox, receiver: Receiver) -> None:
    receiver.failing = 1000
    hooked.call(order(webhookURL=HOOK))
    delivered(hooked)
    assert len(receiver.seen) == 8
    assert hooked.app.store.undelivered() == []


@pytest.mark.parametrize(("how", "calls"), [("twice", 2), ("missing", 0), ("late", 1)])
def test_webhooks_can_come_twice_late_or_never(hooked: Sandbox, receiver: Receiver, how: str, calls: int) -> None:
    hooked.call(order(webhookURL=HOOK))
    delivered(hooked, webhook=how)
    assert len(receiver.seen) == calls


def test_webhooks_can_be_wrapped(hooked: Sandbox, receiver: Receiver) -> None:
    hooked.call(order(webhookURL=HOOK))
    delivered(hooked, webhook="wrapped")
    assert receiver.bodies == [hooked.call(poll())]


def test_a_failure_is_posted_too(hooked: Sandbox, receiver: Receiver) -> None:
    hooked.app.scenario = Scenario(faults=(ScenarioFault("fail"),))
    hooked.call(order(webhookURL=HOOK))
    delivered(hooked)
    assert (receiver.bodies[0]["status"], receiver.bodies[0]["error"]["code"]) == ("error", "timeoutProvider")


def test_the_video_is_put_to_the_upload_endpoint(hooked: Sandbox, receiver: Receiver) -> None:
    hooked.call(order(uploadEndpoint="https://bucket.example/key?X-Amz-Signature=s"))
    delivered(hooked)
    ((method, url, content),) = receiver.seen
    assert (method, url) == ("PUT", "https://bucket.example/key?X-Amz-Signature=s")
    assert content == hooked.request("GET", hooked.call(poll())["data"][0]["videoURL"]).content


def test_what_a_stopped_sandbox_left_is_delivered_by_the_next(
    open_sandbox: Callable[..., Sandbox], receiver: Receiver
) -> None:
    open_sandbox(outside=Outside("anywhere", httpx.MockTransport(receiver))).call(order(webhookURL=HOOK))
    receiver.seen.clear()
    delivered(open_sandbox(outside=Outside("anywhere", httpx.MockTransport(receiver))))
    assert len(receiver.seen) == 1
    delivered(open_sandbox(outside=Outside("anywhere", httpx.MockTransport(receiver))))
    assert len(receiver.seen) == 1


def test_a_task_without_hooks_starts_nothing(hooked: Sandbox, receiver: Receiver) -> None:
    hooked.call(order())
    delivered(hooked)
    assert receiver.seen == []


@pytest.mark.parametrize(
    ("host", "calls"), [("127.0.0.1:9", 2), ("localhost:9", 2), ("hooks.example", 0), ("10.0.0.1", 0)]
)
def test_a_sandbox_on_a_port_reaches_this_machine_only(
    open_sandbox: Callable[..., Sandbox], receiver: Receiver, host: str, calls: int
) -> None:
    sandbox = open_sandbox(outside=Outside("this machine", httpx.MockTransport(receiver)))
    sandbox.call(order(webhookURL=f"http://{host}/hook", uploadEndpoint=f"http://{host}/bucket"))
    receiver.seen.clear()
    delivered(sandbox)
    assert len(receiver.seen) == calls
    assert sandbox.app.store.undelivered() == []


def test_a_preview_delivers_nothing_and_leaves_nothing_to_a_later_server(
    open_sandbox: Callable[..., Sandbox], receiver: Receiver
) -> None:
    everything = httpx.MockTransport(receiver)
    preview = open_sandbox(outside=Outside(transport=everything))
    image = {"frameImages": ["http://127.0.0.1:9/frame.png"]}
    body = order(webhookURL="http://127.0.0.1:9/hook", uploadEndpoint="http://127.0.0.1:9/bucket", inputs=image)
    assert "errors" not in preview.call(body)
    delivered(preview)
    preview.finish()
    assert preview.request("GET", preview.call(poll())["data"][0]["videoURL"]).status_code == 200
    delivered(open_sandbox(outside=Outside("this machine", everything)))
    assert receiver.seen == []


def test_a_preview_does_not_send_what_a_server_left(open_sandbox: Callable[..., Sandbox], receiver: Receiver) -> None:
    everything = httpx.MockTransport(receiver)
    open_sandbox(outside=Outside("this machine", everything)).call(order(webhookURL="http://127.0.0.1:9/hook"))
    receiver.seen.clear()
    delivered(open_sandbox(outside=Outside(transport=everything)))
    assert receiver.seen == []
