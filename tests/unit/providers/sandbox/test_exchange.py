from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sandboxes import HandClock, Sandbox, catalog, check_wire, codes, details, order, poll, tiny_film

from ltxspec.providers.sandbox.app import create_app
from ltxspec.providers.sandbox.exchange import Call, answer
from ltxspec.providers.sandbox.identifiers import derived_uuid
from ltxspec.providers.sandbox.scenario import Scenario, ScenarioFault
from ltxspec.providers.sandbox.settings import SandboxSettings


@pytest.mark.parametrize("body", [order(), [], "text", [1], [[]], None, b"{", b"", b"\xff"])
def test_only_a_list_of_tasks_is_a_call(sandbox: Sandbox, body: Any) -> None:
    response = sandbox.post(body)
    assert (response.status_code, codes(response.json())) == (400, [("invalidRequestBody", None)])
    check_wire(response.json())


@pytest.mark.parametrize("uuid", ["", "1", 7, "6b86b273-ff34-1ce1-9d6b-804eff5a3f57", None])
def test_an_id_must_be_a_uuid_of_version_4(sandbox: Sandbox, uuid: Any) -> None:
    response = sandbox.post([order() | {"taskUUID": uuid}])
    assert codes(response.json()) == [("invalidTaskUUID", "taskUUID")]


KNOWN_KINDS = (
    "videoInference",
    "getResponse",
    "getTaskDetails",
    "mediaStorage",
    "imageUpload",
    "accountManagement",
    "authentication",
    "ping",
)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    settings = SandboxSettings(catalog(), clock := HandClock(), tiny_film, tmp_path_factory.mktemp("fuzzed"))
    return Sandbox(create_app(settings), clock)


def test_an_order_without_an_id_is_refused(sandbox: Sandbox) -> None:
    assert codes(sandbox.call(order(taskUUID=None))) == [("missingParameter", "taskUUID")]


def test_tasks_of_one_call_succeed_and_fail_by_themselves(sandbox: Sandbox) -> None:
    response = sandbox.post([order(1), order(2, duration=7), {"taskType": "ping"}, {"taskType": "dance"} | poll(3)])
    assert response.status_code == 200
    reply = response.json()
    assert [item["taskType"] for item in reply["data"]] == ["videoInference", "ping"]
    assert [error["taskUUID"] for error in reply["errors"]] == [derived_uuid("test", 2)]


def test_an_unknown_kind_of_task_is_refused(sandbox: Sandbox) -> None:
    assert codes(sandbox.call(poll() | {"taskType": "imageInference"})) == [("unsupportedTaskType", "taskType")]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer anything"}])
def test_without_a_configured_key_everyone_may_call(sandbox: Sandbox, headers: dict[str, str]) -> None:
    assert sandbox.post([order()], **headers).status_code == 200


LOGIN = {"taskType": "authentication", "apiKey": "right"}


def test_a_key_is_never_kept_or_shown(open_sandbox: Callable[..., Sandbox]) -> None:
    sandbox = open_sandbox(api_key="very-secret")
    sandbox.headers = {"Authorization": "Bearer very-secret"}
    sandbox.call(LOGIN | {"apiKey": "very-secret"}, order())
    assert b"very-secret" not in (sandbox.app.settings.folder / "state.sqlite").read_bytes()
    assert "very-secret" not in repr(sandbox.app.settings)
    assert "very-secret" not in str(sandbox.call(details()))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
KINDS = st.sampled_from([*KNOWN_KINDS, "dance"]) | VALUES
FIELDS = (
    "taskType",
    "model",
    "positivePrompt",
    "width",
    "inputs",
    "safety",
    "numberResults",
    "media",
    "image",
    "operation",
)


@given(kind=KINDS, changes=st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=3))
def test_whatever_is_asked_there_is_an_answer(fuzzed: Sandbox, kind: Any, changes: dict[str, Any]) -> None:
    response = fuzzed.post([order() | {"taskType": kind} | changes])
    assert response.status_code in {200, 400, 402, 404}
    check_wire(response.json())


def test_an_order_whose_answer_was_spoiled_is_still_under_way(sandbox: Sandbox) -> None:
    app, faults = sandbox.app, (ScenarioFault("error", code="connectionLost", times=None),)
    call = Call(app.settings, app.store, Scenario(faults=faults), "http://sandbox")
    reply = answer([order()], call)
    assert (reply.status, reply.accepted) == (502, (order()["taskUUID"],))
    repeated = answer([order()], call)
    assert (repeated.status, repeated.accepted) == (502, ())
    lost = Call(app.settings, app.store, Scenario(faults=(ScenarioFault("error", accepted=False),)), "http://sandbox")
    assert answer([order(2)], lost).accepted == ()
    assert len(app.store.charges()) == 1
