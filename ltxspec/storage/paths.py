"""How paths are shown, and which spec files a command means."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from ltxspec.errors import WrongUsage
from ltxspec.storage.durable import translated

_SUFFIXES = (".yaml", ".yml")
_IS_SPEC = re.compile(rb"^apiVersion:[ \t]*[\"']?ltxspec/", re.MULTILINE)


def shown(path: Path) -> str:
    """A path as messages show it: relative to the working directory when it is inside, with `/`."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return str(path)


def find_specs(paths: Iterable[Path | str], root: Path) -> list[Path]:
    """The spec files behind files and folders, in the order given, each once.

    A folder means the `*.yaml` and `*.yml` files in it, sorted by name. Below it, where prompts and data tables live
    too, only files that say `apiVersion: ltxspec/…` count. Hidden files and folders are left out.

    Args:
        paths: files or folders; relative ones are looked for in `root`.
        root: the project's root.

    Raises:
        WrongUsage: a path does not exist.
        StorageError: a folder cannot be read.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        start = root / path
        if not start.exists():
            raise WrongUsage(f"`{path}` does not exist", hint="name a spec file, or a folder that holds some")
        with translated("read", start):
            for file in _specs_in(start) if start.is_dir() else [start]:
                found.setdefault(file.resolve(), file)
    return list(found.values())


def _specs_in(folder: Path) -> Iterator[Path]:
    top = os.fspath(folder)
    for place, folders, names in os.walk(folder, onerror=_fail):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(place, name)
            wanted = name.endswith(_SUFFIXES) and not name.startswith(".")
            if wanted and (place == top or _IS_SPEC.search(file.read_bytes())):
                yield file


def _fail(error: OSError) -> None:
    raise error
