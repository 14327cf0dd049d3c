"""What a served review page shows and writes: the working tree as it is, through the use cases of the commands."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final, TypeVar

from msgspec import Meta

from ltxspec.canonical import digest
from ltxspec.errors import LockHeld, WrongUsage
from ltxspec.formats import Place, Record, Text
from ltxspec.lock.places import Box, Point
from ltxspec.lock.verdicts import Verdict
from ltxspec.project.adapters import open_archive
from ltxspec.project.animatics import animatics_of
from ltxspec.project.lookup import UnknownAddress, all_lockfiles, find_one, recorded_shots
from ltxspec.project.pick import Picked, pick
from ltxspec.project.project import ProjectContext
from ltxspec.project.remarks import remarks_of, unread_text
from ltxspec.project.review import make_review
from ltxspec.project.store import video_finder
from ltxspec.project.storyboard.media import MediaOptions, screen
from ltxspec.project.storyboard.passages import passages_of
from ltxspec.project.storyboard.picks import warnings_of
from ltxspec.project.storyboard.stills_cache import stills_cache
from ltxspec.project.storyboard.takes import clips_of_takes
from ltxspec.project.verdicts import Opinion, add_note, decide, git_name, withdraw_note
from ltxspec.redaction import redact_secrets
from ltxspec.report.storyboard.takes import Reviewing, said_data
from ltxspec.report.terminal import clean
from ltxspec.values import Json, ShotAddress, TaskId

_PATIENCE: Final = 5.0  # seconds to wait for another process that holds a spec
_PAUSE: Final = 0.1
_Seconds = Annotated[float, Meta(ge=0)]
_Done = TypeVar("_Done")


class NoteName(Record, frozen=True):
    """Which note of a take is meant."""

    note_by: str | None
    note_time: Text


class Saying(Record, frozen=True):
    """What a page says about a take: a verdict, or without one a note, which may take the place of another."""

    address: Text
    task: Text
    note: str | None = None
    verdict: Verdict | None = None
    at: _Seconds | None = None
    until: _Seconds | None = None
    box: Box | None = None
    point: Point | None = None
    replaces: NoteName | None = None


class Withdrawing(Record, frozen=True):
    """The note that a page withdraws."""

    address: Text
    task: Text
    note: NoteName


class Picking(Record, frozen=True):
    """The take, and the one of its results, that a page makes current."""

    address: Text
    task: Text
    result: Place


class ReviewDesk:
    """One review of the working tree. Its methods may be called from several threads."""

    def __init__(self, project: ProjectContext, base: str | None, *, animatics: bool = False) -> None:
        self._project = project
        self._base = base
        self._animatics = animatics  # whether the page shows previews of shots that are to be rendered
        self._linked: dict[str, Path] = {}  # videos of pages, by the names under which they are served
        self._archive = open_archive(project)
        self._find = video_finder(project, self._archive)
        self._writing = threading.Lock()
        self._known: tuple[object, dict[str, Json]] | None = None

    def page(self) -> str:
        """The page of the review as it is now. Raises what `make_review` raises."""
        from ltxspec.report.storyboard.page import storyboard

        project = self._project
        review = make_review(project, self._base, None)
        find, stills = self._find, stills_cache(project)
        drawn = animatics_of(project, find) if self._animatics else None
        how = MediaOptions(find, project.root, link=self._link, stills=stills, animatics=drawn)
        screened = screen(review, how)
        clips = clips_of_takes(screened.review, screened.footage, how)
        stills.prune()
        if drawn is not None:
            drawn.prune()
        places = passages_of(project, screened.review, find)
        unread = [unread_text(item) for item in remarks_of(project).unread]
        reviewing = Reviewing(clips, places, live=True, by=redact_secrets(git_name(project.root)) or "", unread=unread)
        return "".join(storyboard(screened.review, screened.footage, screened.frames, reviewing))

    def _link(self, file: Path) -> str:
        self._linked[file.name] = file
        return f"media/{file.name}"

    def video(self, name: str) -> Path | None:
        """A video of the archive, or of a page, by its file name; None if there is none of that name."""
        found = self._archive.path_of(name.partition(".")[0])
        if found is not None and found.name == name:
            return found
        linked = self._linked.get(name)
        return linked if linked is not None and linked.is_file() else None

    def state(self) -> dict[str, Json]:
        """What is recorded: `said` by task, the takes of each shot and the one in use, and a `version` of all that.

        `unread` has a text for each file of verdicts that cannot be read: what it says is then not known.

        Raises:
            LockfileError, StorageError: something cannot be read.
        """
        signature = self._signature()
        if self._known is None or self._known[0] != signature:
            self._known = signature, self._read()
        return self._known[1]

    def say(self, said: Saying) -> None:
        """Record a verdict or a note about one take. Raises what `decide` and `add_note` raise."""
        address = self._one(said.address)
        opinion = Opinion(
            note=said.note, at=said.at, until=said.until, box=said.box, point=said.point, task=TaskId(said.task)
        )
        if said.verdict is None:
            old = said.replaces
            if old is not None and old.note_by != redact_secrets(git_name(self._project.root)):
                raise WrongUsage("only who wrote a note changes it", hint="write one of your own")
            name = (old.note_by, old.note_time) if old is not None else None
            self._patiently(lambda: add_note(self._project, address, opinion, name))
        else:
            verdict = said.verdict
            self._patiently(lambda: decide(self._project, [address], verdict, opinion))

    def withdraw(self, wanted: Withdrawing) -> None:
        """Withdraw a note. Raises what `withdraw_note` raises."""
        address, note = self._one(wanted.address), wanted.note
        name = (note.note_by, note.note_time)
        self._patiently(lambda: withdraw_note(self._project, address, TaskId(wanted.task), name))

    def pick(self, wanted: Picking) -> str:
        """Make a take, and one of its results, the current one; returns what the command would say.

        Raises what `pick` raises.
        """
        address = self._one(wanted.address)
        picked = self._patiently(lambda: self._pick(address, wanted))
        return " ".join(warnings_of(self._project, picked))

    def summary(self) -> dict[str, Json]:
        """The headline, and what happens to each shot now, as `summary_data`. Raises what `make_review` raises."""
        from ltxspec.report.storyboard.summary import summary_data
        from ltxspec.review.chains import as_on_page

        review = make_review(self._project, self._base, None)
        return summary_data(replace(review, shots=as_on_page(review.shots)))

    def _pick(self, address: str, wanted: Picking) -> Picked:
        takes = find_one(self._project, address).record.takes
        number = next((place for place, take in enumerate(takes, 1) if take.task_id == wanted.task), None)
        if number is None:
            raise WrongUsage(f"`{address}` has no take with the task `{wanted.task}`", hint="load the page again")
        return pick(self._project, address, number, wanted.result)

    def _one(self, address: str) -> str:
        """The address, if it is one of a shot, and no pattern. Raises UnknownAddress."""
        if str(find_one(self._project, address).address) != address:
            raise UnknownAddress(f"`{address}` is not the address of a shot")
        return address

    def _patiently(self, write: Callable[[], _Done]) -> _Done:
        """Write once nobody else does: pages of this server one after another, other processes after a short wait."""
        until = time.monotonic() + _PATIENCE
        with self._writing:
            while True:
                try:
                    return write()
                except LockHeld:
                    if time.monotonic() > until:
                        raise
                    time.sleep(_PAUSE)

    def _signature(self) -> object:
        """Changes whenever a file of records does."""
        files = sorted(self._project.lockfiles.glob("*.json"))
        stats = [(file.name, file.stat()) for file in files]
        return [(name, stat.st_mtime_ns, stat.st_size, stat.st_ino) for name, stat in stats]

    def _read(self) -> dict[str, Json]:
        shots: dict[ShotAddress, Json] = {
            shot.address: {"current": shot.record.current, "tasks": [take.task_id for take in shot.record.takes]}
            for shot in recorded_shots(all_lockfiles(self._project))
        }
        remarks = remarks_of(self._project)
        found: dict[str, Json] = {
            "said": said_data(remarks),
            "unread": [clean(unread_text(item)) for item in remarks.unread],
            "shots": {str(address): record for address, record in shots.items()},
        }
        return {**found, "version": digest(found)}
