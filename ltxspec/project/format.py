"""Formats spec files in one common layout. Comments, order and texts are kept; fingerprints never change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ltxspec.project.load import spec_files
from ltxspec.project.project import ProjectContext
from ltxspec.spec.layout import format_spec
from ltxspec.storage.durable import REAL, read_file, replace_file


@dataclass(frozen=True, slots=True)
class Formatted:
    """A spec file whose layout differs from the common one."""

    file: str  # as shown to users
    before: str
    after: str


def unformatted(project: ProjectContext, paths: Sequence[str] = ()) -> Iterator[Formatted]:
    """The spec files that formatting would change. Raises WrongUsage, Invalid, StorageError."""
    for path in spec_files(project, paths):
        file = project.label(path)
        before = project.files.read_text(file, beside="")
        after = format_spec(before, file)
        if after.encode() != read_file(path, project.root):
            yield Formatted(file, before, after)


def write_formatted(project: ProjectContext, formatted: Formatted) -> None:
    """Replace the file's content with the formatted text. Raises StorageError; the old file is then intact."""
    replace_file(project.root / formatted.file, formatted.after.encode(), REAL.inside(project.root))
