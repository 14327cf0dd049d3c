import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from builders import task

from ltxspec.apply.ports import RenderOrder
from ltxspec.project.project import ProjectContext, open_project
from ltxspec.project.running.filling import filling_of
from ltxspec.values import Json

ORDER = RenderOrder(task(1), {"taskUUID": task(1)}, 1)


def filled(project: ProjectContext, direct: Any = None) -> Mapping[str, Json]:
    async def go() -> Mapping[str, Json]:
        return await filling_of(project, direct)(ORDER)

    return asyncio.run(go())


def test_an_order_gets_the_address_of_the_webhook(tmp_path: Path) -> None:
    (tmp_path / "ltxspec.toml").write_text('[webhook]\nurl = "https://calls.example"\n')
    project = open_project(tmp_path, "runware", environ={"LTXSPEC_WEBHOOK_SECRET": "abcdefgh-0123456"})
    assert filled(project) == {"webhookURL": "https://calls.example/abcdefgh-0123456"}


def test_without_a_webhook_an_order_is_sent_as_it_is(tmp_path: Path) -> None:
    assert filled(open_project(tmp_path, "runware", environ={})) == {}


def test_an_order_gets_an_address_of_the_store_where_there_is_one(tmp_path: Path) -> None:
    asked: list[RenderOrder] = []

    class Addresses:
        def address(self, order: RenderOrder) -> str | None:
            asked.append(order)
            return "https://store.example/signed" if len(asked) == 1 else None

    project = open_project(tmp_path, "runware", environ={})
    assert filled(project, Addresses()) == {"uploadEndpoint": "https://store.example/signed"}
    asked.append(ORDER)
    direct = Addresses()
    assert filled(project, direct) == {}, "an order without an address is sent as it is"
