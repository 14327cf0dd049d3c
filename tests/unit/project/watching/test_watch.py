"""What is watched, with real files: each change is awaited, and no time."""

from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from subprocess import run
from threading import Event, Thread
from typing import Any

import pytest

from ltxspec.errors import LtxspecError, WrongUsage
from ltxspec.plan.document import PlanOptions
from ltxspec.plan.edits import Broken, Planned
from ltxspec.project.project import open_project
from ltxspec.project.spec_files import NoSpecs
from ltxspec.project.watching.watch import Seen, Watching, watch_project

HEAD = "apiVersion: ltxspec/v1\nkind: RenderSpec\nmetadata: {name: night}\nmodel: lightricks:2@0\n"
SHOTS = """\
defaults: {width: 1920, height: 1080, duration: 6, fps: 25}
shots:
  alley: {prompt: {file: ../prompts/alley.txt}}
  street: {prompt: "{{ sky }} over a street", forEach: {file: skies.csv}}
"""
DAY = f"{HEAD.replace('night', 'day')}{SHOTS.partition('shots')[0]}shots: {{sea: {{prompt: The sea}}}}\n"
PATIENCE = 20  # seconds, of a broken test


class Session:
    """A session of watching in a thread."""

    def __init__(self, root: Path, options: PlanOptions) -> None:
        self.root, self._stop = root, Event()
        self._found: Queue[Seen | LtxspecError] = Queue()
        self._options = options
        self._thread = Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        try:
            for seen in watch_project(Watching(self._open, lambda: self._options), self._stop):
                self._found.put(seen)
        except LtxspecError as error:
            self._found.put(error)

    def _open(self) -> Any:
        return open_project(self.root, "sandbox")

    def next(self) -> Any:
        return self._found.get(timeout=PATIENCE)

    def until(self, is_it: Callable[[Any], bool]) -> Any:
        """The first that is so: a slow machine may see a checkout in parts."""
        while not is_it(seen := self.next()):
            pass
        return seen

    def edited(self) -> tuple[list[str], list[str], str]:
        """Files, dirty shots and the difference in money of the next plan."""
        seen = self.next()
        assert isinstance(seen, Planned), seen
        assert seen.edit is not None
        return list(seen.files), [str(each.address) for each in seen.edit.dirty], f"{seen.edit.usd:+}"

    def end(self) -> None:
        self._stop.set()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("specs", "prompts"):
        (tmp_path / name).mkdir()
    (tmp_path / "ltxspec.toml").write_text('[provider]\nname = "sandbox"\n')
    (tmp_path / "prompts" / "alley.txt").write_text("Rain in an alley")
    (tmp_path / "specs" / "skies.csv").write_text("id,sky\na,Rain\nb,Fog\n")
    (tmp_path / "specs" / "night.yaml").write_text(HEAD + SHOTS)
    return tmp_path


@pytest.fixture
def start(root: Path) -> Iterator[Callable[..., Session]]:
    sessions: list[Session] = []

    def begin(*paths: str) -> Session:
        sessions.append(Session(root, PlanOptions(paths)))
        return sessions[-1]

    yield begin
    for session in sessions:
        session.end()


def replaced(path: Path, text: str) -> None:
    """Write a file as many editors do: another one takes its place."""
    aside = path.with_name(f".{path.name}.swp")
    aside.write_text(text)
    aside.replace(path)


def test_first_there_is_the_plan_and_then_what_each_edit_makes_dirty(start: Callable[..., Session], root: Path) -> None:
    session = start()
    first = session.next()
    assert (first.edit, first.files, len(first.plan.changes)) == (None, [], 3)
    replaced(root / "specs" / "night.yaml", HEAD + SHOTS.replace("over a street", "over a wide street"))
    assert session.edited() == (["specs/night.yaml"], ["night.street[a]", "night.street[b]"], "+0.00")
    replaced(root / "prompts" / "alley.txt", "Snow in an alley")
    assert session.edited() == (["prompts/alley.txt"], ["night.alley"], "+0.00")
    replaced(root / "specs" / "skies.csv", "id,sky\na,Rain\nb,Fog\nc,Sun\n")
    assert session.edited() == (["specs/skies.csv"], ["night.street[c]"], "+0.36")


def test_a_half_written_file_is_an_error_until_it_is_mended(start: Callable[..., Session], root: Path) -> None:
    session, spec = start(), root / "specs" / "night.yaml"
    session.next()
    replaced(spec, HEAD + SHOTS + "  door: {prompt: [\n")
    broken = session.next()
    assert isinstance(broken, Broken)
    assert (broken.files, broken.error.code) == (["specs/night.yaml"], "invalid")
    replaced(spec, HEAD + SHOTS + "  door: {prompt: A door}\n")
    mended = session.next()
    assert mended.is_mended
    assert [str(each.address) for each in mended.edit.dirty] == ["night.door"]


def test_errors_at_the_start_are_waited_for(start: Callable[..., Session], root: Path) -> None:
    (root / "prompts" / "alley.txt").unlink()
    session = start()
    assert isinstance(session.next(), Broken)
    replaced(root / "prompts" / "alley.txt", "Rain")  # its place was looked at, though it was not there
    found = session.next()
    assert (found.is_mended, found.edit, len(found.plan.changes)) == (True, None, 3)


def test_a_checkout_is_followed_also_where_it_makes_the_folders_anew(start: Callable[..., Session], root: Path) -> None:
    def git(*words: str) -> None:
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        run(["git", *identity, *words], cwd=root, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "one")
    (root / "prompts" / "alley.txt").write_text("Snow in an alley")
    (root / "specs" / "day.yaml").write_text(DAY)
    git("add", ".")
    git("commit", "-qm", "two")
    session = start()
    assert len(session.next().plan.changes) == 4
    git("checkout", "-q", "HEAD~1")
    assert session.until(lambda seen: len(seen.plan.changes) == 3)
    git("checkout", "-q", "main")
    assert session.until(lambda seen: len(seen.plan.changes) == 4)
    git("rm", "-rqf", "prompts")
    assert session.until(lambda seen: isinstance(seen, Broken))
    git("checkout", "-q", "-f", "HEAD", "--", ".")
    assert session.until(lambda seen: isinstance(seen, Planned)).is_mended
    replaced(root / "prompts" / "alley.txt", "Fog")  # in the folder that was made anew
    assert session.until(lambda seen: seen.edit.dirty)


def test_a_file_on_which_nothing_depends_is_no_edit(start: Callable[..., Session], root: Path) -> None:
    session = start("specs/night.yaml")
    session.next()
    for name in ("specs/.night.yaml.swp", "specs/4913", "specs/night.yaml~", "notes.txt", "prompts/other.txt"):
        (root / name).write_text("shots: {}")
    replaced(root / "prompts" / "alley.txt", "Snow")
    assert session.edited()[:2] == (["prompts/alley.txt"], ["night.alley"])


def test_the_configuration_counts_and_may_be_broken(start: Callable[..., Session], root: Path) -> None:
    session = start()
    session.next()
    replaced(root / "ltxspec.toml", "[prov")
    broken = session.next()
    assert (broken.files, broken.error.code) == (["ltxspec.toml"], "invalid")
    replaced(root / "ltxspec.toml", '[provider]\nname = "sandbox"\n[budget]\nper_apply = "0.10"\n')
    mended = session.next()
    assert (mended.is_mended, mended.edit.is_empty) == (True, True)
    assert [each.code for each in mended.warnings] == ["over-budget"]


def test_a_take_that_is_recorded_makes_its_shot_clean(start: Callable[..., Session], root: Path) -> None:
    from ltxspec.cli.main import run as ltxspec

    session = start()
    session.next()
    assert ltxspec(["-C", str(root), "-q", "apply", "--target", "night.alley"]) == 0
    while (seen := session.next()).edit.settled == []:  # first the order is under way
        assert all(file.startswith(".ltxspec/sandbox/") for file in seen.files)
    assert [str(address) for address in seen.edit.settled] == ["night.alley"]


@pytest.mark.parametrize(
    ("paths", "kind"), [(("nowhere.yaml",), WrongUsage), ((), NoSpecs)], ids=["a path that is none", "no specs"]
)
def test_what_cannot_be_watched_is_said_at_once(
    paths: tuple[str, ...], kind: type[LtxspecError], start: Callable[..., Session], root: Path
) -> None:
    (root / "specs").rename(root / "elsewhere")
    assert isinstance(start(*paths).next(), kind)
