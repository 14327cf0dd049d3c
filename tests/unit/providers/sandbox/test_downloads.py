import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sandboxes import Sandbox, order, poll, tiny_film

from ltxspec.errors import MediaError
from ltxspec.media.animatic import write_animatic
from ltxspec.media.probe import probe
from ltxspec.providers.sandbox.scenario import ScenarioFault
from ltxspec.providers.sandbox.settings import Film


def finished_url(sandbox: Sandbox, **fields: Any) -> str:
    sandbox.call(order(**fields))
    sandbox.finish()
    return str(sandbox.call(poll())["data"][0]["videoURL"])


def test_a_video_is_served_with_its_type_and_length(sandbox: Sandbox) -> None:
    video = sandbox.request("GET", finished_url(sandbox, outputFormat="MOV"))
    assert (video.status_code, video.headers["content-type"]) == (200, "video/quicktime")
    assert int(video.headers["content-length"]) == len(video.content)


def test_a_part_can_be_asked_for(sandbox: Sandbox) -> None:
    url = finished_url(sandbox)
    whole = sandbox.request("GET", url)
    rest = sandbox.request("GET", url, headers={"Range": "bytes=10-", "If-Range": whole.headers["etag"]})
    assert (rest.status_code, rest.content) == (206, whole.content[10:])
    assert rest.headers["content-range"] == f"bytes 10-{len(whole.content) - 1}/{len(whole.content)}"
    assert sandbox.request("GET", url, headers={"Range": "bytes=999999-"}).status_code == 416


def test_results_of_one_task_are_different_videos(sandbox: Sandbox) -> None:
    sandbox.call(order(numberResults=3))
    sandbox.finish()
    urls = [item["videoURL"] for item in sandbox.call(poll())["data"]]
    assert len({sandbox.request("GET", url).content for url in urls}) == 3


def test_a_video_is_not_ready_before_its_time(sandbox: Sandbox) -> None:
    url = finished_url(sandbox)
    sandbox.clock.pass_seconds(-10_000)
    early = sandbox.request("GET", url)
    assert (early.status_code, early.headers["retry-after"]) == (422, "1")


def test_a_video_that_takes_long_to_make_is_fetched_later(open_sandbox: Callable[..., Sandbox]) -> None:
    go = threading.Event()

    def slow(film: Film, path: Path) -> None:
        go.wait(10)
        tiny_film(film, path)

    sandbox = open_sandbox(make_video=slow, patience=0.05)
    url = finished_url(sandbox)
    assert sandbox.request("GET", url).status_code == 422
    go.set()
    statuses = {sandbox.request("GET", url).status_code for _ in range(20)}
    assert 200 in statuses


@pytest.mark.parametrize("status", [404, 410])
def test_a_video_is_gone_after_its_ttl(sandbox: Sandbox, status: Any) -> None:
    sandbox.play(expired_status=status)
    sandbox.call(order(ttl=60))
    sandbox.clock.pass_seconds(40)
    url = sandbox.call(poll())["data"][0]["videoURL"]
    assert sandbox.request("GET", url).status_code == 200
    sandbox.clock.pass_seconds(100)
    assert sandbox.request("GET", url).status_code == status


@pytest.mark.parametrize("name", ["nothing.mp4", "00000000-0000-4000-8000-000000000000.mp4", "..%2Fstate.sqlite"])
def test_there_is_nothing_else_to_download(sandbox: Sandbox, name: str) -> None:
    assert sandbox.request("GET", f"/video/{name}").status_code == 404
    assert sandbox.request("GET", f"/media/{name}").status_code == 404


def test_a_video_that_cannot_be_made_is_a_server_error_with_the_reason(open_sandbox: Callable[..., Sandbox]) -> None:
    def broken(*_: object) -> None:
        raise MediaError("the encoder failed")

    sandbox = open_sandbox(make_video=broken)
    answer = sandbox.request("GET", finished_url(sandbox))
    assert (answer.status_code, "the encoder failed" in answer.text) == (500, True)


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [
        (ScenarioFault("video-status", status=422), 422, "application/json"),
        (ScenarioFault("video-status", status=502, body="html"), 502, "text/html; charset=utf-8"),
        (ScenarioFault("video-body", body="html"), 200, "text/html; charset=utf-8"),
        (ScenarioFault("video-body", body="image"), 200, "image/png"),
        (ScenarioFault("video-body", body="empty"), 200, "application/octet-stream"),
    ],
)
def test_something_else_can_come_first(sandbox: Sandbox, fault: ScenarioFault, status: int, kind: str) -> None:
    sandbox.play(fault)
    url = finished_url(sandbox)
    first = sandbox.request("GET", url)
    assert (first.status_code, first.headers["content-type"]) == (status, kind)
    assert sandbox.request("GET", url).headers["content-type"] == "video/mp4"


def test_a_download_can_break_off(sandbox: Sandbox) -> None:
    sandbox.play(ScenarioFault("video-cut", share=0.5))
    url = finished_url(sandbox)
    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.request("GET", url)
    assert sandbox.request("GET", url).status_code == 200


def test_a_download_can_be_short_and_say_it_is_whole(sandbox: Sandbox) -> None:
    sandbox.play(ScenarioFault("video-short", share=0.5))
    url = finished_url(sandbox)
    short, whole = sandbox.request("GET", url), sandbox.request("GET", url)
    assert short.headers["content-length"] == str(len(short.content)) == str(len(whole.content) // 2)


def test_a_server_can_know_no_ranges(sandbox: Sandbox) -> None:
    sandbox.play(ScenarioFault("video-no-range", times=None))
    url = finished_url(sandbox)
    answer = sandbox.request("GET", url, headers={"Range": "bytes=10-"})
    assert (answer.status_code, answer.headers["accept-ranges"]) == (200, "none")


@pytest.mark.parametrize(("format_", "codec", "sound"), [("MP4", "h264", "aac"), ("WEBM", "vp9", "opus")])
def test_what_is_served_is_a_playable_video_of_the_asked_shape(
    open_sandbox: Callable[..., Sandbox], format_: str, codec: str, sound: str
) -> None:
    sandbox = open_sandbox(make_video=write_animatic)
    shape = {
        "model": "lightricks:ltx@2.5-fast",
        "width": 1280,
        "height": 720,
        "duration": 6,
        "settings": {"audio": True},
    }
    info = probe(sandbox.request("GET", finished_url(sandbox, outputFormat=format_, **shape)).content)
    assert (info.codec, info.audio_codec, info.width, info.height) == (codec, sound, 1280, 720)
    assert (info.seconds, info.fps, info.frames) == (6.0, 25.0, 150)
