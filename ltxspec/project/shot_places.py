"""Finds the line of a spec where a shot is written: in the working tree, or as it was at a commit."""

from collections.abc import Iterable
from dataclasses import dataclass

from ltxspec.errors import Invalid, LtxspecError
from ltxspec.project.project import ProjectContext
from ltxspec.project.snapshot import project_at
from ltxspec.project.spec_files import NoSpecs, spec_files
from ltxspec.spec.document import Document, read_document
from ltxspec.spec.files import FileProblem, ProjectFiles
from ltxspec.storage.trees import GitTree
from ltxspec.values import ShotAddress


@dataclass(frozen=True, slots=True)
class ShotPlace:
    """Where a shot is written; `commit` is None in the working tree."""

    file: str
    line: int
    column: int
    commit: str | None = None

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" + ("" if self.commit is None else f" at commit {self.commit[:12]}")


def places_now(project: ProjectContext, addresses: Iterable[ShotAddress]) -> dict[ShotAddress, ShotPlace]:
    """The places of shots in the specs of the working tree; those that no spec has are left out.

    Only the structure of a spec is read, so one with errors in its shots is good enough.
    """
    wanted = list(addresses)
    try:
        files = [project.label(path) for path in spec_files(project, ())] if wanted else []
    except (NoSpecs, LtxspecError):
        return {}
    return _places(project.files, files, wanted)


def place_at(project: ProjectContext, address: ShotAddress, commit: str) -> ShotPlace | None:
    """The place of a shot at a commit; None if the commit has none, or is not there."""
    try:
        with GitTree(project.root, commit) as tree:
            then = project_at(project, tree)
            found = _places(tree, tree.specs(then.config.project.specs), [address])
    except LtxspecError:  # a shallow clone, or a configuration of another version
        return None
    place = found.get(address)
    return place and ShotPlace(place.file, place.line, place.column, commit)


def _places(
    files: ProjectFiles, paths: Iterable[str], addresses: Iterable[ShotAddress]
) -> dict[ShotAddress, ShotPlace]:
    left = list(addresses)
    found: dict[ShotAddress, ShotPlace] = {}
    for path in paths:
        if not left:
            break
        names = {address.spec for address in left}
        document = _document(files, path, names)
        if document is None:
            continue
        for address in [address for address in left if address.spec == _name(document)]:
            left.remove(address)  # the first spec of a name counts, as everywhere
            if (place := _place(document, path, address.shot)) is not None:
                found[address] = place
    return found


def _document(files: ProjectFiles, path: str, names: Iterable[str]) -> Document | None:
    """The spec in a file, if it can be read and may have one of the names."""
    try:
        text = files.read_text(path, beside="")
        return read_document(text, path) if any(name in text for name in names) else None
    except (FileProblem, Invalid):
        return None


def _name(document: Document) -> str | None:
    root = document.root
    metadata = root.get("metadata") if isinstance(root, dict) else None
    return metadata.get("name") if isinstance(metadata, dict) else None


def _place(document: Document, path: str, shot: str) -> ShotPlace | None:
    shots = document.root.get("shots")
    if not isinstance(shots, dict) or shot not in shots:
        return None
    where = document.locate(("shots", shot))
    return ShotPlace(path, where.line, where.column)
