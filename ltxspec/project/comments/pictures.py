"""Reads which picture a comment shows for each shot: a mapping of addresses to files or URLs, from a trusted job."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

import orjson

from ltxspec.errors import Location, LtxspecError
from ltxspec.storage.named import read_named

MISSING = "missing.json"  # address of a shot -> why a video of it is in no picture
_LARGEST = 16 * 2**20  # bytes; 10,000 shots need about two
_SCHEMES = frozenset({"http", "https"})


class PicturesError(LtxspecError):
    """The pictures of a comment cannot be linked."""

    code = "pictures"


def read_pictures(folder: Path, file: str, base: str | None) -> Mapping[str, str]:
    """The URL of each shot's picture, by address.

    Args:
        folder: what a relative path of the file is relative to.
        file: a JSON object, address -> file name or URL, such as `index.json` of `review --png-dir`.
        base: where those files are, see `picture_url`.

    Raises:
        WrongUsage: the file cannot be read.
        PicturesError: it is not such an object, or a picture has no valid address.
    """
    found = _texts(folder / file, file)
    if found is None:
        raise PicturesError(
            f"`{file}` does not map addresses of shots to files or URLs",
            hint='write it as `{"night-scenes.alley": "alley.png"}`, or pass `index.json` of `review --png-dir`',
        )
    return {address: picture_url(name, base) for address, name in found.items()}


def read_missing(folder: Path, file: str) -> Mapping[str, str]:
    """Why videos of shots are in no picture, by address: `missing.json` beside the file of pictures, if it is there.

    Raises:
        WrongUsage: it cannot be read.
        PicturesError: it does not map addresses to texts.
    """
    path = (folder / file).with_name(MISSING)
    if not path.exists():
        return {}
    found = _texts(path, MISSING)
    if found is None:
        raise PicturesError(f"`{MISSING}` does not map addresses of shots to texts")
    return found


def _texts(path: Path, name: str) -> Mapping[str, str] | None:
    """An object of texts, none of them empty; None if it is something else. Raises PicturesError and WrongUsage."""
    data = read_named(path, name, _LARGEST)
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        where = Location(name, error.lineno, error.colno)
        raise PicturesError(f"`{name}` is not JSON: {error}", where=where) from None
    return found if isinstance(found, dict) and all(isinstance(text, str) and text for text in found.values()) else None


def picture_url(name: str, base: str | None) -> str:
    """The URL of a picture.

    Args:
        name: a file name, which `base` completes; a URL, or a path that starts with `/`, is used as it is.
        base: the URL of the folder of the files, or a URL with `{path}` in the place of the name.

    Raises:
        PicturesError: there is no base for a file name, or the result is neither an http nor an https address.
    """
    is_whole = name.startswith("/") or _scheme(name) is not None
    if not is_whole and not base:
        raise PicturesError(f"the picture `{name}` has no address", hint="say where it is with `--pictures-base URL`")
    url = name if is_whole else _joined(base or "", quote(name))
    if not name.startswith("/") and _scheme(url) not in _SCHEMES:
        raise PicturesError(f"`{url}` is not an http or https address")
    return url


def _joined(base: str, path: str) -> str:
    return base.replace("{path}", path) if "{path}" in base else f"{base.rstrip('/')}/{path}"


def _scheme(url: str) -> str | None:
    """The scheme of a URL in lower case; None for a name without one. Raises PicturesError for a malformed URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise PicturesError(f"`{url}` is not an address") from None
    return parts.scheme.lower() if parts.netloc or "://" in url else parts.scheme or None
