"""Paths with wildcards that no shell has expanded, such as `'specs/2026-*'` in a CI variable or in a saved plan."""

import glob
from pathlib import Path

from ltxspec.errors import WrongUsage

_SPECS = (".yaml", ".yml")


def is_pattern(folder: Path, path: str) -> bool:
    """Whether a path has wildcards (`*`, `?`, `[…]`, `**`) and is not simply the name of something."""
    return glob.has_magic(path) and not (folder / path).exists()


def matching(folder: Path, path: str) -> list[str]:
    """The spec files and folders that a path with wildcards means, sorted; a path without any as it is.

    Args:
        folder: what it is relative to.
        path: as typed.

    Raises:
        WrongUsage: it has wildcards and matches nothing.
    """
    if not is_pattern(folder, path):
        return [path]
    found = sorted(glob.glob(path, root_dir=folder, recursive=True))  # noqa: PTH207  # a pattern may be absolute
    specs = [name for name in found if name.endswith(_SPECS) or (folder / name).is_dir()]
    if not specs:
        hint = "`*` and `?` stand for parts of names, `**` for any folders; specs end in .yaml or .yml"
        raise WrongUsage(f"`{path}` matches no spec and no folder", hint=hint)
    return specs
