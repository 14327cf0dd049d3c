"""One service on loopback for the tests that start the real command."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from crash.commands import Service, serving


@pytest.fixture(scope="session")
def one_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("service")) as service:
        yield service


@pytest.fixture
def service(one_service: Service) -> Service:
    """With an empty ledger."""
    one_service.renew()
    return one_service


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
