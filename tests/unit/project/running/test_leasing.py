"""What a run agrees on with other machines, by what `[store]` says."""

import shutil
from pathlib import Path
from typing import Any

import orjson
import pytest
from builders import change, task
from replacing import replace
from shared_notes import clones_of_a_remote, git

from ltxspec.apply.claiming import UNCLAIMED
from ltxspec.errors import LockHeld, LtxspecError, Refused, StorageError
from ltxspec.plan.actions import Action, Change
from ltxspec.project.project import ProjectContext, open_project
from ltxspec.project.running import leasing
from ltxspec.project.running.leasing import agreeing, find_lease, release_by_force
from ltxspec.project.store import open_videos, sent_list
from ltxspec.storage.store.port import ObjectFacts, ObjectStore
from ltxspec.values import ShotAddress

FAR = {
    "holder": "0123456789abcdef", "machine": "far", "pid": 9, "command": "ltxspec apply", "life": 30,
    "since": "2026-11-22T10:00:00.000Z", "expires": "2099-11-22T10:00:00.000Z", "fence": 4, "run": "x",
    "released": False,
}  # fmt: skip


def configured(folder: Path, table: str = "") -> ProjectContext:
    """A project for the paid service that shares a folder."""
    store = folder / "store"
    store.mkdir(exist_ok=True)
    (folder / "ltxspec.toml").write_text(f'[store]\nurl = "{store.as_uri()}"\n{table}')
    return open_project(folder)


def objects(project: ProjectContext) -> ObjectStore:
    store = open_videos(project)
    assert store is not None
    return store.objects


def far_lease(project: ProjectContext, content: bytes | None = None, spec: str = "night") -> None:
    assert objects(project).write_note(f"leases/{spec}.json", content or orjson.dumps(FAR), None)


def lease_of(project: ProjectContext, spec: str = "night") -> Any:
    note = objects(project).read_note(f"leases/{spec}.json")
    assert note is not None
    return orjson.loads(note.content)


def wanted(spec: str = "night", action: Action = Action.CREATE) -> Change:
    return replace(change(), address=ShotAddress(spec, "alley"), action=action)


def test_without_a_configuration_nothing_is_asked_of_anybody_and_nothing_written(tmp_path: Path) -> None:
    project = open_project(tmp_path)
    with agreeing(project, [wanted()], 0) as claiming:
        assert claiming is UNCLAIMED
    assert not (tmp_path / ".ltxspec").exists()


def test_what_orders_nothing_needs_no_lease(tmp_path: Path) -> None:
    project = configured(tmp_path)
    far_lease(project)
    with agreeing(project, [wanted(action=Action.NO_OP), wanted(action=Action.RESTORE)], 0) as claiming:
        assert claiming is UNCLAIMED


@pytest.mark.parametrize("action", [Action.CREATE, Action.REPLACE, Action.RESUME])
def test_a_run_holds_the_lease_of_each_spec_that_it_may_order_for(action: Action, tmp_path: Path) -> None:
    project = configured(tmp_path)
    with agreeing(project, [wanted(action=action), wanted("day", Action.NO_OP)], 0) as claiming:
        assert claiming.leases is not None
        assert claiming.fence("night") == 1
        assert claiming.leases.trouble("night") is None
        assert claiming.leases.trouble("day") == "the lease of `day` is not held"
        assert claiming.fence("day") is None
        held = lease_of(project)
        assert (held["released"], held["life"]) == (False, 60)
    assert lease_of(project)["released"]


def test_a_lease_that_somebody_else_holds_lets_go_of_the_others(tmp_path: Path) -> None:
    project = configured(tmp_path)
    far_lease(project)
    with pytest.raises(LockHeld, match="holds the lease of `night`"), agreeing(project, [wanted("day"), wanted()], 0):
        pass
    assert lease_of(project, "day")["released"]


def test_leases_and_claims_are_beside_the_videos_of_the_provider(tmp_path: Path) -> None:
    project = replace(configured(tmp_path, "free = true\n"), provider="sandbox")
    with agreeing(project, [wanted()], 0) as claiming:
        assert claiming.claims is not None
        assert claiming.claims.claim(_order(), 1, take_over=False).is_ours
    keys = sorted(item.key for folder in ("sandbox/leases", "sandbox/claims") for item in objects(project).list(folder))
    assert keys == [f"sandbox/claims/{task()}.json", "sandbox/leases/night.json"]
    without = replace(configured(tmp_path), provider="sandbox")
    with agreeing(without, [wanted()], 0) as claiming:
        assert claiming is UNCLAIMED


def _order() -> Any:
    from ltxspec.apply.ports import RenderOrder

    return RenderOrder(task(), {}, 1)


def test_the_store_of_another_project_is_refused(tmp_path: Path) -> None:
    project = configured(tmp_path)
    objects(project).put("ltxspec.json", [b'{"project":"other"}'], ObjectFacts("", 19, "application/json"))
    with pytest.raises(Refused, match="belongs to the project `other`"), agreeing(project, [wanted()], 0):
        pass


def test_a_store_that_is_away_says_that_nothing_was_ordered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    (tmp_path / "ltxspec.toml").write_text(
        '[store]\nurl = "s3://bucket"\nendpoint = "http://127.0.0.1:1"\ntimeout = 0.2\n'
    )
    with pytest.raises(StorageError) as away, agreeing(open_project(tmp_path), [wanted()], 0):
        pass
    assert "nothing was ordered; `ltxspec collect` goes on" in (away.value.hint or "")


def test_a_folder_that_was_shared_and_is_gone_is_away_and_not_new(tmp_path: Path) -> None:
    project = configured(tmp_path)
    (tmp_path / "store").rmdir()
    with agreeing(project, [wanted()], 0):
        pass
    (tmp_path / "store").rename(tmp_path / "not-mounted")
    with pytest.raises(StorageError, match="does not exist") as away, agreeing(project, [wanted()], 0):
        pass
    assert "nothing was ordered" in (away.value.hint or "")
    assert not (tmp_path / "store").exists()


def test_a_remote_keeps_leases_and_no_claims(tmp_path: Path) -> None:
    clone = clones_of_a_remote(tmp_path)
    first, second = clone(), clone()
    for folder in (first, second):
        (folder / "ltxspec.toml").write_text('[store]\nleases = "origin"\n')
    with agreeing(open_project(first), [wanted()], 0) as claiming:
        assert claiming.claims is None
        assert claiming.fence("night") == 1
        with pytest.raises(LockHeld), agreeing(open_project(second), [wanted()], 0):
            pass
        found = find_lease(open_project(second), "night")
        assert found is not None
        assert found.state is not None
    with agreeing(open_project(second), [wanted()], 0) as claiming:
        assert claiming.fence("night") == 2
    assert git(first, "ls-remote", "origin").decode().endswith("\trefs/ltxspec/leases/night.json\n")
    git(second, "remote", "remove", "origin")
    with pytest.raises(StorageError) as away, agreeing(open_project(second), [wanted()], 0):
        pass
    assert "nothing was ordered" in (away.value.hint or "")


def test_a_lease_is_found_and_released_only_as_it_was_found(tmp_path: Path) -> None:
    project = configured(tmp_path)
    assert find_lease(project, "night") is None
    far_lease(project)
    found = find_lease(project, "night")
    assert found is not None
    assert found.who == "`ltxspec apply` (process 9 on far, since 2026-11-22T10:00:00.000Z)"
    assert objects(project).write_note("leases/night.json", orjson.dumps(FAR | {"pid": 10}), found.note.tag)
    with pytest.raises(StorageError, match="its holder is alive"):
        release_by_force(project, found)
    again = find_lease(project, "night")
    assert again is not None
    release_by_force(project, again)
    assert find_lease(project, "night") is None


def test_there_is_nothing_to_release_where_nothing_is_shared(tmp_path: Path) -> None:
    with pytest.raises(LtxspecError, match="there are no leases"):
        find_lease(open_project(tmp_path), "night")


def test_nothing_of_it_is_imported_before_it_is_needed() -> None:
    assert "git_notes" not in vars(leasing)


def test_a_store_that_is_empty_although_it_was_used_is_not_agreed_with(tmp_path: Path) -> None:
    """A folder that is not mounted: others would agree elsewhere, and videos would be below the mount."""
    project = configured(tmp_path)
    with agreeing(project, [wanted()], 0):
        pass
    store = open_videos(project)
    assert store is not None
    sent_list(project, store).add(["a" * 64])
    with agreeing(project, [wanted()], 0):
        pass
    shutil.rmtree(tmp_path / "store")
    (tmp_path / "store").mkdir()
    with pytest.raises(StorageError, match="is empty") as refused, agreeing(project, [wanted()], 0):
        pass
    assert "mounted" in str(refused.value.hint)
    assert not list((tmp_path / "store").rglob("*.json"))
    store.refuse_other_project()  # as `archive push` does
    with agreeing(project, [wanted()], 0):
        pass
