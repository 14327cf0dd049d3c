from collections.abc import Callable

import pytest
from sandboxes import Sandbox, order


@pytest.mark.parametrize("path", ["/v1", "/"])
def test_both_paths_take_calls(sandbox: Sandbox, path: str) -> None:
    assert sandbox.request("POST", path, json=[order()]).status_code == 200


def test_the_scenario_can_be_read_and_replaced_while_it_runs(sandbox: Sandbox) -> None:
    url = "/sandbox/scenario"
    shown = sandbox.request("GET", url).json()
    assert shown["behaviour"]["conflict"] == "forever"
    changed = sandbox.request("PUT", url, json={"behaviour": {"conflict": "never"}})
    assert changed.status_code == 200
    assert sandbox.request("GET", url).json() == changed.json()
    refused = sandbox.request("PUT", url, json={"behaviour": {"conflicts": "never"}})
    assert (refused.status_code, refused.json()["hint"]) == (400, "did you mean `conflict`?")
    assert sandbox.request("PUT", url, content=b"{").status_code == 400


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1"), ("GET", "/nothing"), ("POST", "/video/x.mp4")])
def test_other_paths_are_not_served(sandbox: Sandbox, method: str, path: str) -> None:
    assert sandbox.request(method, path).status_code in {404, 405}


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/sandbox/ledger"), ("GET", "/sandbox/scenario"), ("PUT", "/sandbox/scenario")]
)
def test_a_sandbox_with_a_key_is_watched_and_steered_with_the_key_only(
    open_sandbox: Callable[..., Sandbox], method: str, path: str
) -> None:
    sandbox = open_sandbox(api_key="rehearsal")
    body = {"json": {"behaviour": {"conflict": "never"}}} if method == "PUT" else {}

    def answered(**headers: str) -> int:
        return sandbox.request(method, path, headers=headers, **body).status_code

    assert (answered(), answered(Authorization="Bearer wrong"), answered(Authorization="rehearsal")) == (401, 401, 401)
    assert sandbox.app.scenario.behaviour.conflict == "forever"
    assert answered(Authorization="Bearer rehearsal") == 200
