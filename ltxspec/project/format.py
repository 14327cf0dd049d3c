"""Formats spec files in one common layout. Comments, order and texts are kept; fingerprints never change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ltxspec.errors import LtxspecError
from ltxspec.project.project import ProjectContext
from ltxspec.project.spec_files import spec_files
from ltxspec.spec.layout import format_spec
from ltxspec.storage.durable import REAL, read_file, replace_file

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Formatted:
    """A spec file whose layout differs from the common one."""

    file: str  # as shown to users
    before: str
    after: str
    data: bytes  # as on disk; `before` has no line endings of Windows and no byte order mark

    @property
    def unseen(self) -> str | None:
        """The differences that no comparison of lines shows; None if there are none."""
        marks = ["byte order mark"] if self.data.startswith(_BYTE_ORDER_MARK) else []
        ends = ["line endings"] if b"\r" in self.data else []
        return ", ".join(ends + marks) or None


def unformatted(project: ProjectContext, paths: Sequence[str] = ()) -> Iterator[Formatted | LtxspecError]:
    """The spec files that formatting would change, and an error for each that cannot be formatted.

    Raises:
        WrongUsage: there is no such path.
    """
    for path in spec_files(project, paths):
        file = project.label(path)
        try:
            before = project.files.read_text(file, beside="")
            after, data = format_spec(before, file), read_file(path, project.root)
        except LtxspecError as error:
            yield error
        else:
            if after.encode() != data:
                yield Formatted(file, before, after, data)


def write_formatted(project: ProjectContext, formatted: Formatted) -> None:
    """Replace the file's content with the formatted text. Raises StorageError; the old file is then intact."""
    replace_file(project.root / formatted.file, formatted.after.encode(), REAL.inside(project.root))
