"""Both forges on loopback ports, and the ports to them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from fake_forges import TOKEN, FakeGitHub, FakeGitLab, Slept, serving

from ltxspec.forges import github, gitlab
from ltxspec.forges.http import ForgePace

AnyForge = github.GitHub | gitlab.GitLab
Open = Callable[..., AnyForge]


@pytest.fixture
def slept() -> Slept:
    return Slept()


@pytest.fixture
def opened(slept: Slept) -> Iterator[Open]:
    """Serves a fake forge (once) and gives a port to it."""
    with ExitStack() as stack:
        addresses: dict[int, str] = {}

        def open_forge(far: FakeGitHub | FakeGitLab, token: str | None = TOKEN) -> AnyForge:
            if id(far) not in addresses:
                addresses[id(far)] = stack.enter_context(serving(far))
            base, pace = addresses[id(far)], ForgePace(slept, slept.now)
            port: AnyForge
            if isinstance(far, FakeGitHub):
                port = github.GitHub(github.access_to(base, token, pace), "owner/films", 7)
            else:
                port = gitlab.GitLab(gitlab.access_to(base, token, pace=pace), "group/films", 7)
            stack.callback(port.close)
            return port

        yield open_forge
