"""Which files a command reads its specs from: those of its paths, those of the project, or standard input."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from ltxspec.errors import LtxspecError, WrongUsage
from ltxspec.plan.addresses import instead_of
from ltxspec.project.path_globs import matching
from ltxspec.project.project import ProjectContext
from ltxspec.storage.files import MAX_TEXT
from ltxspec.storage.paths import find_specs
from ltxspec.storage.typed import TYPED, TypedFolder

STDIN = "-"  # instead of a path
_PATHS = "name a spec file, or a folder that contains some"


class NoSpecs(LtxspecError):
    """No path was given, and there are no specs in the default location."""

    code = "no-specs"


def with_typed_spec(project: ProjectContext, paths: Sequence[str], read: Callable[[int], bytes]) -> ProjectContext:
    """The project, with the spec that `read` gives (up to a number of bytes) if `-` is among the paths."""
    if STDIN not in paths:
        return project
    data = read(MAX_TEXT + 1)
    if len(data) > MAX_TEXT:
        raise WrongUsage(f"standard input is larger than {MAX_TEXT // 2**20} MiB")
    return replace(project, files=TypedFolder(project.root, project.folder, data))


def spec_files(project: ProjectContext, paths: Sequence[str]) -> list[Path]:
    """The spec files of a command: the given ones (which may have wildcards), or those of `[project] specs`."""
    if STDIN in paths:
        if not isinstance(project.files, TypedFolder):
            hint = "`plan`, `validate` and `render` read a spec from standard input; all else works on files"
            raise WrongUsage("this command reads no spec from standard input", hint=hint)
        others = [path for path in paths if path != STDIN]
        return [*(spec_files(project, others) if others else ()), Path(TYPED)]
    paths = [name for path in paths for name in matching(project.folder, path)]
    for path in paths:
        if not (project.folder / path).exists():
            raise WrongUsage(f"`{path}` does not exist", hint=instead_of(path) or _PATHS)
    if paths:
        return find_specs([os.path.normpath(project.folder / path) for path in paths], project.root, is_part=True)
    folders = project.config.project.specs
    if not any((project.root / folder).exists() for folder in folders):
        names = " or ".join(f"`{folder}`" for folder in folders)
        raise NoSpecs(
            f"there are no specs in `{project.root}`: no {names}",
            hint="`ltxspec init` sets up a project with an example; specs elsewhere are given as PATH or with -C",
        )
    return find_specs(folders, project.root)
