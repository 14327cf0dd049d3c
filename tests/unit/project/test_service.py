"""The key that pays goes to its own service, to this machine, or where the environment says; nowhere else."""

import pytest

from ltxspec.errors import Refused
from ltxspec.project.service import address_setting, service_address
from ltxspec.services import RUNWARE

USUAL = RUNWARE.address
WITH_KEY = {"RUNWARE_API_KEY": "canary"}


@pytest.mark.parametrize(
    "configured",
    [USUAL, "https://api.runware.ai/v2", "http://127.0.0.1:8787/v1", "http://localhost/v1", "http://[::1]:1/v1"],
)
def test_the_service_itself_and_this_machine_may_be_configured(configured: str) -> None:
    assert service_address(RUNWARE, configured, WITH_KEY) == configured


@pytest.mark.parametrize(
    "configured",
    [
        "https://api.runware.ai.example/v1",
        "https://gateway.example/v1",
        "http://api.runware.ai/v1",
        "https://api.runware.ai:8443/v1",
        "https://me@api.runware.ai/v1",
        "http://127.0.0.1.example/v1",
        "http://10.0.0.1/v1",
    ],
)
def test_another_host_must_be_named_where_the_key_comes_from(configured: str) -> None:
    with pytest.raises(Refused) as caught:
        service_address(RUNWARE, configured, WITH_KEY)
    assert caught.value.exit_code == 4
    assert "RUNWARE_BASE_URL=" in (caught.value.hint or "")
    named = {**WITH_KEY, "RUNWARE_BASE_URL": configured, "RUNWARE_ALLOW_HTTP": "1"}
    assert service_address(RUNWARE, USUAL, named) == configured
    assert service_address(RUNWARE, configured, {}) == configured, "without a key there is nothing to protect"


@pytest.mark.parametrize("address", ["http://gateway.example/v1", "HTTP://10.0.0.1:8080/v1", "http://me@h.example/"])
def test_the_key_is_not_sent_in_clear_to_another_machine(address: str) -> None:
    named = {**WITH_KEY, "RUNWARE_BASE_URL": address}
    with pytest.raises(Refused, match="could read it") as caught:
        service_address(RUNWARE, USUAL, named)
    assert "RUNWARE_ALLOW_HTTP=1" in (caught.value.hint or "")
    assert service_address(RUNWARE, USUAL, {**named, "RUNWARE_ALLOW_HTTP": "1"}) == address
    assert service_address(RUNWARE, USUAL, {"RUNWARE_BASE_URL": address}) == address, (
        "without a key there is nothing to read"
    )


@pytest.mark.parametrize("address", ["https://gateway.example/v1", "http://127.0.0.1:8787/v1", "http://localhost/v1"])
def test_https_and_this_machine_may_be_named(address: str) -> None:
    assert service_address(RUNWARE, USUAL, {**WITH_KEY, "RUNWARE_BASE_URL": address}) == address


def test_the_setting_that_an_address_comes_from_is_told_unless_it_is_the_usual_one() -> None:
    assert address_setting(RUNWARE, USUAL, {}) is None
    assert address_setting(RUNWARE, USUAL, {"RUNWARE_BASE_URL": USUAL}) is None
    assert (
        address_setting(RUNWARE, "http://localhost/v1", {"RUNWARE_BASE_URL": "http://[::1]/v1"}) == "`RUNWARE_BASE_URL`"
    )
    assert address_setting(RUNWARE, "http://localhost/v1", {}) == "`[runware] base_url` in `ltxspec.toml`"
