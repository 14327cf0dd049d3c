"""The port through which the pure core sees files of the project: prompts, data tables, local images."""

from typing import Protocol

from ltxspec.errors import LtxspecError


class FileProblem(LtxspecError):
    """A file named in a spec is missing, outside the project, too large or not text; the message says which."""

    code = "file"


class ProjectFiles(Protocol):
    """Read-only view of a project. Paths are as the user wrote them, with `/`; nothing outside the project is served.

    A path is looked for beside the spec that names it first, then at the project's root; absolute paths, `..` that
    leaves the project and links that lead out of it raise `FileProblem`.
    """

    def read_text(self, path: str, *, beside: str) -> str:
        """UTF-8 text (a BOM is dropped, CRLF becomes LF) of `path` as named in the file `beside`."""
        ...

    def sha256(self, path: str, *, beside: str) -> str:
        """`sha256:<hex>` of the bytes of `path` as named in the file `beside`."""
        ...

    def resolve(self, path: str, *, beside: str) -> str:
        """The path relative to the project's root, with `/`, of an existing file as named in the file `beside`."""
        ...
