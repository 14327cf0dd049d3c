"""Pictures of pull requests in the object store: `previews/<number>/<key>/<run>-<head>/<name>`.

Each change has the pictures of its newest run only. Those of closed changes are deleted.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ltxspec.canonical import sha256_hex
from ltxspec.errors import Refused, WrongUsage
from ltxspec.project.comments.forge_access import Place
from ltxspec.project.comments.previews import PICTURES, SHEET, closed_changes, read_index
from ltxspec.project.project import ProjectContext
from ltxspec.report.jsontext import encode
from ltxspec.storage.named import read_named
from ltxspec.storage.outputs import write_document
from ltxspec.storage.store.opening import open_store
from ltxspec.storage.store.port import ObjectFacts, ObjectStore
from ltxspec.storage.store.videos import VideoStore
from ltxspec.values import Json

LIFE = 7 * 86400  # seconds: the longest that S3 signs an address for
_FOLDER = "previews"
_LARGEST = 64 * 2**20  # bytes of a picture
_KEY = re.compile(r"previews/(?P<number>[1-9][0-9]*)/(?P<key>[0-9a-f]{12})/(?P<run>[0-9]+)-[0-9a-f]+/[^/]+")


@dataclass(frozen=True, slots=True)
class PictureRun:
    """Whose pictures these are.

    Attributes:
        number: of the pull request.
        head: the commit that they show.
        key: tells several projects in one repository apart.
        run: the number of the run; a later one's pictures stay.
    """

    number: int
    head: str
    key: str = "."
    run: int = 0


def store_pictures(project: ProjectContext, ready: Path, out: Path, which: PictureRun) -> int | None:
    """Send the pictures of a folder to the store, and write where they are.

    Args:
        project: its `[store]` says where; with `[previews] base_url` the addresses are public, else signed for a week.
        ready: what `prepare` wrote.
        out: the folder that gets `pictures.json`, and `sheet` with the address of the picture of all shots.
        which: the change and the run.

    Returns:
        How many were sent; None if a later run of the same change has sent its own: then nothing was.

    Raises:
        WrongUsage: there is no index of pictures, or the commit is none.
        Refused: there is no store, it is another project's, or it gives no addresses.
        StorageError: the store cannot be reached, or something cannot be read or written.
    """
    if not re.fullmatch(r"[0-9a-f]{7,64}", which.head):
        raise WrongUsage("the commit that the pictures show is not the id of one")
    store, found = _opened(project), read_index(ready)
    sheet = SHEET.replace("png", "jpg")
    names = [*dict.fromkeys(found.values()), *([sheet] if (ready / sheet).is_file() else [])]
    place = f"{_FOLDER}/{which.number}/{sha256_hex(which.key.encode())[:12]}"
    earlier = [item.key for item in store.list(place)]
    if any(_run_of(key) > which.run for key in earlier):
        return None
    addresses = {}
    for name in names:
        key = f"{place}/{which.run}-{which.head}/{name}"
        data = read_named(ready / name, name, _LARGEST)
        store.put(key, [data], ObjectFacts(sha256_hex(data), len(data), "image/jpeg"), replace=True)
        addresses[name] = _address(project, store, key)
        earlier = [one for one in earlier if one != key]
    listed: dict[str, Json] = {address: addresses[name] for address, name in found.items()}
    write_document(out / PICTURES, [encode(listed, indent=True), b"\n"])
    if sheet in addresses:
        write_document(out / "sheet", [f"{addresses[sheet]}\n".encode()])
    store.delete(earlier)
    return len(names)


def prune_pictures(project: ProjectContext, forge: Place) -> Sequence[int]:
    """Delete the pictures of changes that are no longer open. A change that the forge does not tell about stays.

    Returns:
        The numbers of these changes.

    Raises:
        Refused: there is no store, or it is another project's.
        StorageError: the store cannot be reached.
        WrongUsage: the forge or the repository is unknown.
    """
    store = _opened(project)
    keys: dict[int, list[str]] = {}
    for item in store.list(_FOLDER):
        if match := _KEY.fullmatch(item.key):
            keys.setdefault(int(match["number"]), []).append(item.key)
    closed = closed_changes(project, forge, sorted(keys)) if keys else []
    for number in closed:
        store.delete(keys[number])
    return closed


def _opened(project: ProjectContext) -> ObjectStore:
    store = open_store(project.config.store, project.environ, create=True)
    if store is None:
        raise Refused("no-store", "there is no store for pictures", hint="name one in `[store] url` of `ltxspec.toml`")
    VideoStore(store, "", project.config.project.id).refuse_other_project()
    return store


def _address(project: ProjectContext, store: ObjectStore, key: str) -> str:
    base = project.config.previews.base_url
    if base is not None:
        return f"{base.rstrip('/')}/{key}"
    link = store.link(key, LIFE)
    if link is None:
        raise Refused(
            "no-addresses",
            f"the store `{store.name}` gives no addresses to its pictures",
            hint="set `[previews] base_url` to the address under which it can be read",
        )
    return link


def _run_of(key: str) -> int:
    match = _KEY.fullmatch(key)
    return int(match["run"]) if match else 0
