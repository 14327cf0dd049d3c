"""Every fault of a call, played to a client without a port and to one on a socket."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sandboxes import HandClock, Sandbox, catalog, check_wire, codes, details, order, poll, tiny_film

from ltxspec.providers.sandbox.exchange import SandboxReply
from ltxspec.providers.sandbox.faults import is_lost_before, response
from ltxspec.providers.sandbox.scenario import Behaviour, Scenario, ScenarioFault
from ltxspec.providers.sandbox.serve import serving
from ltxspec.providers.sandbox.settings import SandboxSettings

Post = Callable[[Scenario], Callable[[], httpx.Response]]
Charges = Callable[[], int]


@pytest.fixture(params=["in process", "on a port"])
def far_side(request: pytest.FixtureRequest, tmp_path: Path, sandbox: Sandbox) -> Iterator[tuple[Post, Charges]]:
    """How to play a scenario and send an order to it, and how to count the charges."""
    if request.param == "in process":

        def play_here(scenario: Scenario) -> Callable[[], httpx.Response]:
            sandbox.app.scenario = scenario
            return lambda: sandbox.post([order()])

        yield play_here, lambda: len(sandbox.app.store.charges())
        return
    settings = SandboxSettings(catalog(), HandClock(), tiny_film, tmp_path / "port")
    with serving(settings) as url, httpx.Client(trust_env=False, timeout=5) as client:
        root = url.removesuffix("/v1")

        def play_there(scenario: Scenario) -> Callable[[], httpx.Response]:
            from ltxspec.providers.sandbox.scenario import write_scenario

            assert client.put(f"{root}/sandbox/scenario", json=write_scenario(scenario)).status_code == 200
            return lambda: client.post(url, json=[order()])

        def charges() -> int:
            rows = client.get(f"{root}/sandbox/ledger").json()["charges"]
            return sum(row["count"] for row in rows)

        yield play_there, charges


@pytest.mark.parametrize("accepted", [True, False])
def test_a_dropped_connection_is_a_transport_error(far_side: tuple[Post, Charges], *, accepted: bool) -> None:
    play, charges = far_side
    send = play(Scenario(faults=(ScenarioFault("drop", accepted=accepted),)))
    with pytest.raises(httpx.RemoteProtocolError):
        send()
    assert charges() == int(accepted)
    assert send().status_code == (400 if accepted else 200)
    assert charges() == 1


def test_a_cut_reply_breaks_off_in_its_body(far_side: tuple[Post, Charges]) -> None:
    play, charges = far_side
    send = play(Scenario(faults=(ScenarioFault("cut"),)))
    with pytest.raises(httpx.RemoteProtocolError):
        send()
    assert charges() == 1


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("status", [408, 429, 500, 503, 504])
def test_a_status_comes_with_or_without_acceptance(
    far_side: tuple[Post, Charges], *, status: int, accepted: bool
) -> None:
    play, charges = far_side
    answer = play(Scenario(faults=(ScenarioFault("status", status=status, accepted=accepted, retry_after="soon"),)))()
    assert (answer.status_code, answer.headers["retry-after"]) == (status, "soon")
    check_wire(answer.json())
    assert charges() == int(accepted)


@pytest.mark.parametrize(("body", "kind"), [("html", "text/html; charset=utf-8"), ("garbage", "video/mp4")])
def test_a_proxy_can_answer_instead(far_side: tuple[Post, Charges], body: Any, kind: str) -> None:
    play, charges = far_side
    answer = play(Scenario(faults=(ScenarioFault("status", status=200, body=body),)))()
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert "retry-after" not in answer.headers
    assert charges() == 1


def test_a_refusal_names_its_reason_and_takes_nothing(far_side: tuple[Post, Charges]) -> None:
    play, charges = far_side
    fault = ScenarioFault("refuse", code="insufficientCredits", message="No money.", status=402)
    answer = play(Scenario(faults=(fault,)))()
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (402, "insufficientCredits")
    assert charges() == 0


def test_somebody_elses_error_can_stand_in_a_reply(far_side: tuple[Post, Charges]) -> None:
    play, _ = far_side
    reply = play(Scenario(faults=(ScenarioFault("foreign-error"),)))().json()
    assert [item["taskUUID"] for item in reply["data"]] == [order()["taskUUID"]]
    assert [error["taskUUID"] != order()["taskUUID"] for error in reply["errors"]] == [True]


@pytest.mark.parametrize(
    ("conflict", "while_running", "after_the_end"), [("forever", 1, 1), ("running", 1, 2), ("never", 2, 3)]
)
def test_a_repeat_is_paid_as_the_scenario_says(
    sandbox: Sandbox, conflict: Any, while_running: int, after_the_end: int
) -> None:
    sandbox.play(conflict=conflict)
    sandbox.call(order())
    sandbox.call(order())
    assert len(sandbox.app.store.charges()) == while_running
    sandbox.finish()
    sandbox.call(order())
    assert len(sandbox.app.store.charges()) == after_the_end


def test_an_ignored_dry_run_is_paid(sandbox: Sandbox) -> None:
    sandbox.play(dry_run="ignored")
    reply = sandbox.call(order(), **{"X-Runware-Dry-Run": "1"})
    assert "cost" not in reply["data"][0]
    assert len(sandbox.app.store.charges()) == 1


@pytest.mark.parametrize("status", [200, 400])
def test_mixed_replies_have_the_chosen_status(sandbox: Sandbox, status: Any) -> None:
    sandbox.play(mixed_status=status)
    assert sandbox.post([order(1), order(2, duration=7)]).status_code == status


def test_an_error_can_come_in_the_singular(sandbox: Sandbox) -> None:
    sandbox.play(error_envelope="error", error_parameter="list")
    reply = sandbox.call(order(duration=7))
    assert reply["error"]["parameter"] == ["duration"]
    assert (reply["taskUUID"], "errors" in reply, "data" in reply) == (order()["taskUUID"], False, False)


def test_a_delay_waits_after_the_order_was_taken(sandbox: Sandbox) -> None:
    sandbox.play(ScenarioFault("delay", seconds=50.0))
    before = sandbox.clock.now()
    sandbox.call(order())
    assert (sandbox.clock.now() - before).total_seconds() == 50


def test_only_faults_without_acceptance_keep_a_call_from_taking_effect() -> None:
    kept, lost = ScenarioFault("drop"), ScenarioFault("status", accepted=False)
    assert is_lost_before([kept, ScenarioFault("cut", accepted=False)]) is None
    assert is_lost_before([kept, lost]) is lost


def test_without_faults_the_reply_is_sent_as_it_is() -> None:
    sent = response(SandboxReply(200, {"data": []}), ())
    assert (sent.status_code, sent.body) == (200, b'{"data":[]}')


def test_behaviour_and_faults_play_together(sandbox: Sandbox) -> None:
    sandbox.app.scenario = Scenario(
        Behaviour(unknown_task="processing"), (ScenarioFault("drop", task="videoInference"),)
    )
    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.post([order(1)])
    assert "errors" in sandbox.call(order(1))


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize(
    ("code", "status"), [("connectionLost", 502), ("environmentPaused", 429), ("conflictingState", 409), ("odd", 400)]
)
def test_an_order_can_be_answered_by_any_error(
    far_side: tuple[Post, Charges], *, code: str, status: int, accepted: bool
) -> None:
    play, charges = far_side
    answer = play(Scenario(faults=(ScenarioFault("error", code=code, message="No.", accepted=accepted),)))()
    check_wire(answer.json())
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["code"], error["message"]) == (status, code, "No.")
    assert (error["taskUUID"], error["taskType"]) == (order()["taskUUID"], "videoInference")
    assert charges() == int(accepted)


def test_an_error_of_a_task_leaves_the_others_of_its_call_alone(sandbox: Sandbox) -> None:
    sandbox.play(ScenarioFault("error", uuid=order(1)["taskUUID"], code="connectionLost", status=502))
    reply = sandbox.call(order(1), order(2))
    assert [item["taskUUID"] for item in reply["data"]] == [order(2)["taskUUID"]]
    assert [error["taskUUID"] for error in reply["errors"]] == [order(1)["taskUUID"]]


def test_an_error_is_the_last_reply_in_the_archive(sandbox: Sandbox) -> None:
    sandbox.play(ScenarioFault("error", code="connectionLost"))
    sandbox.call(order())
    (record,) = sandbox.call(details())["data"]
    assert record["response"]["errors"][0]["code"] == "connectionLost"


def test_a_look_can_be_answered_by_an_error(sandbox: Sandbox) -> None:
    sandbox.play(ScenarioFault("error", task="getResponse", code="connectionLost"))
    sandbox.call(order())
    assert codes(sandbox.call(poll())) == [("connectionLost", None)]
    assert sandbox.call(poll())["data"]
