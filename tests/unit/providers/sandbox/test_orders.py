from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sandboxes import Sandbox, codes, details, order, poll

from ltxspec.providers.sandbox.identifiers import derived_uuid
from ltxspec.providers.sandbox.settings import Outside


def test_an_order_is_acknowledged_with_nothing_but_its_id(sandbox: Sandbox) -> None:
    assert sandbox.call(order()) == {"data": [{"taskType": "videoInference", "taskUUID": order()["taskUUID"]}]}


def test_several_results_are_acknowledged_once(sandbox: Sandbox) -> None:
    assert len(sandbox.call(order(numberResults=4))["data"]) == 1


def test_a_refused_order_comes_as_400_with_empty_data(sandbox: Sandbox) -> None:
    response = sandbox.post([order(duration=7)])
    assert response.status_code == 400
    assert response.json()["data"] == []


@pytest.mark.parametrize(
    ("change", "code", "parameter"),
    [
        ({"positivePrompt": None}, "missingPositivePrompt", "positivePrompt"),
        ({"positivePrompt": "x"}, "invalidPositivePromptLength", "positivePrompt"),
        ({"positivePrompt": 7}, "invalidPositivePrompt", "positivePrompt"),
        ({"width": 1280, "height": 720}, "unsupportedDimensions", "width"),
        ({"height": None}, "missingParameter", "width"),
        ({"duration": 7}, "unsupportedDuration", "duration"),
        ({"fps": 24}, "invalidFps", "fps"),
        ({"sharpness": 3}, "unsupportedParameter", "sharpness"),
        ({"providerSettings": {"else": {}}}, "unknownProviderSettingsProvider", "providerSettings.else"),
        ({"numberResults": 5}, "invalidNumberResults", "numberResults"),
        ({"ttl": 59}, "invalidTtl", "ttl"),
        ({"outputFormat": "AVI"}, "invalidOutputFormat", "outputFormat"),
        ({"model": "nobody:1@1"}, "invalidModel", "model"),
        ({"model": None}, "missingParameter", "model"),
        ({"numberResults": 2, "uploadEndpoint": "https://x/y"}, "incompatibleParameters", "uploadEndpoint"),
        ({"inputs": {"frameImages": [derived_uuid("nothing")]}}, "mediaNotFound", "inputs.frameImages"),
        ({"inputs": {"frameImages": ["assets/alley.jpg"]}}, "invalidImage", "inputs.frameImages"),
        ({"inputs": {"frameImages": ["data:image/png;base64,AAAA"]}}, "unsupportedImageFormat", "inputs.frameImages"),
    ],
)
def test_a_bad_order_is_refused_in_the_providers_words(
    sandbox: Sandbox, change: dict[str, Any], code: str, parameter: str
) -> None:
    error = sandbox.call(order(**change))["errors"][0]
    assert (error["code"], error["parameter"]) == (code, parameter)
    assert (error["taskType"], error["taskUUID"]) == ("videoInference", order()["taskUUID"])
    assert error["message"]
    assert error["documentation"].startswith("https://")
    assert sandbox.ledger() == {"charges": [], "total": "0.00"}


def test_all_that_is_wrong_with_an_order_is_said_at_once(sandbox: Sandbox) -> None:
    assert len(sandbox.call(order(duration=7, fps=24, sharpness=3))["errors"]) == 3


def test_a_used_id_is_refused_and_not_paid_again(sandbox: Sandbox) -> None:
    sandbox.call(order())
    response = sandbox.post([order(positivePrompt="Something else")])
    assert (response.status_code, codes(response.json())) == (400, [("conflictTaskUUID", "taskUUID")])
    assert sandbox.ledger()["charges"] == [{"taskUUID": order()["taskUUID"], "count": 1, "usd": "0.48"}]


def test_a_refused_order_leaves_its_id_free(sandbox: Sandbox) -> None:
    sandbox.call(order(duration=7))
    assert "errors" not in sandbox.call(order())


@pytest.mark.parametrize(
    ("shape", "cost"), [({"duration": 8}, 0.48), ({"width": 3840, "height": 2160, "duration": 10}, 2.4)]
)
def test_results_cost_what_the_models_table_says(sandbox: Sandbox, shape: dict[str, Any], cost: float) -> None:
    sandbox.call(order(numberResults=2, **shape))
    sandbox.finish()
    assert [item["cost"] for item in sandbox.call(poll())["data"]] == [cost, cost]
    assert Decimal(sandbox.ledger()["total"]) == 2 * Decimal(str(cost))


def test_cost_is_told_only_when_asked_for(sandbox: Sandbox) -> None:
    sandbox.call(order(includeCost=None))
    sandbox.finish()
    assert "cost" not in sandbox.call(poll())["data"][0]


def test_a_dry_run_quotes_and_takes_nothing(sandbox: Sandbox) -> None:
    reply = sandbox.call(order(numberResults=3), **{"X-Runware-Dry-Run": "1"})
    assert reply == {"data": [{"taskType": "videoInference", "taskUUID": order()["taskUUID"], "cost": 1.44}]}
    assert codes(sandbox.call(order(duration=7), **{"X-Runware-Dry-Run": "1"})) == [("unsupportedDuration", "duration")]
    assert sandbox.ledger()["charges"] == []
    assert sandbox.call(poll())["data"] == []
    assert "errors" not in sandbox.call(order())


def test_a_dry_run_leaves_nothing_in_the_archive(sandbox: Sandbox) -> None:
    sandbox.call(order(1))
    sandbox.finish()
    known = sandbox.call(details(1))
    for wrong in (order(1, duration=7), order(2, duration=7)):
        assert "errors" in sandbox.call(wrong, **{"X-Runware-Dry-Run": "1"})
    assert sandbox.call(details(1)) == known
    assert codes(sandbox.call(details(2))) == [("taskNotFound", "taskUUID")]


SECRET: dict[str, Any] = {"webhookURL": "https://calls.example/hook?token=canary"}


@pytest.mark.parametrize("wrong", [{}, {"duration": 7}])
def test_a_sandbox_that_calls_nobody_keeps_no_secret_of_an_address(
    open_sandbox: Callable[..., Sandbox], tmp_path: Path, wrong: dict[str, Any]
) -> None:
    sandbox = open_sandbox()
    sandbox.call(order(**SECRET, **wrong))
    sandbox.finish()
    (echo,) = sandbox.call(details())["data"]
    assert echo["request"][0]["webhookURL"] == "https://calls.example/hook"
    assert b"canary" not in (tmp_path / "state" / "state.sqlite").read_bytes()


def test_one_that_calls_keeps_what_it_has_to_call(open_sandbox: Callable[..., Sandbox]) -> None:
    sandbox = open_sandbox(outside=Outside("this machine"))
    sandbox.call(order(**SECRET))
    (echo,) = sandbox.call(details())["data"]
    assert echo["request"][0]["webhookURL"] == SECRET["webhookURL"]


def test_a_used_id_is_a_conflict_also_when_the_balance_is_gone(open_sandbox: Callable[..., Sandbox]) -> None:
    sandbox = open_sandbox(balance=Decimal("0.48"))
    sandbox.call(order())
    assert codes(sandbox.call(order())) == [("conflictTaskUUID", "taskUUID")]
