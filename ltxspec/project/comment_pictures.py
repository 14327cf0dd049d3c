"""Reads which picture a comment shows for each shot: a mapping of addresses to files or URLs, from a trusted job."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

import orjson

from ltxspec.errors import LtxspecError
from ltxspec.storage.named import read_named

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
    data = read_named(folder / file, file, _LARGEST)
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise PicturesError(f"`{file}` is not JSON: {error}") from None
    if not isinstance(found, dict) or not all(isinstance(name, str) and name for name in found.values()):
        raise PicturesError(
            f"`{file}` does not map addresses of shots to files or URLs",
            hint='write it as `{"night-scenes.alley": "alley.png"}`, or pass `index.json` of `review --png-dir`',
        )
    return {address: picture_url(name, base) for address, name in found.items()}


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
