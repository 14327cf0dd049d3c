"""How paths are shown, and which spec files a command refers to."""

import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from ltxspec.errors import StorageError, WrongUsage
from ltxspec.spec.files import SPEC_SUFFIXES, says_it_is_a_spec
from ltxspec.storage.durable import read_file, translated
from ltxspec.storage.files import MAX_TEXT
from ltxspec.storage.inside import is_inside


def shown(path: Path) -> str:
    """A path as messages show it: relative to the working directory when it is inside, with `/`."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return str(path)


def find_specs(paths: Iterable[Path | str], root: Path, *, is_part: bool = False) -> list[Path]:
    """The spec files that files and folders refer to, in the given order, each once.

    A folder refers to the `*.yaml` and `*.yml` files in it, sorted by name. In its subfolders, where prompts and data
    tables are kept too, only files that contain `apiVersion: ltxspec/…` count. Hidden files and folders are skipped.

    Args:
        paths: files or folders; relative ones are resolved against `root`.
        root: the project's root.
        is_part: these are not all specs of the project, so links to folders may lead to others.

    Raises:
        WrongUsage: a path does not exist.
        StorageError: a folder cannot be read, or a link to a folder leads to specs that are not found otherwise.

    A file outside the project, or one that cannot be read, counts as a spec file: reading it reports the problem.
    """
    found: dict[Path, Path] = {}
    links: list[Path] = []
    for path in paths:
        start = root / path
        if not start.exists():
            raise WrongUsage(f"`{path}` does not exist", hint="name a spec file, or a folder that contains some")
        with translated("read", start):
            for file in _specs_in(start, root, links) if start.is_dir() and is_inside(root, start) else [start]:
                found.setdefault(file.resolve(), file)
    for link in () if is_part else links:
        _refuse_unfound(link, root, found)
    return list(found.values())


def linked_folder(link: str, target: str, spec: str) -> StorageError:
    """What to say about a link to a folder that is not searched, although it leads to a spec."""
    message = f"`{link}` is a link to a folder with specs, such as `{spec}`; links to folders are not searched"
    return StorageError(message, hint=f"add `{target}` to `[project] specs`, or move the folder to where the link is")


def _refuse_unfound(link: Path, root: Path, found: Collection[Path]) -> None:
    target = link.resolve()
    if target.is_relative_to(base := root.resolve()):
        with translated("read", target):
            for file in _specs_in(target, root, []):
                if file not in found and _says_so(file, root):
                    raise linked_folder(_shown_link(link, root), target.relative_to(base).as_posix(), file.name)


def _shown_link(link: Path, root: Path) -> str:
    """A path below the project without following it."""
    return link.relative_to(root).as_posix() if link.is_relative_to(root) else link.as_posix()


def _specs_in(folder: Path, root: Path, links: list[Path]) -> Iterator[Path]:
    """The specs of a folder; adds the links to folders that it has to `links`."""
    top = os.fspath(folder)
    for place, folders, names in os.walk(folder, onerror=_fail):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links += [link for name in folders if (link := Path(place, name)).is_symlink()]
        for name in sorted(names):
            file = Path(place, name)
            wanted = name.endswith(SPEC_SUFFIXES) and not name.startswith(".")
            if wanted and (place == top or _says_so(file, root)):
                yield file


def _says_so(file: Path, root: Path) -> bool:
    """Whether a file declares itself a spec; also true when it cannot be read."""
    try:
        return says_it_is_a_spec(read_file(file, root, MAX_TEXT))
    except StorageError:
        return True


def _fail(error: OSError) -> None:
    raise error
