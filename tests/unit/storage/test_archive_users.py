"""Whose videos a shared archive holds: what another project named, or nobody is known to have archived, stays."""

import os
from pathlib import Path

import pytest
from disk_faults import Disk, every_fault

from ltxspec.errors import StorageError
from ltxspec.storage.archive_users import ArchiveUsers

ONE, TWO, THREE = (letter * 64 for letter in "abc")


def users(folder: Path, name: str, ident: str = "id", archive: str = "archive") -> ArchiveUsers:
    return ArchiveUsers(folder / archive, folder / name, ident)


def test_a_project_may_drop_what_it_noted_and_nobody_else_did(tmp_path: Path) -> None:
    films, trailers = users(tmp_path, "films"), users(tmp_path, "trailers")
    films.note([ONE, TWO])
    trailers.note([TWO])
    everything = (ONE, TWO, THREE)
    assert films.droppable(everything) == {ONE}
    assert trailers.droppable(everything) == set(), "nobody is known to have archived the third"
    assert users(tmp_path, "films").droppable(everything) == {ONE}


def test_an_archive_inside_a_project_is_its_own_and_has_no_list_of_it(tmp_path: Path) -> None:
    own = users(tmp_path, ".", archive="films/archive")
    own.note([ONE])
    assert not (tmp_path / "films").exists()
    assert own.droppable([ONE, TWO]) == {ONE, TWO}
    users(tmp_path, "trailers", archive="films/archive").note([TWO])
    assert own.droppable([ONE, TWO]) == {ONE}


@pytest.mark.parametrize("sign", ["ltxspec.toml", ".ltxspec"])
def test_an_archive_inside_a_project_in_a_project_is_the_inner_one_s(tmp_path: Path, sign: str) -> None:
    archive = "films/.ltxspec/archive"
    (tmp_path / archive).mkdir(parents=True)
    (tmp_path / "films" / sign).mkdir(exist_ok=True)
    inner, outer = users(tmp_path, "films", archive=archive), users(tmp_path, ".", archive=archive)
    assert outer.droppable([ONE]) == set()
    outer.note([ONE])
    assert outer.droppable([ONE, TWO]) == {ONE}
    assert inner.droppable([ONE, TWO]) == {TWO}


def test_two_projects_without_an_id_are_not_told_apart_for_certain(tmp_path: Path) -> None:
    films = users(tmp_path, "films", ident="")
    films.note([ONE])
    assert films.droppable([ONE]) == set()
    assert users(tmp_path, "trailers").droppable([ONE]) == set()


def test_projects_of_one_id_at_two_places_and_of_two_ids_at_one_place_are_two(tmp_path: Path) -> None:
    users(tmp_path, "films").note([ONE])
    assert users(tmp_path, "clone").droppable([ONE]) == set()
    assert users(tmp_path, "films", ident="other").droppable([ONE]) == set()


def test_a_project_that_moves_with_its_archive_stays_who_it_was(tmp_path: Path) -> None:
    users(tmp_path / "a", "films").note([ONE])
    (tmp_path / "a").rename(tmp_path / "b")
    assert users(tmp_path / "b", "films").droppable([ONE]) == {ONE}


def test_a_list_says_whose_it_is_and_names_each_video_once(tmp_path: Path) -> None:
    for _ in range(2):
        noting = users(tmp_path, "films")
        noting.note([TWO, ONE])
        noting.note([ONE, THREE])
    (path,) = (tmp_path / "archive" / "projects").iterdir()
    assert path.read_text() == f"\n# {tmp_path}/films\n{ONE}\n{TWO}\n{THREE}"


@pytest.mark.parametrize("left", [1, 2, 30, 63, 64])
def test_a_line_that_a_crash_cut_short_spoils_no_other(tmp_path: Path, left: int) -> None:
    users(tmp_path, "films").note([ONE])
    (path,) = (tmp_path / "archive" / "projects").iterdir()
    os.truncate(path, path.stat().st_size - left)
    users(tmp_path, "films").note([ONE, TWO])
    assert users(tmp_path, "films").droppable([ONE, TWO]) == {ONE, TWO}


def test_what_could_not_be_written_is_an_error_and_is_noted_the_next_time(tmp_path: Path) -> None:
    faults = list(every_fault(lambda ops: ArchiveUsers(tmp_path / "count", tmp_path / "x", "id", ops).note([ONE])))
    assert len(faults) > 4
    for call, after in faults:
        name = f"{call}-{after}"
        noting = ArchiveUsers(tmp_path / name, tmp_path / "films", "id", Disk(call, after=after).ops())
        with pytest.raises(StorageError):
            noting.note([ONE])
        noting.note([ONE])
        assert users(tmp_path, "films", archive=name).droppable([ONE]) == {ONE}


def test_a_list_that_cannot_be_read_lets_nothing_go(tmp_path: Path) -> None:
    films = users(tmp_path, "films")
    films.note([ONE])
    (tmp_path / "archive" / "projects" / "odd").mkdir()
    with pytest.raises(StorageError):
        films.droppable([ONE])
