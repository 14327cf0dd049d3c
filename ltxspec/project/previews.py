"""Prepares the pictures of a review for where a pull request can show them, and finds out which are no longer needed.

Nothing is sent from here: `ci/publish-previews.sh` brings the pictures to their branch.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ltxspec.errors import WrongUsage
from ltxspec.media.compact import as_jpeg
from ltxspec.project.forge_access import Place, opened, target_of
from ltxspec.project.project import ProjectContext
from ltxspec.report.jsontext import encode
from ltxspec.storage.durable import write_document
from ltxspec.storage.named import read_named
from ltxspec.values import Json

if TYPE_CHECKING:
    from ltxspec.report.results.previews import ClosedChanges, PreparedPreviews

INDEX = "index.json"
SHEET = "sheet.png"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\.png")
_LARGEST = 64 * 2**20  # bytes of a picture, or of the index


@dataclass(frozen=True, slots=True)
class Prepared:
    """Pictures that are ready to be published.

    Attributes:
        store: `branch`, or `none` where the configuration wants no pictures: then nothing was written.
        branch: the branch that only holds previews.
        pictures: how many shots have one.
        left: how many have one that is not published.
        sheet: the name of the picture of all shots; None if there is none.
    """

    store: str
    branch: str
    pictures: int = 0
    left: int = 0
    sheet: str | None = None


def prepare(project: ProjectContext, pictures: Path, out: Path) -> Prepared:
    """Write the pictures of a folder as JPEG to another one, with an index of them.

    Args:
        project: its `[previews]` says how many there are, and where they go.
        pictures: what `review --png-dir` wrote; `sheet.png` in it is the picture of all shots, if it is there.
        out: the folder to write, with the pictures and `index.json`, which maps addresses to their files.

    Raises:
        WrongUsage: there is no index of pictures, or it names other files.
        MediaError: a file is not a picture that `review` wrote.
        StorageError: something cannot be read or written.
    """
    config = project.config.previews
    if config.store == "none":
        return Prepared(config.store, config.branch)
    found = _index(pictures)
    names: dict[str, Json] = {}
    for address, name in list(found.items())[: config.most]:
        names[address] = _copied(pictures / name, out)
    sheet = _copied(pictures / SHEET, out) if (pictures / SHEET).is_file() else None
    write_document(out / INDEX, [encode(names, indent=True), b"\n"])
    return Prepared(config.store, config.branch, len(names), len(found) - len(names), sheet)


def closed_changes(project: ProjectContext, place: Place, numbers: Sequence[int]) -> list[int]:
    """Which pull requests are no longer open. One that the forge does not tell about counts as open.

    Raises:
        WrongUsage: the forge or the repository is unknown.
    """
    from ltxspec.forges.port import ForgeError

    target = target_of(project.folder, place, project.environ)
    found = []
    for number in numbers:
        try:
            with opened(replace(target, number=number), "", project.environ) as forge:
                if forge is not None and not forge.pull_request().is_open:
                    found.append(number)
        except ForgeError as error:
            project.warn(f"pull request {number}: {error.summary}")
    return found


def change_number(project: ProjectContext, place: Place, head: str) -> int | None:
    """The number of the pull request of this run; None if the commit is no longer the head of any open one.

    Raises:
        WrongUsage: the forge or the repository is unknown.
        ForgeError: the forge refuses or does not answer.
    """
    target = target_of(project.folder, place, project.environ)
    if target.number is not None:
        return target.number
    with opened(target, head, project.environ) as forge:
        return forge.pull_request().number if forge is not None else None


def prepared_result(prepared: Prepared) -> "PreparedPreviews":
    """What was prepared, as a document."""
    from ltxspec.report.results.previews import PreparedPreviews

    return PreparedPreviews(
        store=prepared.store,
        branch=prepared.branch,
        pictures=prepared.pictures,
        left=prepared.left,
        sheet=prepared.sheet,
    )


def closed_result(numbers: Sequence[int]) -> "ClosedChanges":
    """Pull requests that are closed, as a document."""
    from ltxspec.report.results.previews import ClosedChanges

    return ClosedChanges(numbers=tuple(numbers))


def _index(folder: Path) -> Mapping[str, str]:
    """Address -> file, as `review --png-dir` writes it."""
    path = folder / INDEX
    try:
        document = json.loads(read_named(path, path.name, _LARGEST))
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or not all(isinstance(name, str) for name in document.values()):
        raise WrongUsage(f"`{INDEX}` is not an index of pictures", hint="`ltxspec review --png-dir` writes one")
    if odd := [name for name in document.values() if not _NAME.fullmatch(name)]:
        raise WrongUsage(f"`{INDEX}` names `{odd[0]}`, which is not the name of a picture in its folder")
    return document


def _copied(picture: Path, out: Path) -> str:
    name = f"{picture.stem}.jpg"
    write_document(out / name, [as_jpeg(read_named(picture, picture.name, _LARGEST), picture.name)])
    return name
