"""A served review, asked by a plain client: what it answers, what it refuses, what it writes, and how it ends."""

import json
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from acceptance.commands import ltxspec
from acceptance.repositories import commit, git

from ltxspec.project.locks import verdicts_locked
from ltxspec.project.loopback import CannotServe
from ltxspec.project.project import open_project
from ltxspec.project.storyboard.serve import serve_review, serving_review
from ltxspec.storage.state import open_state


@pytest.fixture
def studio(rendered: Path) -> Path:
    git(rendered, "init", "--quiet")
    git(rendered, "config", "user.name", "Ann")
    commit(rendered, "all")
    return rendered


@pytest.fixture
def address(studio: Path) -> Iterator[str]:
    with serving_review(open_project(studio), "HEAD") as address:
        yield address


def state(address: str) -> Any:
    return httpx.get(f"{address}api/state").json()


def post(address: str, name: str, body: object, **headers: str) -> httpx.Response:
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(address))
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    usual = {"Origin": origin, "Content-Type": "application/json"}
    return httpx.post(f"{address}api/{name}", content=content, headers={**usual, **headers})


def tasks(address: str) -> list[str]:
    found: list[str] = state(address)["shots"]["night.alley"]["tasks"]
    return found


def verdicts(studio: Path) -> list[Path]:
    return list(studio.glob(".ltxspec/sandbox/lockfiles/*.review.json"))


def test_the_page_is_given_with_headers_that_keep_it_to_itself(address: str) -> None:
    found = httpx.get(address)
    assert found.status_code == 200
    assert "connect-src &#39;self&#39;" in found.text
    assert {name: found.headers[name] for name in ("cache-control", "referrer-policy", "x-frame-options")} == {
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-frame-options": "DENY",
    }
    assert "access-control-allow-origin" not in found.headers


def test_videos_are_given_in_parts(address: str, studio: Path) -> None:
    (shot,) = ltxspec("show", "night.alley", "--format", "json", cwd=studio).json["shots"]
    name = Path(shot["takes"][0]["outputs"][0]["file"]).name
    whole = httpx.get(f"{address}media/{name}")
    part = httpx.get(f"{address}media/{name}", headers={"Range": "bytes=4-7"})
    assert (whole.headers["content-type"], part.status_code, part.content) == ("video/mp4", 206, b"ftyp")
    assert part.headers["content-range"] == f"bytes 4-7/{len(whole.content)}"


def test_what_is_not_rendered_is_shown_by_a_preview_where_that_is_asked_for(studio: Path) -> None:
    spec = studio / "specs" / "night.yaml"
    spec.write_text(spec.read_text("utf-8").replace("ain", "uin"), "utf-8")
    shown = {}
    for animatics in (False, True):
        with serving_review(open_project(studio), "HEAD", animatics=animatics) as address:
            page = httpx.get(address).text
            shown[animatics] = "Preview, not rendered" in page
            names = set(re.findall(r"media/([0-9a-f]{64}\.mp4)", page))
            assert all(httpx.get(f"{address}media/{name}").content[4:8] == b"ftyp" for name in names)
    assert shown == {False: False, True: True}
    assert list(studio.glob(".ltxspec/cache/animatics/**/*.mp4"))
    assert list(studio.glob(".ltxspec/cache/stills/**/*"))


@pytest.mark.parametrize("name", ["a" * 64 + ".mp4", "..%2f..%2fltxspec.toml", "ltxspec.toml", "%00"])
def test_nothing_else_is_given(name: str, address: str) -> None:
    assert httpx.get(f"{address}media/{name}").status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "127.0.0.1.evil.example", ""])
def test_other_host_names_are_refused(host: str, address: str) -> None:
    assert httpx.get(address, headers={"Host": host}).status_code == 421


def test_without_the_token_there_is_nothing(address: str) -> None:
    port = urlsplit(address).port
    for path in ("", "x/", "api/state", "é/", f"{'a' * 24}/api/state"):
        found = httpx.get(f"http://127.0.0.1:{port}/{path}")
        assert (found.status_code, "printed" in found.text) == (404, True)
    with socket.create_connection(("127.0.0.1", port or 0)) as connection:
        connection.sendall(f"OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 404")


def test_each_server_has_a_token_of_its_own(address: str, studio: Path) -> None:
    with serving_review(open_project(studio), "HEAD") as other:
        assert urlsplit(other).path != urlsplit(address).path


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ],
)
def test_other_pages_cannot_write(headers: dict[str, str], status: int, address: str, studio: Path) -> None:
    body = {"address": "night.alley", "task": tasks(address)[0], "verdict": "approved"}
    assert post(address, "say", body, **headers).status_code == status
    assert httpx.post(f"{address}api/say", json=body).status_code == 403, "without an origin"
    assert httpx.options(f"{address}api/say", headers={"Origin": "http://evil.example"}).status_code == 403
    assert verdicts(studio) == []


def test_a_verdict_and_a_note_are_written_as_by_the_commands(address: str, studio: Path) -> None:
    first, second = tasks(address)
    before = state(address)["version"]
    place = {"at": 1.5, "until": 2.5, "box": [0.1, 0.2, 0.3, 0.3]}
    body = {"address": "night.alley", "task": first, "verdict": "rejected", "note": " too dark ", **place}
    answer = post(address, "say", body).json()
    assert answer["version"] != before
    assert post(address, "say", {"address": "night.alley", "task": second, "note": "nice"}).status_code == 200
    said = state(address)["said"]
    (remark,) = said[first]["verdicts"]
    time = remark.pop("time")
    assert time.endswith("Z")
    assert remark == {"verdict": "rejected", "note": "too dark", "by": "Ann", **place}
    assert [note["note"] for note in said[second]["notes"]] == ["nice"]
    assert "rejected by Ann at 1.5–2.5 s" in ltxspec("show", "night.alley", cwd=studio).out


def test_who_knows_the_version_is_told_only_that(address: str) -> None:
    version = state(address)["version"]
    assert httpx.get(f"{address}api/state", params={"version": version}).json() == {"version": version}


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"{", 400, "not understood"),
        (b"[" * 60_000, 400, "not understood"),
        (b" " * 70_000, 413, "too long"),
        ({"address": "night.alley"}, 400, "`task` is missing"),
        ({"address": "night.alley", "task": "x", "verdict": "fine"}, 400, "`verdict`"),
        ({"address": "night.alley", "task": "x", "verdict": "approved"}, 400, "no take with the task `x`"),
        ({"address": "night.*", "task": "x", "verdict": "approved"}, 422, "night."),
        ({"address": "night.flag*", "task": "x", "verdict": "approved"}, 422, "not the address of a shot"),
        ({"address": "day.alley", "task": "x", "verdict": "approved"}, 422, "no lockfile contains"),
        ({"address": "night.alley", "task": "1st", "note": "x", "at": 99}, 400, "beyond the end"),
        ({"address": "night.alley", "task": "1st", "note": " "}, 400, "the note is empty"),
        ({"address": "night.alley", "task": "1st", "note": "x", "point": [0, 0]}, 400, "`point` needs `at`"),
        ({"address": "night.alley", "task": "1st", "verdict": "approved", "box": [0, 0]}, 400, "`box`"),
    ],
)
def test_what_cannot_be_recorded_is_said(body: Any, status: int, words: str, address: str, studio: Path) -> None:
    if isinstance(body, dict) and body.get("task") == "1st":
        body = {**body, "task": tasks(address)[0]}
    found = post(address, "say", body)
    assert (found.status_code, words in found.json()["error"]) == (status, True), found.text
    assert verdicts(studio) == []


def test_a_take_is_picked(address: str, studio: Path) -> None:
    first, second = tasks(address)
    assert state(address)["shots"]["night.alley"]["current"] == second
    answer = post(address, "pick", {"address": "night.alley", "task": first, "result": 1}).json()
    assert answer["shots"]["night.alley"]["current"] == first
    assert "* take 1" in ltxspec("show", "night.alley", cwd=studio).out
    assert post(address, "pick", {"address": "night.alley", "task": first, "result": 2}).status_code == 400
    assert post(address, "pick", {"address": "night.alley", "task": "x", "result": 1}).status_code == 400


def test_a_note_is_changed_and_withdrawn(address: str, studio: Path) -> None:
    first = tasks(address)[0]
    about = {"address": "night.alley", "task": first}
    old = post(address, "say", {**about, "note": "dark"}).json()["said"][first]["notes"][0]
    name = {"noteBy": old["by"], "noteTime": old["time"]}
    (new,) = post(address, "say", {**about, "note": "dim", "replaces": name}).json()["said"][first]["notes"]
    assert (new["note"], new["time"] != old["time"]) == ("dim", True)
    late = post(address, "say", {**about, "note": "murky", "replaces": name}).json()["said"][first]["notes"]
    assert [item["note"] for item in late] == ["dim", "murky"], "another page was faster: nothing is lost"
    missing = post(address, "withdraw", {**about, "note": name})
    assert (missing.status_code, "withdrawn already" in missing.json()["error"]) == (400, True)
    wrong = {"noteBy": "Ann", "noteTime": "yesterday"}
    assert post(address, "withdraw", {**about, "note": wrong}).status_code == 400
    assert post(address, "say", {**about, "note": "x", "replaces": wrong}).status_code == 200
    left = post(address, "withdraw", {**about, "note": {"noteBy": new["by"], "noteTime": new["time"]}}).json()
    assert [item["note"] for item in left["said"][first]["notes"]] == ["murky", "x"]
    assert [item["noteTime"] for item in left["said"][first]["withdrawn"]] == [old["time"], new["time"]]
    assert b"dim" not in verdicts(studio)[0].read_bytes()
    shown = ltxspec("show", "night.alley", cwd=studio).out
    assert "murky" in shown
    assert "dark" not in shown


def test_a_note_is_changed_only_by_who_wrote_it(address: str, studio: Path) -> None:
    first = tasks(address)[0]
    about = {"address": "night.alley", "task": first}
    (old,) = post(address, "say", {**about, "note": "dark"}).json()["said"][first]["notes"]
    git(studio, "config", "user.name", "Zoe")
    name = {"noteBy": old["by"], "noteTime": old["time"]}
    refused = post(address, "say", {**about, "note": "bright", "replaces": name})
    assert (refused.status_code, "only who wrote a note changes it" in refused.json()["error"]) == (400, True)
    (kept,) = state(address)["said"][first]["notes"]
    assert (kept["note"], kept["by"]) == ("dark", "Ann")


def test_a_file_of_verdicts_that_cannot_be_read_is_part_of_the_state(address: str, studio: Path) -> None:
    first = tasks(address)[0]
    assert state(address)["unread"] == []
    post(address, "say", {"address": "night.alley", "task": first, "verdict": "rejected"})
    (file,) = verdicts(studio)
    known = state(address)["version"]
    file.write_text(f"<<<<<<< ours\n{file.read_text('utf-8')}", "utf-8")
    found = state(address)
    assert found["version"] != known
    assert ["night.review.json" in text for text in found["unread"]] == [True]
    assert "Verdicts are not known" in httpx.get(address).text


def test_a_pick_that_the_next_apply_undoes_is_answered_with_what_the_command_says(address: str, studio: Path) -> None:
    spec = studio / "specs" / "night.yaml"
    text = spec.read_text("utf-8")
    spec.write_text(text.replace("city: Rome", "city: Oslo"), "utf-8")
    assert spec.read_text("utf-8") != text
    picked = post(address, "pick", {"address": "night.alley", "task": tasks(address)[0], "result": 1}).json()
    assert "The spec asks for something else than take 1 shows" in picked["told"]
    told = ltxspec("pick", "night.alley", "--take", "1", cwd=studio).err
    assert "the spec asks for something else than take 1 shows" in told


def test_the_sums_are_told_anew(address: str) -> None:
    found = httpx.get(f"{address}api/summary").json()
    assert found["sentence"]
    assert {"address", "kind", "sign", "word", "cost", "reason"} == {*found["shots"][0]}


def test_many_at_once_lose_nothing(address: str) -> None:
    first = tasks(address)[0]
    notes = [f"note {number}" for number in range(12)]
    bodies = [{"address": "night.alley", "task": first, "note": note} for note in notes]
    threads = [threading.Thread(target=post, args=(address, "say", body)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(note["note"] for note in state(address)["said"][first]["notes"]) == sorted(notes)


def test_another_process_that_holds_the_spec_is_named(
    address: str, studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ltxspec.project.storyboard.desk._PATIENCE", 0.3)
    monkeypatch.setattr("ltxspec.project.locks._WRITING", 0.1)
    body = {"address": "night.alley", "task": tasks(address)[0], "verdict": "approved"}
    picking = {"address": "night.alley", "task": tasks(address)[0], "result": 1}
    with open_state(open_project(studio).paths_of("night"), wait=0, command="apply"):
        found = post(address, "pick", picking)
        assert post(address, "say", body).status_code == 200  # people decide while an apply runs
    assert (found.status_code, "apply" in found.json()["error"]) == (409, True)
    assert post(address, "pick", picking).status_code == 200
    with verdicts_locked(open_project(studio), command="reject"):
        found = post(address, "say", body)
    assert (found.status_code, "reject" in found.json()["error"]) == (409, True)
    assert post(address, "say", body).status_code == 200


def test_a_damaged_file_is_an_error_and_stays(address: str, studio: Path) -> None:
    first = tasks(address)[0]
    path = studio / ".ltxspec/sandbox/lockfiles/night.review.json"
    path.write_text("{", "utf-8")
    found = post(address, "say", {"address": "night.alley", "task": first, "verdict": "approved"})
    assert (found.status_code, "is not JSON" in found.json()["error"]) == (422, True)
    assert path.read_text("utf-8") == "{"
    (studio / ".ltxspec/sandbox/lockfiles/night.lock.json").write_text("{", "utf-8")
    assert httpx.get(f"{address}api/state").status_code == 422


def test_a_port_that_is_taken_is_said(studio: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(CannotServe, match="already listening"):
        serve_review(open_project(studio), "HEAD", taken.getsockname()[1], print)


def test_the_command_prints_its_address_and_ends_with_an_interrupt(studio: Path) -> None:
    command = [sys.executable, "-m", "ltxspec", "review", "HEAD", "--serve", "--animatics"]
    with subprocess.Popen(command, cwd=studio, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.fullmatch(r"review ready: (http://127\.0\.0\.1:\d+/[\w-]{24}/)\n", process.stdout.readline())
        assert found is not None
        assert httpx.get(found[1]).status_code == 200
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 0, said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "options",
    [
        ("--serve", "--html", "a.html"),
        ("--serve", "--format", "json"),
        ("HEAD", "HEAD", "--serve"),
        ("HEAD..HEAD", "--serve"),
        ("--port", "1"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options: tuple[str, ...], studio: Path) -> None:
    assert "--serve`" in ltxspec("review", *options, cwd=studio, check=64).err
