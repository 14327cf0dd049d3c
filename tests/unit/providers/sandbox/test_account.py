from collections.abc import Callable
from decimal import Decimal

from sandboxes import Sandbox, codes, order

from ltxspec.providers.sandbox.identifiers import derived_uuid


def test_the_balance_is_drawn_down_and_then_refuses(open_sandbox: Callable[..., Sandbox]) -> None:
    sandbox = open_sandbox(balance=Decimal(1))
    sandbox.call(order(1), order(2))
    response = sandbox.post([order(3)])
    assert (response.status_code, codes(response.json())) == (402, [("insufficientCredits", None)])
    (item,) = sandbox.call({"taskType": "accountManagement", "operation": "getDetails", "taskUUID": derived_uuid(1)})[
        "data"
    ]
    assert item["balance"] == {"amount": 0.04, "currency": "USD"}
    assert item["usage"]["today"] == {"credits": 0.96, "requests": 2}
    assert (item["team"], item["apiKeys"]) == ([], [])
