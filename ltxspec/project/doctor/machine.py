"""Checks of this machine: the packages that are installed, the command that git finds, codecs, the disk."""

import operator
import os
import re
import shutil
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from ltxspec.project.doctor.rows import WARNING, Row
from ltxspec.version import __version__

_PACKAGE = "ltxspec"
_NEEDED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*\(?([^;)]*)\)?\s*(?:;\s*(.*))?")
_LIMIT = re.compile(r"(>=|<=|==|!=|<|>|~=)\s*([0-9][0-9.]*)")
_EXTRA = re.compile(r"extra\s*==\s*['\"]([^'\"]+)['\"]")
_COMPARED = {
    ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
_LOW = 2**30  # bytes of free space, below which a handful of videos may not fit
_LONGEST_LINE = 2**10  # bytes: the first line of a script names its Python


def check_version() -> Row:
    """Versions of ltxspec and Python."""
    return "ltxspec", True, f"{__version__} on Python {sys.version.split()[0]}"


def check_packages() -> Row:
    """Whether every package that ltxspec needs is installed, in a version that it works with."""
    try:
        needed = metadata.requires(_PACKAGE) or []
    except metadata.PackageNotFoundError:
        return "packages", True, "ltxspec is not installed as a package: versions are not checked"
    wrong = list(_wrong(needed))
    if wrong:
        return "packages", False, f"{', '.join(wrong)}: run `pip install --upgrade {_PACKAGE}` in this environment"
    return "packages", True, "all that are needed, in versions that fit" + _extras(needed)


def _wrong(needed: list[str]) -> Iterator[str]:
    for text in needed:
        found = _NEEDED.match(text)
        if found is None or found[3]:  # an extra, or for another platform
            continue
        name, limits = found[1], found[2]
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            yield f"`{name}` is missing"
            continue
        if not all(_fits(version, sign, limit) for sign, limit in _LIMIT.findall(limits)):
            yield f"`{name}` is {version}, and {limits.strip()} is needed"


def _fits(version: str, sign: str, limit: str) -> bool:
    """Whether a version is within a limit, by its numbers."""
    have, want = _numbers(version), _numbers(limit)
    length = max(len(have), len(want))
    mine, other = ((*numbers, *[0] * (length - len(numbers))) for numbers in (have, want))
    if sign == "~=":
        return mine >= other and mine[: len(want) - 1] == other[: len(want) - 1]
    return bool(_COMPARED[sign](mine, other))


def _numbers(version: str) -> tuple[int, ...]:
    found = re.match(r"(?:\d+!)?(\d+(?:\.\d+)*)", version)
    return tuple(map(int, found[1].split("."))) if found else ()


def _extras(needed: list[str]) -> str:
    """The extras that are not installed, and how to install them."""
    missing: dict[str, None] = {}
    for text in needed:
        found = _NEEDED.match(text)
        extra = _EXTRA.search(found[3] or "") if found else None
        if found and extra:
            try:
                metadata.version(found[1])
            except metadata.PackageNotFoundError:
                missing[extra[1]] = None
    names = ", ".join(f"`pip install '{_PACKAGE}[{name}]'`" for name in missing)
    return f"; extras that are not installed: {names}" if missing else ""


def check_command() -> Row:
    """Whether the command on the PATH, which git's drivers and hooks start, is of this version. Nothing is started."""
    found = shutil.which(_PACKAGE)
    if found is None:
        return "command", True, "`ltxspec` is not on the PATH; git and hooks would need it there"
    other = _version_of(Path(found).resolve())
    if other is not None and other != __version__:
        cure = f"install {__version__} there, or put its folder first on the PATH"
        return "command", WARNING, f"git and hooks start `{found}`, which is ltxspec {other}: {cure}"
    return "command", True, found if other is not None else f"{found}, of which no version is known"


def _version_of(command: Path) -> str | None:
    """The version that a command starts, by the environment of the Python in its first line; None: unknown."""
    try:
        with command.open("rb") as file:
            first = file.readline(_LONGEST_LINE).decode("utf-8", "replace")
    except OSError:
        return None
    python = first.removeprefix("#!").split()[:1] if first.startswith("#!") else []
    folder = Path(python[0]).parent if python else command.parent
    if folder == Path(sys.executable).parent:
        return __version__
    installed = sorted(folder.parent.glob(f"lib/python3.*/site-packages/{_PACKAGE}-*.dist-info"))
    return installed[-1].name.removeprefix(f"{_PACKAGE}-").removesuffix(".dist-info") if installed else None


def check_codecs() -> Row:
    """Whether the codecs of all formats are there."""
    import av

    missing = [name for name in ("libx264", "aac", "libvpx-vp9", "libopus") if name not in av.codecs_available]
    if missing:
        return "video", False, f"PyAV lacks {', '.join(missing)}: run `pip install --force-reinstall av`"
    return "video", True, "all codecs found"


def check_disk(folder: Path, archive: Path | None = None) -> Row:
    """Whether a project can be written, and whether there is room for videos where they are archived."""
    if not os.access(folder, os.W_OK):
        return (
            "disk",
            False,
            f"`{folder}` cannot be written: nothing can be recorded; give this user the right",
        )
    place = archive if archive is not None else folder
    while not place.exists() and place != place.parent:
        place = place.parent
    free = shutil.disk_usage(place).free
    if free < _LOW:
        cure = "remove something, or move the archive (`[archive] url`)"
        return "disk", WARNING, f"{_size(free)} free for videos in `{place}`: {cure}"
    return "disk", True, f"the project can be written, {_size(free)} free for videos"


def _size(number: int) -> str:
    return f"{number / 1e9:,.1f} GB" if number >= 10**9 else f"{number / 1e6:,.0f} MB"
