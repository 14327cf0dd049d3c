"""The files of a project, with a record of what was asked for: also of files that are not there yet."""

import os
from pathlib import Path

from ltxspec.storage.files import ProjectFolder


class RecordingFolder(ProjectFolder):
    """A project's files. `asked` has the absolute paths that were looked for, with and without links.

    A path is looked for beside the spec and at the root; both are recorded, since a new file may take precedence.
    """

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.asked: set[str] = set()

    def _find(self, path: str, beside: str) -> str:
        for folder in (Path(self._root, beside).parent, self._root):
            candidate = os.path.normpath(os.path.join(folder, path))  # noqa: PTH118  # called ten thousand times
            if self._holds(candidate):
                self.asked.add(candidate)
        real = super()._find(path, beside)
        self.asked.add(real)
        return real
