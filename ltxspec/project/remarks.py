"""Reads what people decided about takes, for every command that shows it; `verdicts.py` writes it.

A file that cannot be read is a warning here, and an error for what writes it. It may hold a rejection of any take:
until it can be read, no approval sets anything free. Neither does one from the future: it would decide against every
later word.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from ltxspec.apply.times import timestamp
from ltxspec.errors import Diagnostic, LtxspecError
from ltxspec.lock.verdicts import (
    SUFFIX,
    Note,
    Remark,
    Verdict,
    VerdictError,
    VerdictFile,
    decode_verdicts,
    latest,
    no_verdicts,
    said_in,
    withdrawn_in,
)
from ltxspec.lock.withdrawals import Withdrawal
from ltxspec.plan.doubts import AHEAD_OF_TIME, UNREAD
from ltxspec.project.project import ProjectContext
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.durable import read_if_exists
from ltxspec.storage.trees import FileTree
from ltxspec.values import TaskId

AHEAD: Final = timedelta(days=1)  # a clock may be that wrong; a later verdict has to be able to follow


@dataclass(frozen=True, slots=True)
class Remarks:
    """The deciding remark of each take of a project, and the files of which that is unknown; and all that was said.

    Approvals that lie more than a day ahead are in none of it; `ahead` names them.
    """

    by_task: Mapping[TaskId, Remark] = field(default_factory=dict)
    unread: tuple[Diagnostic, ...] = ()
    verdicts: Mapping[TaskId, tuple[Remark, ...]] = field(default_factory=dict)  # the deciding one last
    noted: Mapping[TaskId, tuple[Note, ...]] = field(default_factory=dict)
    withdrawn: Mapping[TaskId, tuple[Withdrawal, ...]] = field(default_factory=dict)
    ahead: tuple[Diagnostic, ...] = ()

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What everyone who sees these remarks has to know."""
        return *self.unread, *self.ahead

    @property
    def certain(self) -> Mapping[TaskId, Remark]:
        """The deciding remarks by which others may follow: no approval, if a file that may say otherwise is unread."""
        if not self.unread:
            return self.by_task
        return {task: remark for task, remark in self.by_task.items() if remark.is_against}


NOTHING_SAID = Remarks()


def unread_text(item: Diagnostic) -> str:
    """One text for people about a file of verdicts that cannot be read, with the cure."""
    return f"{item.message} ({item.hint})" if item.hint else item.message


def verdict_path(project: ProjectContext, spec: str) -> Path:
    """The file of a spec's verdicts, beside its lockfile."""
    return project.paths_of(spec).lockfile.with_name(f"{spec}{SUFFIX}")


def verdicts_of(project: ProjectContext, spec: str, tree: FileTree | None = None) -> VerdictFile:
    """What was decided about the takes of a spec, on disk or in a commit. Raises VerdictError, StorageError.

    A link is none, wherever it leads: in a commit its target is not what was reviewed.
    """
    path = verdict_path(project, spec)
    if tree is None and path.is_symlink():
        raise VerdictError(
            f"`{project.label(path)}` is a symbolic link, and verdicts are read from files only",
            hint="copy the file into its place",
        )
    data = read_if_exists(path, project.root) if tree is None else tree.content(project.label(path))
    if data is None:
        return no_verdicts(project.provider, spec)
    file = decode_verdicts(data, project.label(path))
    if (file.provider, file.spec) != (project.provider, spec):
        raise VerdictError(f"`{project.label(path)}` belongs to `{file.spec}` with {file.provider}")
    return file


def remarks_of(project: ProjectContext, tree: FileTree | None = None) -> Remarks:
    """What was decided about all takes: of every spec, because takes move from one to another with their tasks.

    Args:
        project: the project.
        tree: the files of a commit; None: those on disk.
    """
    files, unread, ahead = [], [], list[Diagnostic]()
    latest_time = timestamp(SystemClock().now() + AHEAD)
    if tree is None:
        names = [path.name for path in project.lockfiles.glob(f"*{SUFFIX}") if not path.name.startswith(".")]
    else:
        names = [path.rpartition("/")[2] for path in tree.names(project.label(project.lockfiles), SUFFIX)]
    for name in sorted(names):
        try:
            spec = name.removesuffix(SUFFIX)
            label = project.label(verdict_path(project, spec))
            file, early = _without_future(verdicts_of(project, spec, tree), latest_time, label)
            files.append(file)
            ahead += early
        except LtxspecError as error:
            message = f"{error.summary}; its verdicts are unknown, and until it can be read no approval counts"
            unread.append(Diagnostic("warning", UNREAD, message, error.where, error.hint))
    verdicts, noted = said_in(files)
    by_task = {task: remark for task, remarks in verdicts.items() if (remark := latest(remarks)) is not None}
    return Remarks(by_task, tuple(unread), verdicts, noted, withdrawn_in(files), tuple(ahead))


def _without_future(file: VerdictFile, latest_time: str, name: str) -> tuple[VerdictFile, list[Diagnostic]]:
    """The file without approvals that are later than a time, and a warning of each."""
    kept, early = dict[TaskId, tuple[Remark, ...]](), list[Diagnostic]()
    for task, remarks in file.verdicts.items():
        future = [remark for remark in remarks if not remark.is_against and remark.time > latest_time]
        kept[task] = tuple(remark for remark in remarks if remark not in future)
        early += [
            Diagnostic(
                "warning",
                AHEAD_OF_TIME,
                f"`{name}` has an approval of take `{task}` of `{remark.time}`, in the future, which does not count",
                hint="remove it from the file, and approve once more",
            )
            for remark in future
        ]
    return (replace(file, verdicts=kept) if early else file), early


def remarks_or_warn(project: ProjectContext) -> Mapping[TaskId, Remark]:
    """The deciding remarks, as `said_or_warn`."""
    return said_or_warn(project).by_task


def said_or_warn(project: ProjectContext) -> Remarks:
    """As `remarks_of`; files that cannot be read are warnings of the project."""
    remarks = remarks_of(project)
    for item in remarks.warnings:
        project.warn(unread_text(item))
    return remarks


class Approvals:
    """Whether takes are approved at this moment: files of verdicts may change while a run waits."""

    def __init__(self, project: ProjectContext) -> None:
        self._project = project
        self._seen: Sequence[tuple[str, int, int]] | None = None
        self._remarks = NOTHING_SAID

    def __contains__(self, task: object) -> bool:
        """Whether the remark that decides about a take now approves it."""
        seen = self._state()
        if seen is None or seen != self._seen:
            self._seen, self._remarks = seen, remarks_of(self._project)
        remark = self._remarks.certain.get(TaskId(str(task)))
        return remark is not None and remark.verdict is Verdict.APPROVED

    def _state(self) -> Sequence[tuple[str, int, int]] | None:
        """Name, time and size of every file of verdicts; None if that cannot be said."""
        try:
            found = [(path.name, path.stat()) for path in sorted(self._project.lockfiles.glob(f"*{SUFFIX}"))]
        except OSError:
            return None
        return [(name, facts.st_mtime_ns, facts.st_size) for name, facts in found]
