"""Renaming, forgetting and rewriting records; through the command: `acceptance/test_lock_commands.py`."""

from pathlib import Path

import pytest
from builders import lockfile, record, take, task
from unit.project.projects import path_of, project, recorded

from ltxspec.errors import Refused
from ltxspec.lock.codec import encode_lockfile
from ltxspec.lock.models import Lockfile
from ltxspec.project.lockfiles.edit import Forgotten, forget, migrate, move
from ltxspec.project.lookup import UnknownAddress
from ltxspec.values import ShotAddress, parse_address

ALLEY = record(take(), take("b", number=2, at="2026-11-23T10:00:00Z"), current=2)


def test_a_retired_record_stays_retired_under_its_new_name_unless_the_other_is_a_shot(tmp_path: Path) -> None:
    opened = project(tmp_path, lockfile({"old": ALLEY}, fog=record(take("f", number=9))))
    move(opened, "night.old", "night.older")
    assert recorded(opened) == lockfile({"older": ALLEY}, fog=record(take("f", number=9)))
    move(opened, "night.older", "night.fog")
    assert recorded(opened).retired == {}
    assert recorded(opened).shots["fog"].current == task(9)
    move(opened, "night.fog", "night.mist")
    assert len(recorded(opened).shots["mist"].takes) == 3


def test_a_task_that_stands_under_both_names_is_kept_once(tmp_path: Path) -> None:
    opened = project(tmp_path, lockfile(alley=ALLEY), Lockfile("runware", "day", {"lane": record(take())}))
    assert move(opened, "night.alley", "day.lane") == [(ShotAddress("night", "alley"), ShotAddress("day", "lane"))]
    assert [item.task_id for item in recorded(opened, "day").shots["lane"].takes] == [task(1), task(2)]
    assert recorded(opened).shots == {}


def test_nothing_is_written_when_nothing_is_known_by_that_name(tmp_path: Path) -> None:
    opened = project(tmp_path, lockfile(alley=ALLEY))
    with pytest.raises(UnknownAddress):
        move(opened, "night.lane", "day.lane")
    with pytest.raises(UnknownAddress):
        forget(opened, parse_address("night.lane"), None, lambda _: True)
    assert recorded(opened) == lockfile(alley=ALLEY)
    assert not path_of(opened, "day").exists()


def test_forgetting_needs_consent_and_says_what_goes(tmp_path: Path) -> None:
    opened = project(tmp_path, lockfile(alley=ALLEY))
    asked: list[Forgotten] = []

    def refuse(found: Forgotten) -> bool:
        asked.append(found)
        return False

    with pytest.raises(Refused):
        forget(opened, parse_address("night.alley"), 1, refuse)
    assert [number for number, _ in asked[0].takes] == [1]
    assert asked[0].money == "$0.48"
    assert recorded(opened) == lockfile(alley=ALLEY)


def test_the_current_take_stays_unless_it_is_the_one_forgotten(tmp_path: Path) -> None:
    opened = project(tmp_path, lockfile(alley=ALLEY))
    forget(opened, parse_address("night.alley"), 1, lambda _: True)
    assert recorded(opened).shots["alley"].current == task(2)
    forget(opened, parse_address("night.alley"), 1, lambda _: True)
    assert recorded(opened).shots == {}


def test_a_failed_take_is_never_made_current(tmp_path: Path) -> None:
    failed = take("b", number=2, at="2026-11-23T10:00:00Z", status="failed", cost=None)
    opened = project(tmp_path, lockfile(alley=record(take(), failed)))
    gone = forget(opened, parse_address("night.alley"), 1, lambda _: True)
    assert gone.money == "$0.48"
    assert recorded(opened).shots["alley"].current is None


def test_money_that_is_not_known_is_counted_and_never_added_as_nothing() -> None:
    unknown = take(cost=None)
    assert Forgotten(ShotAddress("a", "b"), [(1, unknown)]).money == "1 of unknown cost"
    assert Forgotten(ShotAddress("a", "b"), [(1, unknown), (2, take())]).money == "at least $0.48, 1 of unknown cost"


def test_only_files_that_are_written_in_another_way_are_rewritten(tmp_path: Path) -> None:
    opened = project(tmp_path, lockfile(alley=ALLEY), Lockfile("runware", "day", {"lane": record(take())}))
    path_of(opened).write_bytes(encode_lockfile(lockfile(alley=ALLEY)).replace(b"\n", b"\r\n"))
    assert migrate(opened) == (["night"], 2)
    assert path_of(opened).read_bytes() == encode_lockfile(lockfile(alley=ALLEY))
    assert migrate(opened) == ([], 2)
