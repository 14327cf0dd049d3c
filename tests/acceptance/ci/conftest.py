"""A studio for each test: its own remote, its own forge, its own service with its own bill."""

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from acceptance.ci.repos import Remote, git, run
from acceptance.ci.studio import Studio
from fake_forges import FakeGitHub, serving
from sharing import made_once

COMMENTS = "comments.json"


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with opened(tmp_path) as found:
        yield found


@contextmanager
def opened(folder: Path) -> Iterator[Studio]:
    far = FakeGitHub(permissions={"ada": "write", "eve": "read"})
    with ExitStack() as stack:
        yield Studio(Remote.make(folder), far, stack.enter_context(serving(far)), folder, stack)


# --- a pull request: pushed, planned and posted once, and copied --------------------------------------


@pytest.fixture(scope="session")
def pull_request(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "pull-request", make_pull_request)


def make_pull_request(folder: Path) -> None:
    folder.mkdir()
    with opened(folder) as studio:
        clone = studio.clone()
        studio.write(clone, "main", tower="a tower at dusk")
        studio.write(clone, "night", tower="a tower at dusk", alley="snow on a roof")
        git(clone, "fetch", "--quiet", "origin")
        run("plan.sh", cwd=clone, variables=studio.pull_request())
        shutil.move(clone / "review.json", folder)
        given = studio.workflow_run(LTXSPEC_REPORT=str(folder / "review.json"))
        run("comment.sh", cwd=folder, variables=given)
        (folder / COMMENTS).write_text(json.dumps(studio.far.comments), "utf-8")


@pytest.fixture
def branch(studio: Studio, pull_request: Path) -> Path:
    """A clone with a branch `night` that adds a shot to main's one; nothing is rendered yet."""
    Remote.copied(pull_request, studio.folder)
    studio.clones = 1
    return studio.folder / "clone-1"


@pytest.fixture
def planned(studio: Studio, branch: Path, pull_request: Path) -> Path:
    """The report of its first job."""
    studio.runs = 1
    return Path(shutil.copy(pull_request / "review.json", branch))


@pytest.fixture
def posted(studio: Studio, planned: Path, pull_request: Path) -> Path:
    """The report, about which the second job has posted its comment."""
    studio.runs = 2
    studio.far.comments += json.loads((pull_request / COMMENTS).read_text("utf-8"))
    studio.far.clock = len(studio.far.comments)
    return planned
