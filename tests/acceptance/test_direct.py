"""Straight to the bucket: the provider puts the video into the store, and this machine only checks it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from acceptance.commands import Result, ltxspec, write_spec
from paid_here import paid_here
from store_servers import StoreServer

from ltxspec.errors import StorageError
from ltxspec.providers.runware.download import Downloads
from ltxspec.providers.sandbox import outbound
from ltxspec.storage.store.bucket import Bucket
from ltxspec.storage.store.incoming import Incoming
from ltxspec.values import TaskId

SPEC = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720, fps: 24}\nshots:\n"
ONE = SPEC + "  a: {prompt: Rain}\n"


class Traffic:
    """What passes through this machine."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.downloads = 0
        self.sent: list[str] = []
        fetch, put = Downloads.fetch, Bucket.put

        async def fetching(own: Downloads, *arguments: Any) -> None:
            self.downloads += 1
            await fetch(own, *arguments)

        def putting(own: Bucket, key: str, *arguments: Any, **more: Any) -> bool:
            self.sent.append(key)
            return put(own, key, *arguments, **more)

        monkeypatch.setattr(Downloads, "fetch", fetching)
        monkeypatch.setattr(Bucket, "put", putting)

    @property
    def videos_sent(self) -> list[str]:
        return [key for key in self.sent if "videos/" in key]


@pytest.fixture
def traffic(monkeypatch: pytest.MonkeyPatch) -> Traffic:
    return Traffic(monkeypatch)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[dict[str, str]]:
    with paid_here(tmp_path / "service") as found:
        yield dict(found)


def films(folder: Path, store: StoreServer, spec: str = ONE, more: str = "") -> Path:
    project = folder / "films"
    project.mkdir()
    timing = '[project]\nid = "films"\n[runware]\npoll_interval = 0.05\npoll_max = 0.2\n'
    (project / "ltxspec.toml").write_text(timing + store.table + more)
    write_spec(project, spec)
    return project


def apply(project: Path, service: dict[str, str], *more: str) -> Result:
    return ltxspec("apply", "--auto-approve", *more, cwd=project, check=0, **service)


def keys(store: StoreServer) -> list[str]:
    """What a store holds, besides who ordered it."""
    found = sorted(item.key for item in Bucket.at(store.url, store.endpoint, 5.0).list(""))
    return [key for key in found if not key.startswith(("claims/", "leases/"))]


def archived(project: Path) -> list[str]:
    return sorted(path.stem for path in (project / ".ltxspec" / "archive").glob("??/*.mp4"))


def place(sha256: str) -> str:
    return f"videos/{sha256[:2]}/{sha256}"


def written(project: Path, text: str) -> list[Path]:
    """The files that contain a text."""
    return [path for path in project.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def test_a_video_is_put_read_once_and_copied_inside_the_store(
    s3: StoreServer, tmp_path: Path, service: dict[str, str], traffic: Traffic
) -> None:
    project = films(tmp_path, s3, SPEC + "  a: {prompt: Rain}\n  b: {prompt: Fog, duration: 8}\n")
    said = apply(project, service)
    assert "Applied: 2 rendered" in said.out
    videos = archived(project)
    assert len(videos) == 2
    assert keys(s3) == sorted(["ltxspec.json", *map(place, videos)]), "and nothing is left where it arrived"
    assert (traffic.downloads, traffic.videos_sent) == (0, [])
    for secret in ("X-Amz-Signature", "incoming/", os.environ["AWS_SECRET_ACCESS_KEY"] + "/"):
        assert written(project, secret) == []
    assert "X-Amz" not in said.out + said.err
    assert "2 videos verified, 0 damaged" in ltxspec("archive", "verify", "--deep", cwd=project, check=0, **service).out
    assert ltxspec("archive", "push", cwd=project, check=0, **service).out.startswith("0 videos ")
    assert (traffic.downloads, traffic.videos_sent) == (0, [])


def test_what_did_not_arrive_is_downloaded(
    s3: StoreServer, tmp_path: Path, service: dict[str, str], traffic: Traffic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound, "put", lambda *_: False)
    monkeypatch.setattr("ltxspec.project.running.direct._WAITS", (0.01, 0.01))
    project = films(tmp_path, s3)
    apply(project, service)
    (video,) = archived(project)
    assert (traffic.downloads, traffic.videos_sent) == (1, [place(video)])
    assert keys(s3) == ["ltxspec.json", place(video)]


@pytest.mark.parametrize("wrong", [b"no video at all", b""], ids=["damaged", "empty"])
def test_what_is_no_video_is_never_adopted(
    wrong: bytes,
    s3: StoreServer,
    tmp_path: Path,
    service: dict[str, str],
    traffic: Traffic,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put = outbound.put

    def other(url: str, _: Path, *rest: Any) -> bool:
        bad = tmp_path / "bad"
        bad.write_bytes(wrong)
        return put(url, bad, *rest)

    monkeypatch.setattr(outbound, "put", other)
    project = films(tmp_path, s3)
    said = apply(project, service)
    assert "what the provider put into the store is not used" in said.err
    (video,) = archived(project)
    assert (traffic.downloads, traffic.videos_sent) == (1, [place(video)])
    (left,) = [key for key in keys(s3) if key.startswith("incoming/")]
    gc = ("archive", "gc", "--store", "--format", "json")
    told = ltxspec(*gc, "--min-age", "0", cwd=project, check=0, **service).json
    assert [item["file"] for item in told["dropped"]] == [f"{s3.url}/{left}"]
    assert ltxspec(*gc, cwd=project, check=0, **service).json["dropped"] == []


def test_it_can_be_turned_off(s3: StoreServer, tmp_path: Path, service: dict[str, str], traffic: Traffic) -> None:
    project = films(tmp_path, s3, more="direct = false\n")
    apply(project, service)
    assert (traffic.downloads, len(traffic.videos_sent)) == (1, 1)


def test_an_order_with_an_address_of_its_own_keeps_it(
    s3: StoreServer, tmp_path: Path, service: dict[str, str], traffic: Traffic
) -> None:
    project = films(tmp_path, s3, SPEC + "  a: {prompt: Rain, uploadEndpoint: 'http://127.0.0.1:9/own'}\n")
    apply(project, service)
    assert (traffic.downloads, [key for key in traffic.sent if "incoming" in key]) == (1, [])


def test_a_store_that_cannot_be_written_is_said_and_the_video_downloaded(
    s3: StoreServer, tmp_path: Path, service: dict[str, str], traffic: Traffic, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Incoming) -> None:
        raise StorageError("the store refuses these credentials")

    monkeypatch.setattr(Incoming, "try_writing", refuse)
    project = films(tmp_path, s3)
    assert "the provider does not put videos into the store" in apply(project, service).err
    assert traffic.downloads == 1


def test_an_order_that_got_lost_is_sent_again_under_its_id_with_a_new_address(
    s3: StoreServer, tmp_path: Path, traffic: Traffic, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed: list[TaskId] = []
    sign = Incoming.address

    def noted(own: Incoming, task: TaskId, seconds: int) -> str | None:
        signed.append(task)
        return sign(own, task, seconds)

    monkeypatch.setattr(Incoming, "address", noted)
    lost = {"fault": "drop", "accepted": False, "task": "videoInference"}
    with paid_here(tmp_path / "service", faults=[lost]) as service:
        project = films(tmp_path, s3)
        config = project / "ltxspec.toml"
        config.write_text(config.read_text().replace("poll_max = 0.2", "poll_max = 0.2\ngrace = 0.2"))
        apply(project, dict(service))
    assert len(signed) == 2
    assert len(set(signed)) == 1, "the same order"
    assert traffic.downloads == 0
    assert written(project, "X-Amz-Signature") == []


def test_azure_is_off_unless_asked_for_because_of_its_header(
    azure: StoreServer, tmp_path: Path, service: dict[str, str], traffic: Traffic, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = films(tmp_path, azure)
    apply(project, service)
    assert (traffic.downloads, len(traffic.videos_sent)) == (1, 1)
    (project / "ltxspec.toml").write_text((project / "ltxspec.toml").read_text() + "direct = true\n")
    monkeypatch.setattr("ltxspec.project.running.direct._WAITS", (0.01,))
    apply(project, service, "--retake", "night.a")
    assert traffic.downloads == 2, "without the header, the service refuses the video, and it is downloaded"

    def with_header(url: str, file: Path, kind: str, *_: Any) -> bool:
        headers = {"x-ms-blob-type": "BlockBlob", "Content-Type": kind}
        with urlopen(Request(url, file.read_bytes(), headers, method="PUT")) as answer:
            return bool(answer.status == 201)

    monkeypatch.setattr(outbound, "put", with_header)
    apply(project, service, "--retake", "night.a")
    assert traffic.downloads == 2, "with it, the video is taken from the store"
    assert [key for key in keys(azure) if key.startswith("incoming/")] == []
