"""Formats spec files: one layout for all. Comments, order and texts stay; a fingerprint never changes by it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ltxspec.project.load import spec_files
from ltxspec.project.project import Project
from ltxspec.spec.formatting import format_spec
from ltxspec.storage.durable import REAL, read_file, replace_file


@dataclass(frozen=True, slots=True)
class Formatted:
    """A spec file whose layout is not the common one."""

    file: str  # as users see it
    before: str
    after: str


def unformatted(project: Project, paths: Sequence[str] = ()) -> Iterator[Formatted]:
    """The spec files that formatting would change. Raises WrongUsage, Invalid, StorageError."""
    for path in spec_files(project, paths):
        file = project.label(path)
        before = project.files.read_text(file, beside="")
        after = format_spec(before, file)
        if after.encode() != read_file(path, project.root):
            yield Formatted(file, before, after)


def write_formatted(project: Project, formatted: Formatted) -> None:
    """Put the formatted text in the place of the file. Raises StorageError, with the old file still whole."""
    replace_file(project.root / formatted.file, formatted.after.encode(), REAL.inside(project.root))
