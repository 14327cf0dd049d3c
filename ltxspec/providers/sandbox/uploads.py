"""mediaStorage and imageUpload, and the content of a request's images."""

import base64
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ltxspec.catalog.media_facts import KINDS, BrokenData, MediaFacts, decoded, facts_by_bytes
from ltxspec.catalog.media_limits import MediaUse, bytes_of, media_problems
from ltxspec.providers.sandbox.identifiers import derived_uuid, is_uuid
from ltxspec.providers.sandbox.problems import ServiceProblem
from ltxspec.providers.sandbox.tasks import TaskStore
from ltxspec.values import Json

if TYPE_CHECKING:
    from ltxspec.providers.sandbox.settings import Outside

_OWN = re.compile(r"https?://[^/]+/media/([0-9a-f-]{36})(?:\.\w+)?", re.IGNORECASE)
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_UPLOADED = ("JPEG", "PNG", "WEBP", "BMP", "GIF")  # what imageUpload accepts


class Unreadable(Exception):
    """A media value that cannot be turned into bytes; its text gives the reason."""


@dataclass(frozen=True, slots=True)
class MediaDesk:
    """The context for reading media: the store, what may be called, and how content is looked at."""

    store: TaskStore
    base_url: str
    look: Callable[[bytes], MediaFacts]
    outside: "Outside | None" = None


def store_media(task: Mapping[str, Json], desk: MediaDesk) -> Json | ServiceProblem:
    """Answer a mediaStorage task: `upload` any file, or `delete` one by its id."""
    operation, media = task.get("operation"), task.get("media")
    if not isinstance(media, str) or not media:
        return problem(task, "missingParameter", "A media file is required.", "media")
    reply: dict[str, Json] = {"taskType": "mediaStorage", "taskUUID": task["taskUUID"], "operation": operation}
    if operation == "upload":
        try:
            uuid = _stored(_whole(media, desk, tuple(KINDS)), desk)
        except Unreadable as reason:
            return problem(task, "invalidMedia", f"The media cannot be stored: {reason}.", "media")
        return reply | {"mediaUUID": uuid, "mediaURL": f"{desk.base_url}/media/{uuid}"}
    if operation == "delete":
        if not desk.store.drop_media(media):
            return problem(task, "mediaNotFound", "There is no such media file.", "media")
        return reply | {"mediaUUID": media}
    return problem(task, "invalidOperation", "The operation is either upload or delete.", "operation")


def store_image(task: Mapping[str, Json], desk: MediaDesk) -> Json | ServiceProblem:
    """Answer an imageUpload task, the older way to store an image."""
    image = task.get("image")
    if not isinstance(image, str) or not image:
        return problem(task, "missingParameter", "An image is required.", "image")
    try:
        content = _whole(image, desk, ("image",))
    except Unreadable as reason:
        return problem(task, "invalidImage", f"The image cannot be stored: {reason}.", "image")
    if facts_by_bytes(content).format not in _UPLOADED:
        return problem(task, "unsupportedImageFormat", "The image must be JPG, PNG, WEBP, BMP or GIF.", "image")
    uuid = _stored(content, desk)
    reply = {"taskType": "imageUpload", "taskUUID": task["taskUUID"]}
    return reply | {"imageUUID": uuid, "imageURL": f"{desk.base_url}/media/{uuid}"}


def _whole(value: str, desk: MediaDesk, kinds: Sequence[str]) -> bytes:
    """The bytes of an upload. Raises Unreadable unless they are of one of these kinds and can be decoded."""
    content = read_media(value, desk.store, desk.outside)
    facts = desk.look(content)
    if not content:
        raise Unreadable("it is empty")
    if facts.kind not in kinds:
        raise Unreadable(f"it is {facts.format or 'a file of an unknown format'}, not {' or '.join(kinds)}")
    if facts.problem is not None:
        raise Unreadable(f"it cannot be decoded as {facts.format}: {facts.problem}")
    return content


def problem(task: Mapping[str, Json], code: str, message: str, parameter: str | None = None) -> ServiceProblem:
    """An error of one task of a call."""
    return ServiceProblem(code, message, parameter, str(task.get("taskType")), str(task.get("taskUUID")))


def check_media(value: str, use: MediaUse, desk: MediaDesk) -> Iterator[tuple[str, str]]:
    """Code and message of everything that is wrong with one image or sound of an order.

    A remote file that cannot be fetched is accepted: a preview may be offline.
    """
    kind = (use.limit.kind if use.limit else "image").capitalize()
    if is_uuid(value) and desk.store.media(value) is None:
        yield "mediaNotFound", f"There is no media file {value}."
        return
    try:
        content = read_media(value, desk.store, desk.outside)
    except Unreadable as reason:
        if not _URL.fullmatch(value):
            yield f"invalid{kind}", f"The {kind.lower()} cannot be used: {reason}."
        return
    found = list(media_problems(desk.look(content), use))
    if value[:5].lower() == "data:" and (declared := bytes_of(value, use)[1]) is not None:
        found = [declared]
    for wrong in found:
        hint = f" ({wrong.hint})" if wrong.hint else ""
        yield _CODES[wrong.code].format(kind), f"Invalid request for {use.model.name}: {wrong.message}{hint}."


_CODES = {
    "media-data": "invalid{}",
    "media-empty": "invalid{}",
    "media-damaged": "invalid{}",
    "media-kind": "unsupported{}Format",
    "media-format": "unsupported{}Format",
    "media-bytes": "valueTooLarge",
    "media-size": "unsupportedDimensions",
    "media-seconds": "unsupportedDuration",
}


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
    if _URL.fullmatch(value):
        return _fetched(value, outside)
    try:
        content = decoded(value)[1]
    except BrokenData as error:
        is_uri = value[:5].lower() == "data:"
        raise Unreadable(str(error) if is_uri else "it is neither a UUID, a URL, a data URI nor base64") from error
    if not content and ":" not in value:
        raise Unreadable("it is empty")
    return content


def _stored(content: bytes, desk: MediaDesk) -> str:
    uuid = derived_uuid("media", base64.b64encode(content).decode())
    desk.store.keep_media(uuid, facts_by_bytes(content).media_type, content)
    return uuid


def _fetched(url: str, outside: "Outside | None") -> bytes:
    from ltxspec.providers.sandbox.outbound import fetch

    content = fetch(url, outside) if outside is not None else None
    if content is None:
        raise Unreadable("it could not be downloaded")
    return content
