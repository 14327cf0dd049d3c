"""Projects for the tests of what commands do: a folder with lockfiles, opened as a command opens it."""

from pathlib import Path

from ltxspec.lock.codec import decode_lockfile, encode_lockfile
from ltxspec.lock.models import Lockfile
from ltxspec.project.project import ProjectContext, open_project


def project(folder: Path, *lockfiles: Lockfile) -> ProjectContext:
    """A project with these lockfiles, for the paid service."""
    opened = open_project(folder)
    for lockfile in lockfiles:
        path = path_of(opened, lockfile.spec)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(encode_lockfile(lockfile))
    return opened


def path_of(opened: ProjectContext, spec: str = "night") -> Path:
    return opened.paths_of(spec).lockfile


def recorded(opened: ProjectContext, spec: str = "night") -> Lockfile:
    return decode_lockfile(path_of(opened, spec).read_bytes(), spec)
