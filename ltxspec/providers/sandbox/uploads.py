"""mediaStorage and imageUpload, and the content of a request's images."""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from ltxspec.providers.sandbox.identifiers import derived_uuid, is_uuid
from ltxspec.providers.sandbox.problems import ServiceProblem
from ltxspec.providers.sandbox.tasks import TaskStore
from ltxspec.values import Json

if TYPE_CHECKING:
    from ltxspec.providers.sandbox.settings import Outside

_OWN = re.compile(r"https?://[^/]+/media/([0-9a-f-]{36})(?:\.\w+)?", re.IGNORECASE)
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
)


class Unreadable(Exception):
    """A media value that cannot be turned into bytes; its text gives the reason."""


def store_media(
    task: Mapping[str, Json], store: TaskStore, base_url: str, outside: "Outside | None"
) -> Json | ServiceProblem:
    """Answer a mediaStorage task: `upload` any file, or `delete` one by its id."""
    operation, media = task.get("operation"), task.get("media")
    if not isinstance(media, str) or not media:
        return problem(task, "missingParameter", "A media file is required.", "media")
    reply: dict[str, Json] = {"taskType": "mediaStorage", "taskUUID": task["taskUUID"], "operation": operation}
    if operation == "upload":
        try:
            uuid = _keep(media, store, outside)
        except Unreadable as reason:
            return problem(task, "invalidMedia", f"The media cannot be stored: {reason}.", "media")
        return reply | {"mediaUUID": uuid, "mediaURL": f"{base_url}/media/{uuid}"}
    if operation == "delete":
        if not store.drop_media(media):
            return problem(task, "mediaNotFound", "There is no such media file.", "media")
        return reply | {"mediaUUID": media}
    return problem(task, "invalidOperation", "The operation is either upload or delete.", "operation")


def store_image(
    task: Mapping[str, Json], store: TaskStore, base_url: str, outside: "Outside | None"
) -> Json | ServiceProblem:
    """Answer an imageUpload task, the older way to store an image."""
    image = task.get("image")
    if not isinstance(image, str) or not image:
        return problem(task, "missingParameter", "An image is required.", "image")
    try:
        content = read_media(image, store, outside)
    except Unreadable as reason:
        return problem(task, "invalidImage", f"The image cannot be stored: {reason}.", "image")
    if not kind_of(content).startswith("image/"):
        return problem(task, "invalidImage", "The file is not an image.", "image")
    uuid = _stored(content, store)
    reply = {"taskType": "imageUpload", "taskUUID": task["taskUUID"]}
    return reply | {"imageUUID": uuid, "imageURL": f"{base_url}/media/{uuid}"}


def problem(task: Mapping[str, Json], code: str, message: str, parameter: str | None = None) -> ServiceProblem:
    """An error of one task of a call."""
    return ServiceProblem(code, message, parameter, str(task.get("taskType")), str(task.get("taskUUID")))


def check_image(value: str, store: TaskStore) -> tuple[str, str] | None:
    """Code and message for an image of an order that cannot be used; remote images are not fetched for this."""
    if is_uuid(value):
        return None if store.media(value) else ("mediaNotFound", f"There is no media file {value}.")
    if _URL.fullmatch(value):
        return None
    try:
        content = read_media(value, store, None)
    except Unreadable as reason:
        return "invalidImage", f"The image cannot be used: {reason}."
    if kind_of(content) not in {"image/png", "image/jpeg", "image/webp"}:
        return "unsupportedImageFormat", "The image must be PNG, JPG or WEBP."
    return None


def image_bytes(value: str, store: TaskStore, outside: "Outside | None") -> bytes | None:
    """The bytes of an image of an order; None if they are not available (a preview then omits the image)."""
    try:
        return read_media(value, store, outside)
    except Unreadable:
        return None


def read_media(value: str, store: TaskStore, outside: "Outside | None") -> bytes:
    """The bytes of a media id, a data URI, a URL or bare base64.

    Raises:
        Unreadable: there are none.
    """
    own = _OWN.fullmatch(value)
    if own or is_uuid(value):
        found = store.media(own[1] if own else value)
        if found is None:
            raise Unreadable("there is no such media file")
        return found[1]
    if value.startswith("data:"):
        return _from_data_uri(value)
    if _URL.fullmatch(value):
        return _fetched(value, outside)
    return _from_base64(value)


def _keep(media: str, store: TaskStore, outside: "Outside | None") -> str:
    return _stored(read_media(media, store, outside), store)


def _stored(content: bytes, store: TaskStore) -> str:
    uuid = derived_uuid("media", base64.b64encode(content).decode())
    store.keep_media(uuid, kind_of(content), content)
    return uuid


def kind_of(content: bytes) -> str:
    """The content type, by the first bytes."""
    if content[:4] == b"RIFF":
        return "image/webp" if content[8:12] == b"WEBP" else "audio/wav"
    if content[4:8] == b"ftyp":
        return "video/mp4"
    return next((kind for magic, kind in _MAGIC if content.startswith(magic)), "application/octet-stream")


def _from_data_uri(value: str) -> bytes:
    head, comma, payload = value.partition(",")
    if not comma:
        raise Unreadable("the data URI has no data")
    return _from_base64(payload) if head.endswith(";base64") else unquote_to_bytes(payload)


def _from_base64(value: str) -> bytes:
    try:
        content = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unreadable("it is neither a UUID, a URL, a data URI nor base64") from error
    if not content:
        raise Unreadable("it is empty")
    return content


def _fetched(url: str, outside: "Outside | None") -> bytes:
    from ltxspec.providers.sandbox.outbound import fetch

    content = fetch(url, outside) if outside is not None else None
    if content is None:
        raise Unreadable("it could not be downloaded")
    return content
