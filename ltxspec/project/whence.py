"""Finds which takes a video is: by the hash of its bytes, in every lockfile, wherever the file lies.

A labelled copy has other bytes. Its manifest says which video it is a copy of: that one is looked for, and the answer
says whether the manifest is intact.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ltxspec.errors import LockfileError, LtxspecError, WrongUsage
from ltxspec.lock.codec import SUFFIX, decode_lockfile
from ltxspec.lock.models import Lockfile, Take
from ltxspec.lock.sidecar import Sidecar, TooNew
from ltxspec.media.labels import Label, is_installed, read_label
from ltxspec.project.adapters import open_archive
from ltxspec.project.lookup import readable_lockfiles, recorded_shots
from ltxspec.project.project import ProjectContext
from ltxspec.project.shot_places import ShotPlace, place_at, places_now
from ltxspec.report.wording import counted
from ltxspec.storage.git import repository_of
from ltxspec.storage.git_history import file_at, first_with
from ltxspec.storage.git_refs import FETCH_ALL, is_shallow
from ltxspec.storage.videos import hash_of
from ltxspec.values import ShotAddress

_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")


class UnknownVideo(LtxspecError):
    """No lockfile records these bytes."""

    code = "unknown-video"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A take whose video was found.

    Attributes:
        address: the shot.
        provider: whose lockfile records it.
        take: what is recorded.
        number: of the take, as `ltxspec show` counts; there are `takes`.
        result: which of its outputs it is, from 1.
        current: whether the take is the one in use.
        retired: whether the shot is gone from its spec.
        lockfile: the path of the lockfile.
        found_in: the commit whose lockfile it is; None: the working tree.
        place: where the shot is written; for a shot that is gone, where it was.
        recorded_in: the first commit whose lockfile has the take, if known.
        checked_out: the commit that was checked out when it was archived, if known.
    """

    address: ShotAddress
    provider: str
    take: Take
    number: int
    takes: int
    result: int
    current: bool
    retired: bool
    lockfile: str
    found_in: str | None = None
    place: ShotPlace | None = None
    recorded_in: str | None = None
    checked_out: str | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a video is from.

    Attributes:
        sha256: of the file.
        original: of the video that it is a labelled copy of; None if it is that video itself.
        label: what its manifest says; None if it was not read.
        origins: takes, those in use first.
        unreadable: lockfiles that were not searched.
    """

    sha256: str
    original: str | None
    label: Label | None
    origins: Sequence[Origin]
    unreadable: Sequence[LtxspecError] = ()


def whence(project: ProjectContext, file: Path, name: str, *, history: bool = False) -> Provenance:
    """Find the takes that a video file is.

    Args:
        project: whose lockfiles are searched, those of all providers.
        file: a video, anywhere.
        name: the file as the user wrote it.
        history: if no lockfile of the working tree records it, search those of every commit of every branch and tag.

    Raises:
        WrongUsage: the file cannot be read.
        UnknownVideo: no lockfile that was searched records it.
        StorageError: `history` is set, and git cannot be read.
    """
    sha256 = _hash(file, name)
    search = _Search(project, history=history)
    if origins := search.find(sha256):
        return Provenance(sha256, None, None, origins, search.unreadable)
    label = read_label(file)
    if label is not None and (origins := search.find(label.sha256)):
        return Provenance(sha256, label.sha256, label, origins, search.unreadable)
    raise _unknown(search, file, name, sha256 if label is None else label.sha256, is_copy=label is not None)


def _hash(file: Path, name: str) -> str:
    try:
        return hash_of(file)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not a valid file name"
        raise WrongUsage(f"`{name}` cannot be read: {reason}", hint="name a video file") from error


class _Search:
    """Looks for hashes in the lockfiles of a project, which are read once."""

    def __init__(self, project: ProjectContext, *, history: bool) -> None:
        self.project = project
        self.history = history
        self.lockfiles: list[tuple[str, Lockfile]] = []  # with their paths
        self.unreadable: list[LtxspecError] = []
        for side in project.sides:
            found, problems = readable_lockfiles(side)
            self.lockfiles += [(side.label(side.paths_of(one.spec).lockfile), one) for one in found]
            self.unreadable += problems

    def find(self, sha256: str) -> list[Origin]:
        """The takes with this video, those in use first."""
        found = [origin for path, lockfile in self.lockfiles for origin in _origins(lockfile, sha256, path)]
        if not found and self.history:
            found = list(self._in_history(sha256))
        found = self._completed(found, sha256)
        return sorted(found, key=lambda one: (not one.current, one.retired, str(one.address), one.number))

    def _in_history(self, sha256: str) -> Iterator[Origin]:
        root = self.project.root
        for commit, path in first_with(root, sha256, f"*{SUFFIX}"):
            data = file_at(root, commit, path)
            try:
                lockfile = decode_lockfile(data or b"", path, check_digests=False)
            except LockfileError:  # another tool uses such names, too
                continue
            yield from _origins(lockfile, sha256, path, commit)

    def _completed(self, origins: Sequence[Origin], sha256: str) -> list[Origin]:
        """The takes with their lines and commits."""
        now = places_now(self.project, {origin.address for origin in origins})
        sidecar = self._sidecar(sha256) if origins else None
        return [self._placed(origin, now.get(origin.address), sidecar, sha256) for origin in origins]

    def _placed(self, origin: Origin, now: ShotPlace | None, sidecar: Sidecar | None, sha256: str) -> Origin:
        entries = sidecar.takes if sidecar is not None else ()
        entry = next((entry for entry in entries if entry.task_id == origin.take.task_id), None)
        recorded = origin.found_in or (entry.recorded_in if entry is not None else None)
        checked_out = entry.commit if entry is not None else None
        if now is None and recorded is None:
            recorded = self._recording(origin.lockfile, sha256)
        past = (place_at(self.project, origin.address, commit) for commit in (recorded, checked_out) if commit)
        place = now or next(filter(None, past), None)
        return replace(origin, place=place, recorded_in=recorded, checked_out=checked_out)

    def _recording(self, lockfile: str, sha256: str) -> str | None:
        """The first commit whose lockfile has a video; None if that is unknown, as for lockfiles outside of git."""
        try:
            return next((commit for commit, _ in first_with(self.project.root, sha256, lockfile)), None)
        except LtxspecError:  # no repository
            return None

    def named_by_sidecar(self, sha256: str) -> str | None:
        """What the sidecar of an archived video says, if no lockfile has the take: it was removed, or is another's."""
        sidecar = self._sidecar(sha256)
        if sidecar is None or not sidecar.takes:
            return None
        last = sidecar.takes[-1]
        project = "" if last.project == self.project.config.project.id else f" of project `{last.project}`"
        return f"its sidecar in the archive names `{last.spec}.{last.shot}`{project}, task {last.task_id}"

    def _sidecar(self, sha256: str) -> Sidecar | None:
        try:
            return open_archive(self.project).sidecars.read(sha256)
        except (LtxspecError, TooNew):  # it only adds commits to the answer
            return None


def _origins(lockfile: Lockfile, sha256: str, path: str, found_in: str | None = None) -> Iterator[Origin]:
    for shot in recorded_shots([lockfile]):
        for number, take in enumerate(shot.record.takes, 1):
            for result, output in enumerate(take.outputs, 1):
                if output.sha256 == sha256:
                    yield Origin(
                        address=shot.address,
                        provider=lockfile.provider,
                        take=take,
                        number=number,
                        takes=len(shot.record.takes),
                        result=result,
                        current=take.task_id == shot.record.current and not shot.retired,
                        retired=shot.retired,
                        lockfile=path,
                        found_in=found_in,
                    )


def _unknown(search: _Search, file: Path, name: str, sha256: str, *, is_copy: bool) -> UnknownVideo:
    """The error, which says what was searched and what else could be."""
    if _is_picture(file):
        hint = "a frame or a still has no record of its own; name the video that it was cut from"
        return UnknownVideo(f"`{name}` is a picture: only videos are recorded, by the hash of their bytes", hint=hint)
    where = f"{counted(len(search.lockfiles), 'lockfile')} of the working tree"
    hints = [search.named_by_sidecar(sha256) or "a video that was encoded or cut again has another hash"]
    if search.history:
        where += ", and those of every commit of every branch and tag"
        hints += [FETCH_ALL] if is_shallow(search.project.root) else []
    elif _is_in_git(search.project):
        hints.insert(0, "`--history` also searches the lockfiles of earlier commits and other branches")
    if search.unreadable:
        where += f" ({counted(len(search.unreadable), 'other')} cannot be read)"
    what = f"`{name}`"
    if is_copy:
        what = f"the video {sha256[:12]}…, of which `{name}` is a labelled copy"
    elif not is_installed():
        hints.append("labelled copies are recognized with `pip install 'ltxspec[c2pa]'`")
    return UnknownVideo(f"no lockfile records {what}; searched: {where}", hint="; ".join(hints))


def _is_picture(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(4).startswith(_PICTURES)


def _is_in_git(project: ProjectContext) -> bool:
    try:
        return repository_of(project.root) is not None
    except LtxspecError:
        return False
