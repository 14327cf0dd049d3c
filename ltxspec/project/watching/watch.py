"""Plans a project anew after each change of a file that its plan depends on. Orders nothing, records nothing."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from ltxspec.errors import Invalid, LtxspecError
from ltxspec.plan.actions import Plan
from ltxspec.plan.document import PlanOptions
from ltxspec.plan.edits import Broken, Planned, edit_between
from ltxspec.project.path_globs import is_pattern
from ltxspec.project.plan import plan_project, with_budget_warning
from ltxspec.project.project import ProjectContext
from ltxspec.spec.files import SPEC_SUFFIXES
from ltxspec.storage.finding import CONFIG_NAME
from ltxspec.storage.recording import RecordingFolder
from ltxspec.storage.watched import FolderWatch, with_parents

_MOST_ROUNDS = 5  # plans in a row because other folders have to be watched
_RECORDS = (".json", ".jsonl")  # lockfiles, verdicts, journals, model files

Seen = Planned | Broken


@dataclass(frozen=True, slots=True)
class Watching:
    """What is watched.

    Args:
        opened: opens the project; called for each plan, since its configuration and models may change, too.
        options: gives the options of the plan; called for each plan, since files of variables may change, too.
        more: absolute paths of further files that the plan depends on.
    """

    opened: Callable[[], ProjectContext]
    options: Callable[[], PlanOptions]
    more: Sequence[str] = ()


def watch_project(watching: Watching, stop: Event) -> Iterator[Seen]:
    """The plan, and what becomes of it after each change. Ends once `stop` is set.

    Several changes in quick succession, such as those of a checkout, are one. A change of a file on which nothing
    depends is none.

    Raises:
        LtxspecError: there is no project to watch, or its folders cannot be watched. What is wrong with its specs, and
            with anything else later, is `Broken`.
    """
    rounds = _Rounds(watching)
    with FolderWatch(stop) as watch:
        while not stop.is_set():
            found = rounds.plan()
            for _ in range(_MOST_ROUNDS):
                if not watch.cover(rounds.folders()):
                    break
                found = rounds.plan()
            if (seen := rounds.seen(found)) is not None:
                yield seen
            rounds.changed = watch.wait(rounds.is_relevant)


class _Rounds:
    """What is known from one plan to the next."""

    def __init__(self, watching: Watching) -> None:
        self._watching = watching
        self._learn(watching.opened(), watching.options())
        self._asked = {*watching.more, self._config}
        self._folders: set[str] = set()
        self._last: Plan | None = None
        self._is_broken = False
        self.changed: set[str] = set()

    def plan(self) -> Plan | LtxspecError:
        """The plan of the files as they are, or why there is none. Raises what makes it pointless to watch."""
        files = RecordingFolder(self._root)
        try:
            project, options = replace(self._watching.opened(), files=files), self._watching.options()
            self._learn(project, options)
            planned = with_budget_warning(plan_project(project, options))
        except LtxspecError as error:
            if self._last is None and not self._is_broken and not isinstance(error, Invalid):
                raise
            self._asked |= files.asked  # those that an error hides still count
            return error
        self._asked = {*self._watching.more, self._config, *files.asked}
        return planned.plan

    def seen(self, found: Plan | LtxspecError) -> Seen | None:
        """What to report, compared with what was reported before; None: only folders changed, and nothing else."""
        files = sorted(self._label(path) for path in self.changed if not Path(path).is_dir())
        if isinstance(found, LtxspecError):
            self._is_broken = True
            return Broken(files, found)
        before, was_broken = self._last, self._is_broken
        self._last, self._is_broken = found, False
        if before is None:
            return Planned(files, found, None, found.diagnostics, was_broken)
        edit = edit_between(before, found)
        if not files and edit.is_empty and not was_broken:
            return None
        warnings = [each for each in found.diagnostics if each not in before.diagnostics]
        return Planned(files, found, edit, warnings, was_broken)

    def folders(self) -> set[str]:
        """The folders to watch, also those that do not exist yet."""
        found = {str(Path(file).parent) for file in self._asked} | self._records
        for folder in self._specs:
            for place, inner, _ in os.walk(folder):
                inner[:] = [name for name in inner if not name.startswith(".")]
                found.add(place)
        self._folders = with_parents(found, self._root)
        return self._folders

    def is_relevant(self, path: str) -> bool:
        """Whether the plan may depend on a file or folder."""
        folder, name = os.path.split(path)
        if path in self._asked or path in self._folders:
            return True
        if name.startswith("."):
            return False
        if folder in self._records:
            return name.endswith(_RECORDS)
        is_spec = name.endswith(SPEC_SUFFIXES) or Path(path).is_dir()
        return is_spec and any(path.startswith(f"{place}{os.sep}") for place in self._specs)

    def _learn(self, project: ProjectContext, options: PlanOptions) -> None:
        """Where the project's files are."""
        self._root = Path(os.path.realpath(project.root))
        self._config = os.path.realpath(project.config.file or self._root / CONFIG_NAME)
        places = (project.lockfiles, project.paths_of("any").journal.parent, project.root / "schemas" / "models")
        self._records = {os.path.realpath(place) for place in places}
        folder, paths = project.folder, options.paths
        named = [folder / path for path in paths] or [project.root / path for path in project.config.project.specs]
        named = [Path(str(path).partition("*")[0]) if is_pattern(folder, str(path)) else path for path in named]
        self._specs = {os.path.realpath(path) for path in named if not path.is_file()}

    def _label(self, path: str) -> str:
        return Path(path).relative_to(self._root).as_posix() if Path(path).is_relative_to(self._root) else path
