"""A studio for each test: its own remote, its own forge, its own service with its own bill."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from acceptance.ci.repos import Remote
from acceptance.ci.studio import Studio
from fake_forges import FakeGitHub, serving


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    far = FakeGitHub(permissions={"ada": "write", "eve": "read"})
    with ExitStack() as stack:
        yield Studio(Remote.make(tmp_path), far, stack.enter_context(serving(far)), tmp_path, stack)
