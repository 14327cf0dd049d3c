import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sandboxes import Sandbox, codes, order, poll

from ltxspec.providers.sandbox.identifiers import derived_uuid
from ltxspec.providers.sandbox.settings import Outside
from ltxspec.providers.sandbox.tasks import TaskStore
from ltxspec.providers.sandbox.uploads import Unreadable, check_image, image_bytes, kind_of, read_media

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
PLAIN = base64.b64encode(PNG).decode()
URI = f"data:image/png;base64,{PLAIN}"


def task(kind: str, **fields: Any) -> dict[str, Any]:
    return poll() | {"taskType": kind} | fields


def elsewhere(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, content=PNG) if request.url.path == "/ok.png" else httpx.Response(404)


@pytest.mark.parametrize("media", [URI, PLAIN, "https://elsewhere.example/ok.png"])
def test_a_file_is_stored_from_data_or_url(open_sandbox: Callable[..., Sandbox], media: str) -> None:
    sandbox = open_sandbox(outside=Outside("anywhere", httpx.MockTransport(elsewhere)))
    (item,) = sandbox.call(task("mediaStorage", operation="upload", media=media))["data"]
    fetched = sandbox.request("GET", item["mediaURL"])
    assert (fetched.content, fetched.headers["content-type"]) == (PNG, "image/png")


def test_a_stored_file_can_be_deleted_once(sandbox: Sandbox) -> None:
    (item,) = sandbox.call(task("mediaStorage", operation="upload", media=URI))["data"]
    delete = task("mediaStorage", operation="delete", media=item["mediaUUID"])
    assert sandbox.call(delete)["data"][0]["mediaUUID"] == item["mediaUUID"]
    assert sandbox.request("GET", item["mediaURL"]).status_code == 404
    assert codes(sandbox.call(delete)) == [("mediaNotFound", "media")]


def test_the_older_way_stores_images(sandbox: Sandbox) -> None:
    (item,) = sandbox.call(task("imageUpload", image=URI))["data"]
    assert sandbox.request("GET", item["imageURL"]).content == PNG
    assert "errors" not in sandbox.call(order(inputs={"frameImages": [item["imageUUID"]]}))


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (task("mediaStorage", operation="upload"), ("missingParameter", "media")),
        (task("mediaStorage", operation="upload", media="%%"), ("invalidMedia", "media")),
        (task("mediaStorage", operation="upload", media=derived_uuid("none")), ("invalidMedia", "media")),
        (task("mediaStorage", operation="upload", media="https://elsewhere.example/gone"), ("invalidMedia", "media")),
        (task("mediaStorage", operation="burn", media=PLAIN), ("invalidOperation", "operation")),
        (task("imageUpload"), ("missingParameter", "image")),
        (task("imageUpload", image="data:text/plain,hello"), ("invalidImage", "image")),
        (task("imageUpload", image="%%"), ("invalidImage", "image")),
    ],
)
def test_what_cannot_be_stored_is_refused(
    open_sandbox: Callable[..., Sandbox], wrong: dict[str, Any], code: tuple[str, str]
) -> None:
    assert codes(open_sandbox(outside=Outside("anywhere", httpx.MockTransport(elsewhere))).call(wrong)) == [code]


def test_equal_files_get_the_same_id(sandbox: Sandbox) -> None:
    ids = {
        sandbox.call(task("mediaStorage", operation="upload", media=media))["data"][0]["mediaUUID"]
        for media in (URI, PLAIN)
    }
    assert len(ids) == 1


def test_remote_images_are_not_fetched_for_an_order(tmp_path: Path) -> None:
    assert check_image("https://elsewhere.example/x.png", TaskStore(tmp_path)) is None


def test_a_remote_image_that_is_not_there_is_done_without(tmp_path: Path) -> None:
    store, outside = TaskStore(tmp_path), Outside("anywhere", httpx.MockTransport(elsewhere))
    assert image_bytes("https://elsewhere.example/ok.png", store, outside) == PNG
    assert image_bytes("https://elsewhere.example/gone.png", store, outside) is None


def test_a_url_of_the_sandbox_itself_is_read_from_its_memory(tmp_path: Path) -> None:
    store, uuid = TaskStore(tmp_path), derived_uuid("m")
    store.keep_media(uuid, "image/png", PNG)
    assert read_media(f"http://127.0.0.1:8000/media/{uuid}", store, None) == PNG


@pytest.mark.parametrize("value", ["data:image/png;base64", "data:,", "", "not base64!"])
def test_nothing_is_made_up_for_unreadable_media(tmp_path: Path, value: str) -> None:
    if value == "data:,":
        assert read_media(value, TaskStore(tmp_path), None) == b""
        return
    with pytest.raises(Unreadable):
        read_media(value, TaskStore(tmp_path), None)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\0\0\0\0WEBP", "image/webp"),
        (b"RIFF\0\0\0\0WAVE", "audio/wav"),
        (b"\0\0\0\x18ftypmp42", "video/mp4"),
        (b"hello", "application/octet-stream"),
    ],
)
def test_the_kind_of_a_file_is_told_by_its_first_bytes(content: bytes, kind: str) -> None:
    assert kind_of(content) == kind
