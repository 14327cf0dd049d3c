"""Prepares the pictures of a review for where a pull request can show them, and finds out which are no longer needed.

`ci/publish-previews.sh` brings the pictures to their branch, or has them sent to GitLab's uploads or the object store.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ltxspec.errors import WrongUsage
from ltxspec.media.compact import as_jpeg
from ltxspec.project.comments.forge_access import Place, opened, target_of
from ltxspec.project.project import ProjectContext
from ltxspec.report.jsontext import encode
from ltxspec.storage.named import read_named
from ltxspec.storage.outputs import write_document
from ltxspec.values import Json

if TYPE_CHECKING:
    from ltxspec.report.results.previews import ClosedChanges, PreparedPreviews

INDEX = "index.json"
SHEET = "sheet.png"
PICTURES = "pictures.json"  # address of a shot -> address of its picture, once they are published
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\.(?:png|jpg)")
_LARGEST = 64 * 2**20  # bytes of a picture, or of the index


@dataclass(frozen=True, slots=True)
class Prepared:
    """Pictures that are ready to be published.

    Attributes:
        store: `branch`, `uploads` or `store`; `none` where no pictures are wanted: then nothing was written.
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
    found = read_index(pictures)
    names: dict[str, Json] = {}
    for address, name in list(found.items())[: config.most]:
        names[address] = _copied(pictures / name, out)
    sheet = _copied(pictures / SHEET, out) if (pictures / SHEET).is_file() else None
    write_document(out / INDEX, [encode(names, indent=True), b"\n"])
    return Prepared(config.store, config.branch, len(names), len(found) - len(names), sheet)


def upload(project: ProjectContext, place: Place, ready: Path, out: Path) -> int:
    """Send the pictures of a folder to GitLab's uploads, and write where they are.

    Args:
        project: says nothing about them; its folder and environment say where they go.
        place: the GitLab and the project there.
        ready: what `prepare` wrote.
        out: the folder that gets `pictures.json`, and `sheet` with the address of the picture of all shots.

    Returns:
        How many were sent.

    Raises:
        WrongUsage: there is no index of pictures, or the forge is unknown or has no uploads.
        ForgeError: the forge refuses, or does not answer.
        StorageError: something cannot be read or written.
    """
    from ltxspec.forges.gitlab import GitLab

    target, found = target_of(project.folder, place, project.environ), read_index(ready)
    sheet = SHEET.replace("png", "jpg")
    names = [*found.values(), *([sheet] if (ready / sheet).is_file() else [])]
    with opened(replace(target, number=target.number or 1), "", project.environ) as forge:  # they are the project's
        if not isinstance(forge, GitLab):
            raise WrongUsage("only GitLab has uploads", hint='set `store = "branch"` in [previews]')
        sent = {name: forge.upload(name, read_named(ready / name, name, _LARGEST)) for name in dict.fromkeys(names)}
    addresses: dict[str, Json] = {address: sent[name] for address, name in found.items()}
    write_document(out / PICTURES, [encode(addresses, indent=True), b"\n"])
    if sheet in sent:
        write_document(out / "sheet", [f"{sent[sheet]}\n".encode()])
    return len(sent)


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


def read_index(folder: Path) -> Mapping[str, str]:
    """Address -> file, as `review --png-dir` writes it. Raises WrongUsage for anything else."""
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
