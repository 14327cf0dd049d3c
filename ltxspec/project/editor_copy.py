"""The project's copy of the schema of specs, which editors read: written, and noticed when it is old."""

from typing import Final, Literal

from ltxspec.project.project import ProjectContext
from ltxspec.project.schemas import schema_text
from ltxspec.storage.durable import read_if_exists
from ltxspec.storage.inside import refuse_outside
from ltxspec.storage.outputs import write_document

COPY: Final = "schemas/spec/v1.json"  # where the specs that `init` writes look for it
REFRESH: Final = "ltxspec schema spec --write"


def copy_state(project: ProjectContext) -> Literal["current", "old", "missing"]:
    """Whether the copy is what this ltxspec would write for the project's models. Raises StorageError."""
    found = read_if_exists(project.root / COPY, project.root)
    if found is None:
        return "missing"
    return "current" if found == schema_text("spec", project.catalog).encode() else "old"


def write_copy(project: ProjectContext) -> bool:
    """Bring the copy up to date.

    Returns:
        Whether anything had to be written.

    Raises:
        StorageError: it cannot be written; the old one stays.
    """
    if copy_state(project) == "current":
        return False
    path = project.root / COPY
    refuse_outside(project.root, path)
    write_document(path, [schema_text("spec", project.catalog).encode()])
    return True
