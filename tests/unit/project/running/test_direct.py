from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from builders import task
from replacing import replace

from ltxspec.apply.ports import Archived, RenderOrder
from ltxspec.errors import MediaError, StorageError
from ltxspec.project.project import ProjectContext, open_project
from ltxspec.project.running.direct import Direct, direct_of, is_direct
from ltxspec.storage.receiving import ReceivingArchive
from ltxspec.storage.store.bucket import Bucket
from ltxspec.storage.store.incoming import Incoming
from ltxspec.storage.store.port import ObjectFacts
from ltxspec.storage.store.videos import VideoStore

TASK = task(1)
NAME = f"{TASK}.0-0123abcd"
ORDER = RenderOrder(TASK, {"taskUUID": TASK}, 1)
VIDEO = b"a film"


class Signing(Bucket):
    """A store in memory that signs addresses, as those on a network do."""

    def upload_link(self, key: str, seconds: int) -> str | None:
        return f"https://store.example/{key}?life={seconds}&signature=canary"


class Bench:
    """A run that takes videos from a store in memory."""

    def __init__(self, folder: Path, check: Callable[[Path], None] = lambda _: None) -> None:
        self.warnings: list[str] = []
        self.pauses: list[float] = []
        self.bucket = Signing.in_memory("memory://films")
        project = open_project(folder, "runware", environ={}, warn=self.warnings.append)
        videos = VideoStore(self.bucket, "", "")
        self.direct = Direct(project, videos, Incoming(self.bucket), self.pauses.append)
        self.archive = ReceivingArchive(folder / "archive", folder / "renders", check)
        self.archive.arriving = self.direct.arriving

    def arrive(self, data: bytes = VIDEO, task_id: str = TASK) -> None:
        facts = ObjectFacts("0" * 64, len(data), "video/mp4")
        self.bucket.put(f"incoming/{task_id}", [data], facts, replace=True)

    @property
    def keys(self) -> list[str]:
        return sorted(item.key for item in self.bucket.list("") if item.key != "ltxspec.json")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def project(folder: Path, store: str, provider: str = "runware", **environ: str) -> ProjectContext:
    (folder / "ltxspec.toml").write_text(f"[store]\n{store}\n" if store else "")
    return open_project(folder, provider, environ=environ, warn=lambda _: None)


@pytest.mark.parametrize(
    ("store", "is_on"),
    [
        ("", False),
        ('url = "s3://films"', True),
        ('url = "s3://films"\nendpoint = "https://store.example"', True),
        ('url = "s3://films"\nendpoint = "http://127.0.0.1:9000"', False),
        ('url = "s3://films"\nendpoint = "http://127.0.0.1:9000"\ndirect = true', True),
        ('url = "s3://films"\ndirect = false', False),
        ('url = "az://films"', False),
        ('url = "az://films"\ndirect = true', True),
        ('url = "gs://films"', False),
        ('url = "file:///films"', False),
        ('url = "memory://films"', False),
    ],
)
def test_it_is_on_where_the_provider_can_be_expected_to_reach_the_store(
    tmp_path: Path, store: str, is_on: bool
) -> None:
    assert is_direct(project(tmp_path, store)) is is_on
    assert is_direct(project(tmp_path, store, "sandbox")) is False, "it uploads nothing"


def test_a_service_on_this_machine_reaches_a_store_on_this_machine(tmp_path: Path) -> None:
    store = 'url = "s3://films"\nendpoint = "http://127.0.0.1:9000"'
    assert is_direct(project(tmp_path, store, RUNWARE_BASE_URL="http://127.0.0.1:8787/v1"))


def test_without_a_store_there_is_nothing(tmp_path: Path) -> None:
    assert direct_of(project(tmp_path, "")) is None


def test_an_order_of_one_result_without_an_address_gets_one(bench: Bench) -> None:
    address = bench.direct.address(ORDER) or ""
    assert address.startswith(f"https://store.example/incoming/{TASK}?life=3600&")
    assert bench.direct.address(replace(ORDER, results=2)) is None
    assert bench.direct.address(replace(ORDER, body={"uploadEndpoint": "https://own.example"})) is None
    assert (bench.keys, bench.warnings) == ([], []), "the trial leaves nothing"


def test_what_arrived_is_checked_archived_and_kept_in_the_store(bench: Bench) -> None:
    bench.direct.address(ORDER)
    bench.arrive()
    found = bench.archive.recall(NAME)
    assert found is not None
    assert bench.archive.has(found.sha256)
    assert bench.direct.keep(found.sha256)
    assert bench.keys == [f"videos/{found.sha256[:2]}/{found.sha256}"]
    assert not bench.direct.keep(found.sha256), "once"
    assert bench.pauses == []


def test_what_is_not_there_is_waited_for_only_where_it_was_asked_for_and_not_for_ever(bench: Bench) -> None:
    assert bench.archive.recall(NAME) is None
    assert bench.pauses == []
    for number in (1, 2, 3):
        order = RenderOrder(task(number), {}, 1)
        bench.direct.address(order)
        assert bench.archive.recall(f"{task(number)}.0-0123abcd") is None
    assert bench.pauses == [0.5, 1.0, 2.0, 4.0] * 2


def test_what_arrives_a_moment_later_is_taken(bench: Bench) -> None:
    bench.direct.address(ORDER)
    bench.direct.pause = lambda _: bench.arrive()
    assert bench.archive.recall(NAME) is not None


@pytest.mark.parametrize("name", [f"{TASK}.1-0123abcd", "store-" + "a" * 64, TASK, "../x"])
def test_other_names_are_not_looked_for(bench: Bench, name: str) -> None:
    bench.arrive()
    assert bench.archive.recall(name) is None
    assert bench.keys == [f"incoming/{TASK}"]


@pytest.mark.parametrize("data", [b"no video", b""])
def test_what_fails_the_check_is_refused_and_said(tmp_path: Path, data: bytes) -> None:
    def check(_: Path) -> None:
        raise MediaError("it is no video")

    bench = Bench(tmp_path, check)
    bench.arrive(data)
    assert bench.archive.recall(NAME) is None
    assert bench.keys[0] == f"incoming/{TASK}"
    assert "is not used, but downloaded" in bench.warnings[0]
    assert list((tmp_path / "archive").glob("??/*")) == []


@pytest.mark.parametrize("method", ["try_writing", "address", "set_aside", "read"])
def test_a_store_that_fails_is_said_once_and_not_asked_again(
    bench: Bench, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise StorageError("away")

    monkeypatch.setattr(Incoming, method, fail)
    bench.arrive()
    bench.direct.address(ORDER)
    assert bench.archive.recall(NAME) is None
    assert (bench.direct.address(ORDER), bench.archive.recall(NAME)) == (None, None)
    assert bench.warnings == ["the provider does not put videos into the store: away"]


def test_a_store_of_another_project_is_not_written_to(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    VideoStore(bench.bucket, "", "another").refuse_other_project()
    assert bench.direct.address(ORDER) is None
    assert "belongs to the project" in bench.warnings[0]


def test_what_cannot_be_kept_is_sent(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.arrive()
    found = bench.archive.recall(NAME)
    assert isinstance(found, Archived)
    for key in bench.keys:
        bench.bucket.delete([key])
    assert not bench.direct.keep(found.sha256)
    assert not bench.direct.keep("b" * 64)

    def fail(*_: Any) -> bool:
        raise StorageError("away")

    bench.arrive(b"another film")
    other = bench.archive.recall(f"{TASK}.0-89abcdef")
    assert other is not None
    monkeypatch.setattr(Incoming, "adopt", fail)
    assert not bench.direct.keep(other.sha256)


def test_after_a_crash_what_was_archived_is_not_read_again_and_is_sent_from_here(
    tmp_path: Path, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.arrive()
    first = bench.archive.recall(NAME)
    assert first is not None
    later = Bench(tmp_path)
    later.direct.incoming = bench.direct.incoming
    monkeypatch.setattr(Incoming, "set_aside", lambda *_: pytest.fail("it is here already"))
    found = later.archive.recall(NAME)
    assert found is not None
    assert (found.sha256, later.direct.keep(found.sha256)) == (first.sha256, False)
