from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from acceptance.repositories import commit
from unit.project.reviewed_projects import HEAD, edit, opened, project, write

from ltxspec.errors import Invalid
from ltxspec.project.snapshot import SnapshotReading, project_at, read_side
from ltxspec.storage.git_refs import commit_of
from ltxspec.storage.trees import FolderTree, GitTree
from ltxspec.storage.validation_cache import FileVerdicts


@dataclass
class Bench:
    """A project that is read in one of the two ways: from the disk, or from a commit of what is there."""

    root: Path
    way: str
    stack: ExitStack = field(default_factory=ExitStack)

    def read(self) -> SnapshotReading:
        known, verdicts = opened(self.root), FileVerdicts(self.root / ".ltxspec" / "verdicts")
        if self.way == "folder":
            return read_side("side", known, FolderTree(self.root), verdicts)
        commit(self.root, "as it is")
        tree = self.stack.enter_context(GitTree(self.root, commit_of(self.root, "HEAD")))
        return read_side("side", project_at(known, tree), tree, verdicts)


@pytest.fixture(params=["commit", "folder"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(project(tmp_path / "films"), request.param)
    with bench.stack:
        yield bench


def test_a_side_has_its_requests_and_its_lockfiles(bench: Bench) -> None:
    side = bench.read().side({})
    assert list(side.requests["night"]) == ["alley", "pier", "product[lamp]", "product[rope]"]
    assert list(side.lockfiles["night"].shots) == ["alley", "pier", "product[lamp]", "product[rope]"]
    assert side.is_whole


def test_a_spec_that_does_not_render_is_named_with_its_problems(bench: Bench) -> None:
    edit(bench.root, "specs/night.yaml", "{{ city }}", "{{ cty }}")
    reading = bench.read()
    side = reading.side({})
    assert (dict(side.requests), side.unrendered, side.complete) == ({}, frozenset({"night"}), True)
    assert [problem.code for problem in reading.problems.errors] == ["undefined-variable"]
    assert list(side.lockfiles) == ["night"]


def test_a_file_too_broken_to_tell_its_name_has_the_name_it_has_elsewhere(bench: Bench) -> None:
    write(bench.root, "specs/night.yaml", "apiVersion: ltxspec/v1\n: : :\n")
    reading = bench.read()
    assert not reading.side({}).complete
    known = reading.side({"specs/night.yaml": "night"})
    assert (known.complete, known.unrendered) == (True, frozenset({"night"}))


def test_two_specs_of_one_name_are_a_problem_of_the_second(bench: Bench) -> None:
    write(bench.root, "specs/other.yaml", HEAD + '  gate: {prompt: "A gate"}\n')
    reading = bench.read()
    assert list(reading.specs.rendered) == ["night"]
    assert [problem.code for problem in reading.problems.errors] == ["duplicate-spec-name"]
    assert reading.files == {"specs/night.yaml": "night", "specs/other.yaml": "night"}


def test_a_spec_that_is_no_text_is_a_problem(bench: Bench) -> None:
    (bench.root / "specs" / "night.yaml").write_bytes(b"\xff\xfe")
    reading = bench.read()
    assert [problem.code for problem in reading.problems.errors] == ["file"]


@pytest.mark.parametrize("text", ["<<<<<<< ours\n", "{}", '{"lockfileVersion": 99}', ""])
def test_a_lockfile_that_cannot_be_read_is_never_an_empty_one(bench: Bench, text: str) -> None:
    write(bench.root, "lockfiles/night.lock.json", text)
    side = bench.read().side({})
    assert (side.unreadable, dict(side.lockfiles)) == (frozenset({"night"}), {})


def test_a_lockfile_in_the_wrong_place_is_not_taken_for_another_s(bench: Bench) -> None:
    (bench.root / "lockfiles" / "night.lock.json").rename(bench.root / "lockfiles" / "day.lock.json")
    side = bench.read().side({})
    assert (side.unreadable, list(side.lockfiles)) == (frozenset({"day"}), ["night"])


def test_the_configuration_of_a_side_is_its_own(bench: Bench) -> None:
    write(bench.root, "ltxspec.toml", '[project]\nspecs = ["films"]\nlockfiles = "locks"\n')
    (bench.root / "specs").rename(bench.root / "films")
    (bench.root / "lockfiles").rename(bench.root / "locks")
    side = bench.read().side({})
    assert (list(side.requests), list(side.lockfiles)) == (["night"], ["night"])


def test_what_was_paid_for_is_read_when_the_sandbox_is_compared_too(bench: Bench) -> None:
    edit(bench.root, "ltxspec.toml", "[budget]", '[provider]\nname = "sandbox"\n[budget]')
    side = bench.read().side({})
    (paid,) = side.paid["night"]
    assert list(paid.shots) == ["alley", "pier", "product[lamp]", "product[rope]"]
    assert side.lockfiles["night"].shots == {}
    assert side.is_whole


def test_a_paid_lockfile_that_cannot_be_read_is_no_empty_one_with_the_sandbox_either(bench: Bench) -> None:
    edit(bench.root, "ltxspec.toml", "[budget]", '[provider]\nname = "sandbox"\n[budget]')
    write(bench.root, "lockfiles/night.lock.json", "{")
    side = bench.read().side({})
    assert (side.unreadable, dict(side.paid)) == (frozenset({"night"}), {})


def in_commit(tmp_path: Path, change: Callable[[Path], None]) -> SnapshotReading:
    """A commit made after a change that is undone on disk."""
    root = project(tmp_path / "films")
    change(root)
    commit(root, "changed")
    with GitTree(root, commit_of(root, "HEAD")) as tree:
        known = opened(project(tmp_path / "again"))
        return read_side("side", project_at(known, tree), tree, FileVerdicts(tmp_path / "verdicts"))


def test_a_commit_without_a_configuration_has_the_defaults(tmp_path: Path) -> None:
    reading = in_commit(tmp_path, lambda root: (root / "ltxspec.toml").unlink())
    assert reading.project.config.project.id == ""
    assert list(reading.specs.rendered) == ["night"]


def test_a_commit_with_a_broken_configuration_says_so(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="unknown table"):
        in_commit(tmp_path, lambda root: write(root, "ltxspec.toml", "[nosuch]\n"))


def test_models_of_a_commit_are_its_own_and_shared_when_they_are_the_same(tmp_path: Path) -> None:
    own = Path(__file__).parents[3] / "schemas" / "models" / "lightricks-ltx-2-pro.json"
    text = own.read_text("utf-8").replace("lightricks:2@0", "maker:9@9").replace('"lightricks-ltx-2-pro"', '"own"')

    def add(root: Path) -> None:
        write(root, "schemas/models/own.json", text)
        edit(root, "specs/night.yaml", "lightricks:2@0", "maker:9@9")

    reading = in_commit(tmp_path, add)
    assert reading.problems.errors == []
    assert reading.specs.rendered["night"].requests[0].body["model"] == "maker:9@9"
    with pytest.raises(Invalid, match="not JSON"):
        in_commit(tmp_path / "other", lambda root: write(root, "schemas/models/own.json", "{"))
    root = project(tmp_path / "third")
    known = opened(root)
    with GitTree(root, commit_of(root, "HEAD")) as tree:
        assert project_at(known, tree).catalog is known.catalog
