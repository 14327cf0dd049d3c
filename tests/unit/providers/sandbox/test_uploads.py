import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from pictures import picture
from sandboxes import Sandbox, catalog, codes, order, poll

from ltxspec.catalog.media_facts import facts_by_bytes
from ltxspec.catalog.media_limits import MediaUse
from ltxspec.media.looking import look
from ltxspec.providers.sandbox.identifiers import derived_uuid
from ltxspec.providers.sandbox.settings import Outside
from ltxspec.providers.sandbox.tasks import TaskStore
from ltxspec.providers.sandbox.uploads import MediaDesk, Unreadable, check_media, image_bytes, read_media

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


def uri(content: bytes, declared: str = "image/png") -> str:
    return f"data:{declared};base64,{base64.b64encode(content).decode()}"


WRONG: list[tuple[bytes, str, str]] = [
    (b"", "invalidImage", "is empty"),
    (b"<!DOCTYPE html><html>", "unsupportedImageFormat", "is a web page, not an image"),
    (b"\0\0\0\x18ftypheic", "unsupportedImageFormat", "is HEIC"),
    (picture("GIF"), "unsupportedImageFormat", "is GIF"),
    (picture("TIFF"), "unsupportedImageFormat", "is TIFF"),
    (picture("AVIF"), "unsupportedImageFormat", "is AVIF"),
    (picture("PNG")[:200], "invalidImage", "cannot be decoded as PNG"),
    (picture("JPEG", (640, 360))[:4000], "invalidImage", "it ends too early"),
    (picture("PNG") + bytes(7_000_000), "valueTooLarge", "has 7.1 MB; LTX-2 Pro accepts images of at most 7 MB"),
]


@pytest.mark.parametrize(("content", "code", "message"), WRONG, ids=[str(number) for number in range(len(WRONG))])
@pytest.mark.parametrize("way", ["inline", "stored", "url"])
def test_an_order_with_a_wrong_image_is_refused_however_it_is_given(
    open_sandbox: Callable[..., Sandbox], tmp_path: Path, content: bytes, code: str, message: str, way: str
) -> None:
    answer = httpx.MockTransport(lambda _: httpx.Response(200, content=content))
    sandbox = open_sandbox(look=look, outside=Outside("anywhere", answer))
    uuid = derived_uuid("wrong")
    TaskStore(tmp_path / "state").keep_media(uuid, "image/png", content)
    image = {"inline": uri(content), "stored": uuid, "url": "https://elsewhere.example/x.png"}[way]
    reply = sandbox.call(order(inputs={"frameImages": [{"image": image, "frame": "first"}]}))
    (error,) = reply["errors"]
    assert (error["code"], error["parameter"]) == (code, "inputs.frameImages")
    assert message in error["message"]
    assert sandbox.ledger()["charges"] == []


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_an_order_with_a_good_image_is_taken(open_sandbox: Callable[..., Sandbox], kind: str) -> None:
    assert "errors" not in open_sandbox(look=look).call(order(inputs={"frameImages": [uri(picture(kind))]}))


def test_a_data_uri_of_a_page_is_refused_whatever_its_bytes_are(open_sandbox: Callable[..., Sandbox]) -> None:
    reply = open_sandbox(look=look).call(order(inputs={"frameImages": [uri(picture("PNG"), "text/html")]}))
    assert codes(reply) == [("unsupportedImageFormat", "inputs.frameImages")]


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", picture("PNG")[:200], b"\x89PNG\r\n\x1a\n" + bytes(40)],
    ids=["", "page", "cut", "zeros"],
)
def test_damaged_files_are_not_stored(open_sandbox: Callable[..., Sandbox], content: bytes) -> None:
    sandbox = open_sandbox(look=look)
    assert codes(sandbox.call(task("mediaStorage", operation="upload", media=uri(content)))) == [
        ("invalidMedia", "media")
    ]
    assert codes(sandbox.call(task("imageUpload", image=uri(content)))) == [("invalidImage", "image")]


def test_the_older_way_stores_only_its_formats(open_sandbox: Callable[..., Sandbox]) -> None:
    sandbox = open_sandbox(look=look)
    assert codes(sandbox.call(task("imageUpload", image=uri(picture("TIFF"))))) == [("unsupportedImageFormat", "image")]
    assert "errors" not in sandbox.call(task("imageUpload", image=uri(picture("GIF"))))
    assert "errors" not in sandbox.call(task("mediaStorage", operation="upload", media=uri(picture("TIFF"))))


def test_an_offline_sandbox_does_not_fetch_the_images_of_an_order(tmp_path: Path) -> None:
    model, image = catalog().find("lightricks:2@0"), "https://elsewhere.example/x.png"
    assert model is not None
    use = MediaUse(model, {"inputs": {"frameImages": [image]}}, ("inputs", "frameImages", 0), "the file")
    assert list(check_media(image, use, MediaDesk(TaskStore(tmp_path), "", look, Outside()))) == []


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
    assert facts_by_bytes(content).media_type == kind
