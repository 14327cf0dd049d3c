"""A spec that comes from standard input, beside the files of a project."""

import os
from pathlib import Path

from ltxspec.spec.files import text_of
from ltxspec.storage.files import ProjectFolder

TYPED = "<stdin>"  # its name in messages


class TypedFolder(ProjectFolder):
    """The files of a project, and one spec that is not a file; what that names is looked up beside `folder`.

    Args:
        root: the project's root.
        folder: the working directory.
        data: the spec.
    """

    def __init__(self, root: Path, folder: Path, data: bytes) -> None:
        super().__init__(root)
        self._beside = f"{os.path.relpath(folder.resolve(), root.resolve())}/{TYPED}"
        self._data = data

    def read_text(self, path: str, *, beside: str, encoding: str | None = None) -> str:
        """Text of a file, or of the spec. Raises FileProblem."""
        if path == TYPED and not beside:
            return text_of(self._data, path)
        return super().read_text(path, beside=self._place(beside), encoding=encoding)

    def read_bytes(self, path: str, *, beside: str) -> bytes:
        """The bytes of a file. Raises FileProblem."""
        return super().read_bytes(path, beside=self._place(beside))

    def sha256(self, path: str, *, beside: str) -> str:
        """`sha256:<hex>` of a file. Raises FileProblem."""
        return super().sha256(path, beside=self._place(beside))

    def resolve(self, path: str, *, beside: str) -> str:
        """The path of a file relative to the root. Raises FileProblem."""
        return super().resolve(path, beside=self._place(beside))

    def _place(self, beside: str) -> str:
        return self._beside if beside == TYPED else beside
