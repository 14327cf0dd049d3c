import multiprocessing
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest
from sandboxes import order

from ltxspec.errors import StorageError
from ltxspec.providers.sandbox.identifiers import video_uuid
from ltxspec.providers.sandbox.tasks import Fate, Task, TaskRefusal, TaskStore


def task(number: int = 1, results: int = 1, price: str | None = "0.48") -> Task:
    body = order(number, numberResults=results)
    cost = None if price is None else Decimal(price)
    return Task(body["taskUUID"], body, "http://s", "label", 1000.5, 20.25, cost, Fate(code="x", failing=1))


def take(folder: Path, barrier: threading.Barrier | None = None) -> bool:
    store = TaskStore(folder)
    if barrier is not None:
        barrier.wait()
    return store.accept(task(), again=False) is not None


def test_an_order_reads_back_as_it_was_taken(tmp_path: Path) -> None:
    taken = TaskStore(tmp_path).accept(task(results=2), again=False)
    assert taken == task(results=2)
    assert TaskStore(tmp_path).task(task().uuid) == taken


def test_what_it_remembers_is_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "sandbox"
    TaskStore(folder).accept(task(), again=False)
    file = folder / "state.sqlite"
    assert (stat.S_IMODE(folder.stat().st_mode), stat.S_IMODE(file.stat().st_mode)) == (0o700, 0o600)
    file.chmod(0o644)  # an earlier ltxspec made it
    TaskStore(folder)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_of_many_threads_one_gets_the_id(tmp_path: Path) -> None:
    barrier = threading.Barrier(8)
    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(lambda _: take(tmp_path, barrier), range(8))) == [False] * 7 + [True]
    assert len(TaskStore(tmp_path).charges()) == 1


def test_of_two_processes_one_gets_the_id(tmp_path: Path) -> None:
    TaskStore(tmp_path)
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert sorted(pool.map(take, [tmp_path] * 6)) == [False] * 5 + [True]
    assert len(TaskStore(tmp_path).charges()) == 1


def test_an_id_taken_again_is_another_run_and_another_charge(tmp_path: Path) -> None:
    store = TaskStore(tmp_path)
    store.accept(task(), again=False)
    again = store.accept(task(), again=True)
    assert again is not None
    assert again.run == 2
    assert [charge.usd for charge in store.charges()] == [Decimal("0.48")] * 2
    first, second = (store.video(video_uuid(task().uuid, run, 0)) for run in (1, 2))
    assert first is not None
    assert second is not None
    assert (first[0].run, second[0].run) == (1, 2)


def test_charges_count_results_and_keep_unknown_prices_unknown(tmp_path: Path) -> None:
    store = TaskStore(tmp_path)
    store.accept(task(1, results=3), again=False)
    store.accept(task(2, price=None), again=False)
    assert [charge.usd for charge in store.charges()] == [Decimal("1.44"), None]
    assert store.spent() == Decimal("1.44")


def test_only_tasks_with_a_place_to_send_to_wait_for_delivery(tmp_path: Path) -> None:
    store = TaskStore(tmp_path)
    hooked = order(2, webhookURL="https://x/y")
    store.accept(task(1), again=False)
    store.accept(Task(hooked["taskUUID"], hooked, "http://s", "l", 0.0, 1.0, None, Fate()), again=False)
    assert [left.uuid for left in store.undelivered()] == [hooked["taskUUID"]]
    store.mark_delivered(hooked["taskUUID"])
    assert store.undelivered() == []


def test_the_latest_refusal_is_remembered(tmp_path: Path) -> None:
    store = TaskStore(tmp_path)
    assert store.refusal("u") is None
    store.refuse("u", TaskRefusal({"a": 1}, [{"code": "one"}], 1.0))
    latest = TaskRefusal({"a": 2}, [{"code": "two"}], 2.0)
    store.refuse("u", latest)
    assert store.refusal("u") == latest


def test_media_are_kept_until_they_are_dropped(tmp_path: Path) -> None:
    store = TaskStore(tmp_path)
    store.keep_media("m", "image/png", b"bytes")
    assert store.media("m") == ("image/png", b"bytes")
    assert [store.drop_media("m"), store.drop_media("m")] == [True, False]
    assert store.media("m") is None


def test_a_damaged_state_is_an_error_for_users(tmp_path: Path) -> None:
    (tmp_path / "state.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(StorageError, match="cannot be used") as caught:
        TaskStore(tmp_path)
    assert caught.value.hint == "delete the folder to start with a new sandbox"


def test_a_folder_that_cannot_be_made_is_an_error_for_users(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot store its state"):
        TaskStore(tmp_path / "file" / "state")
