import pytest

from ltxspec.providers.hosts import is_address, is_private, is_this_machine


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"])
def test_this_machine_is_private_too(host: str) -> None:
    assert is_this_machine(host)
    assert is_private(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "fd00::1", "0.0.0.0", "224.0.0.1", "127.1", "0x7f.1"])
def test_what_only_one_network_reaches_is_private(host: str) -> None:
    assert is_private(host)
    assert not is_this_machine(host)


@pytest.mark.parametrize("host", ["8.8.8.8", "2606:4700::1111", "api.example", "localhost.example", "10.example"])
def test_the_public_network_is_not(host: str) -> None:
    assert not is_private(host)
    assert is_address(host) is (host in {"8.8.8.8", "2606:4700::1111"})
