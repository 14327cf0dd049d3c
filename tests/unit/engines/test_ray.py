"""The relay between shards and driver, and how a spread run ends. With Ray itself: `acceptance/test_ray.py`."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from spreading import Service, project_in

from ltxspec.engines import ray
from ltxspec.engines.cluster import Cluster
from ltxspec.engines.ray import RayRun, Relay, spread
from ltxspec.errors import Refused
from ltxspec.project.apply import ApplyOptions, prepare_apply
from ltxspec.project.project import ProjectContext


@pytest.fixture(autouse=True)
def _short_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray, "_LONGEST_LOOK", 0.01)


def test_a_question_is_passed_on_until_it_is_answered() -> None:
    async def talk() -> None:
        relay = Relay()
        asked = [asyncio.create_task(relay.ask(text)) for text in (b"one", b"two")]
        await asyncio.sleep(0)
        first = await relay.exchange([])
        assert [text for _, text in first] == [b"one", b"two"]
        assert await relay.exchange([]) == first  # the driver did not get it: it asks again
        (number, _), rest = first[0], first[1:]
        assert await relay.exchange([(number, b"answer")]) == rest
        assert await asked[0] == b"answer"
        await relay.exchange([(rest[0][0], b"other"), (7, b"of a relay before this one")])
        assert await asked[1] == b"other"

    asyncio.run(asyncio.wait_for(talk(), 10))


def test_two_relays_do_not_take_each_others_answers() -> None:
    async def numbers() -> set[int]:
        found = set()
        for relay in (Relay(), Relay()):
            asking = asyncio.create_task(relay.ask(b"one"))
            await asyncio.sleep(0)
            ((number, _),) = await relay.exchange([])
            found.add(number)
            await relay.exchange([(number, b"")])
            await asking
        return found

    assert len(asyncio.run(numbers())) == 2


def machines(*, shared: bool) -> Callable[[ProjectContext], contextlib.AbstractContextManager[Cluster]]:
    @contextlib.contextmanager
    def connected(_: ProjectContext) -> Iterator[Cluster]:
        yield Cluster(2, 2, shared=shared)

    return connected


@pytest.mark.parametrize(
    ("shared", "store", "works"), [(False, False, False), (False, True, True), (True, False, True)]
)
def test_machines_that_do_not_see_the_folder_need_a_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, shared: bool, store: bool, works: bool
) -> None:
    monkeypatch.setattr(ray, "connected", machines(shared=shared))
    (tmp_path / "store").mkdir()
    more = f'[store]\nurl = "file://{tmp_path}/store"\n' if store else ""
    project = project_in(tmp_path / "films", Service("http://127.0.0.1:1/v1"), more)
    with prepare_apply(project, ApplyOptions(auto_approve=True)) as prepared:
        assert prepared is not None
        if works:
            with spread(prepared) as over_there:
                assert isinstance(over_there, RayRun)
                assert over_there.stop is prepared.stop  # an interrupt ends both
            return
        with pytest.raises(Refused, match="do not see this folder") as refused, spread(prepared):
            pass
        assert refused.value.code == "no-store"
