import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from acceptance.commands import ltxspec, write_spec
from replacing import replace
from unit.project.projects import path_of, project, recorded

from ltxspec.lock.codec import encode_lockfile
from ltxspec.lock.models import Lockfile, Output, ShotRecord, Take
from ltxspec.project.adapters import local_places
from ltxspec.project.archives.pull import Pulled, Wanted, pull_missing, takes_of
from ltxspec.project.lookup import UnknownAddress, recorded_shots
from ltxspec.project.project import ProjectContext, open_project
from ltxspec.storage.state import open_state
from ltxspec.values import TaskId

SPEC = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720}\nshots: {alley: {prompt: Rain.}}\n"
DEAD = "http://sandbox.invalid/video/none.mp4"


@pytest.fixture(scope="module")
def bought(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project on the sandbox with two takes of one shot, the second current."""
    folder = tmp_path_factory.mktemp("bought")
    (folder / "ltxspec.toml").write_text('[provider]\nname = "sandbox"\n[sandbox]\nspeed = 1000\n')
    write_spec(folder, SPEC)
    ltxspec("apply", cwd=folder)
    ltxspec("apply", "--retake", "night.alley", cwd=folder)
    return folder


@pytest.fixture
def opened(bought: Path, tmp_path: Path) -> ProjectContext:
    """The same with an empty archive, and hashes that nobody recorded."""
    folder = Path(shutil.copytree(bought, tmp_path / "project", symlinks=True))
    shutil.rmtree(folder / ".ltxspec" / "archive")
    opened = open_project(folder)
    change(opened, lambda output: replace(output, sha256=None, bytes=None))
    return opened


def change(opened: ProjectContext, each: Callable[[Output], Output]) -> None:
    """Write every output anew."""

    def changed(take: Take) -> Take:
        return replace(take, outputs=tuple(map(each, take.outputs)))

    lockfile = recorded(opened)
    record = lockfile.shots["alley"]
    for take in record.takes:
        record = record.with_take(changed(take))
    path_of(opened).write_bytes(encode_lockfile(replace(lockfile, shots={"alley": record})))


def outputs(opened: ProjectContext) -> list[Output]:
    """Of the first take and of the second."""
    return [output for take in recorded(opened).shots["alley"].takes for output in take.outputs]


def pull(opened: ProjectContext, address: str | None = None, *, only_current: bool = False) -> tuple[Pulled, list[str]]:
    said: list[str] = []
    return pull_missing(opened, Wanted(address, only_current=only_current), said.append), said


def test_missing_videos_are_fetched_and_their_hashes_recorded_the_current_take_first(opened: ProjectContext) -> None:
    assert pull(opened) == (Pulled(2, 0), ["night.alley: archived", "night.alley take 1: archived"])
    first, second = outputs(opened)
    assert first.sha256 != second.sha256
    assert {first.sha256, second.sha256} <= local_places(opened).keys()
    assert (opened.renders / "night" / "alley.mp4").resolve().stem == second.sha256
    assert list((opened.root / ".ltxspec" / "archive" / "arrived").iterdir()) == []
    assert pull(opened, "night.alley") == (Pulled(), [])


def test_only_current_takes_are_fetched_when_that_is_asked_for(opened: ProjectContext) -> None:
    assert pull(opened, only_current=True) == (Pulled(1, 0), ["night.alley: archived"])
    assert pull(opened, only_current=True) == (Pulled(), [])


def test_only_the_takes_that_are_named_are_fetched(opened: ProjectContext) -> None:
    first, _ = recorded(opened).shots["alley"].takes
    said: list[str] = []
    assert pull_missing(opened, Wanted(tasks=[first.task_id]), said.append) == Pulled(1, 0)
    assert said == ["night.alley take 1: archived"]


def test_retired_takes_are_fetched_too(opened: ProjectContext) -> None:
    lockfile = recorded(opened)
    path_of(opened).write_bytes(encode_lockfile(replace(lockfile, shots={}, retired=lockfile.shots)))
    assert pull(opened)[0] == Pulled(2, 0)
    assert all(output.sha256 for take in recorded(opened).retired["alley"].takes for output in take.outputs)


@pytest.mark.parametrize("address", [DEAD, None])
def test_a_dead_address_is_asked_for_anew_and_the_one_that_worked_is_recorded(
    opened: ProjectContext, address: str | None
) -> None:
    before = [output.video_url for output in outputs(opened)]
    change(opened, lambda output: replace(output, video_url=address))
    assert pull(opened)[0] == Pulled(2, 0)
    assert [output.video_url for output in outputs(opened)] == before


def test_a_video_that_cannot_be_had_is_told_and_its_take_kept(opened: ProjectContext) -> None:
    change(opened, lambda output: replace(output, video_url=DEAD))
    shutil.rmtree(opened.root / ".ltxspec" / "sandbox" / "state", ignore_errors=True)
    for file in (opened.root / ".ltxspec" / "sandbox").glob("*.sqlite*"):
        file.unlink()
    before = path_of(opened).read_bytes()
    pulled, said = pull(opened)
    assert (pulled, len(said)) == (Pulled(0, 2), 2)
    assert path_of(opened).read_bytes() == before


def test_another_video_than_the_recorded_one_is_kept_aside_and_never_recorded(opened: ProjectContext) -> None:
    change(opened, lambda output: replace(output, sha256="0" * 64, bytes=1))
    before = path_of(opened).read_bytes()
    pulled, said = pull(opened, only_current=True)
    assert pulled == Pulled(0, 1)
    assert "not the one that was recorded" in said[0]
    assert path_of(opened).read_bytes() == before
    assert local_places(opened) == {}
    assert len(list((opened.root / ".ltxspec" / "archive" / "partial").glob("*.rejected"))) == 1


def test_what_another_command_recorded_meanwhile_is_kept(opened: ProjectContext) -> None:
    def say(_: str) -> None:
        """After the first take, another command renames the shot and picks its other take."""
        lockfile = recorded(opened)
        if "alley" in lockfile.shots:
            record = lockfile.shots["alley"]
            picked = replace(record, current=record.takes[0].task_id)
            path_of(opened).write_bytes(encode_lockfile(replace(lockfile, shots={"lane": picked})))

    assert pull_missing(opened, Wanted(), say) == Pulled(2, 0)
    lane = recorded(opened).shots["lane"]
    assert lane.current == lane.takes[0].task_id
    assert all(output.sha256 for take in lane.takes for output in take.outputs)


def test_a_lockfile_that_cannot_be_read_hides_no_other(opened: ProjectContext) -> None:
    path_of(opened, "day").write_text("{")
    pulled, said = pull(opened)
    assert pulled == Pulled(2, 0, 1)
    assert said[0].startswith("error[lockfile]: ")
    assert pull(opened, "day.gate")[0] == Pulled(0, 0, 1)
    path_of(opened, "day").unlink()
    with pytest.raises(UnknownAddress):
        pull(opened, "day.gate")


def test_a_spec_on_which_another_command_works_is_left_to_it(opened: ProjectContext) -> None:
    with open_state(opened.paths_of("night"), command="apply"):
        pulled, said = pull(opened)
    assert pulled == Pulled(0, 2)
    assert all("`apply`" in line and "is working on this spec" in line for line in said)


def test_without_a_key_it_says_how_to_get_fresh_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from builders import record, take

    monkeypatch.delenv("RUNWARE_API_KEY", raising=False)
    bare = replace(take(), outputs=(Output(video_uuid="video-1", video_url=None),))
    opened = project(tmp_path, Lockfile("runware", "night", {"alley": record(bare)}))
    assert pull(opened) == (
        Pulled(0, 1),
        [
            "night.alley: the provider gave no address for the video",
            "hint: set `RUNWARE_API_KEY` to request fresh addresses from the provider, which is free",
        ],
    )


def test_links_that_point_elsewhere_are_put_right_even_when_nothing_is_missing(opened: ProjectContext) -> None:
    pull(opened)
    link = opened.renders / "night" / "alley.mp4"
    right = link.readlink()
    link.unlink()
    link.symlink_to(f"../../.ltxspec/archive/ab/{'ab' * 32}.mp4")
    assert pull(opened) == (Pulled(), [])
    assert link.readlink() == right


def test_takes_are_numbered_as_users_know_them() -> None:
    from builders import record, take

    record_ = record(take(number=1), take("b", number=2, status="failed"), take("c", number=3), current=3)
    found = takes_of(recorded_shots([Lockfile("runware", "night", {"alley": record_}, {"old": record_})]))
    assert [(number, current) for _, number, _, current in found] == [(1, False), (3, True), (1, False), (3, False)]


def test_results_of_an_unfinished_take_that_came_late_are_recorded_and_fetched(tmp_path: Path) -> None:
    (tmp_path / "ltxspec.toml").write_text('[provider]\nname = "sandbox"\n[sandbox]\nspeed = 1000\n')
    write_spec(tmp_path, SPEC.replace("Rain.", "Rain., numberResults: 3"))
    ltxspec("apply", cwd=tmp_path)
    opened = open_project(tmp_path)
    lockfile = recorded(opened)
    shot = lockfile.shots["alley"]
    (whole,) = shot.takes
    partial = replace(whole, outputs=whole.outputs[:1], cost=None, finished_at=None)
    path_of(opened).write_bytes(encode_lockfile(replace(lockfile, shots={"alley": shot.with_take(partial)})))
    pulled, said = pull(opened)
    assert (pulled.missing, said) == (0, ["night.alley: archived"])
    assert {output.video_uuid for output in outputs(opened)} == {output.video_uuid for output in whole.outputs}
    assert all(output.sha256 in local_places(opened) for output in outputs(opened))
    assert "3 results" in pull_of_a_task_nobody_knows(opened, partial)


def pull_of_a_task_nobody_knows(opened: ProjectContext, take: Take) -> str:
    """What is said of an unfinished take whose other results are shown nowhere."""
    stranger = replace(take, task_id=TaskId("00000000-0000-4000-8000-000000000000"))
    lockfile = Lockfile("sandbox", "night", {"alley": ShotRecord(stranger.task_id, (stranger,))})
    path_of(opened).write_bytes(encode_lockfile(lockfile))
    return pull(opened)[1][0]
