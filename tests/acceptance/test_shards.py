"""A plan applied in shards, each in a clone of its own: everything is bought once, and one commit records it."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from acceptance.commands import Result, ltxspec, write_spec
from acceptance.repositories import commit, git, repository
from acceptance.services import KEY, paid_service

HEAD = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720, duration: 6, fps: 24}\nshots:\n"
OLD = HEAD + "  old: {prompt: a pier}\n  gone: {prompt: a boat}\n"
NEW = HEAD + (
    "  new: {prompt: a pier, moved: old}\n"
    "  rain: {matrix: {hour: [1, 2, 3, 4]}, prompt: 'rain at {{ hour }}'}\n"
    "  alley: {prompt: an alley}\n"
    "  street: {prompt: a street, inputs: {frameImages: [{shot: alley, frame: last}]}}\n"
)
SHARDS = (1, 2, 3)
ORDERS = 6


@dataclass(frozen=True)
class Team:
    """A repository whose new commit is to be rendered by several machines, and the service that bills."""

    folder: Path
    service: Path
    address: str

    def run(self, *arguments: str, at: Path | None = None, check: int | None = 0) -> Result:
        environment = {"RUNWARE_BASE_URL": self.address, "RUNWARE_API_KEY": KEY, "LTXSPEC_PROVIDER": "runware"}
        return ltxspec(*arguments, cwd=at or self.folder, check=check, **environment)

    def clone(self, name: str) -> Path:
        git(self.folder.parent, "clone", "--quiet", str(self.folder), name)
        return self.folder.parent / name

    @property
    def digest(self) -> str:
        return str(self.run("plan", "--format", "json").json["digest"])

    def charges(self) -> int:
        (database,) = self.service.glob("state/*.sqlite")
        with sqlite3.connect(database) as connection:
            (count,) = connection.execute("select count(*) from charges").fetchone()
        return int(count)


@pytest.fixture(scope="module")
def _served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    folder = tmp_path_factory.mktemp("far") / "service"
    with paid_service(folder) as address:
        yield folder, address


@pytest.fixture
def team(tmp_path: Path, _served: tuple[Path, str]) -> Team:
    folder = tmp_path / "film"
    folder.mkdir()
    repository(folder)
    (folder / "ltxspec.toml").write_text(
        f'[project]\nid = "{tmp_path.name}"\n[runware]\npoll_interval = 0.01\npoll_max = 0.05\n', "utf-8"
    )
    write_spec(folder, OLD)
    team = Team(folder, *_served)
    team.run("apply", "--auto-approve")
    write_spec(folder, NEW)
    commit(folder, "a change of the film")
    return team


def test_shards_buy_every_shot_once_and_their_records_join_in_one_commit(team: Team) -> None:
    before, digest = team.charges(), team.digest
    clones = [team.clone(f"shard-{number}") for number in SHARDS]
    for number, clone in zip(SHARDS, clones, strict=True):
        team.run("apply", "--shard", f"{number}/3", "--approved", digest, "--max-cost", "3.24", at=clone)
    assert team.charges() - before == ORDERS
    joined = team.run("lock", "join", *map(str, clones), "--format", "json").json["joined"]
    assert [(one["file"], one["tasks"], one["added"]) for one in joined] == [("lockfiles/night.lock.json", 8, ORDERS)]
    lockfile = (team.folder / "lockfiles" / "night.lock.json").read_bytes()
    assert team.run("plan", "--detailed-exitcode").out.startswith("No changes."), "moves and retires are joined as well"
    team.run("lock", "verify", "--base", "HEAD")
    assert '"old"' not in lockfile.decode()
    team.run("lock", "join", *reversed(list(map(str, clones))))
    assert (team.folder / "lockfiles" / "night.lock.json").read_bytes() == lockfile
    assert team.charges() - before == ORDERS


def test_the_tasks_of_a_machine_that_died_are_found_and_collected(team: Team, tmp_path: Path) -> None:
    before = team.charges()
    (tmp_path / "left").mkdir()
    for number in SHARDS:
        clone = team.clone(f"shard-{number}")
        team.run("apply", "--shard", f"{number}/3", "--auto-approve", "--detach", at=clone, check=None)
        (clone / ".ltxspec" / "journal").rename(tmp_path / "left" / str(number))  # all that an artifact has of it
    told = team.run("lock", "join", *(str(folder) for folder in sorted((tmp_path / "left").iterdir())))
    assert "in progress" in told.out
    assert "ltxspec collect" in told.err
    again = team.run("lock", "join", str(tmp_path / "left" / "1"))
    assert "in progress" not in again.out, "joining again adds nothing"
    team.run("collect")
    team.run("apply", "--auto-approve")
    assert team.charges() - before == ORDERS
    assert team.run("plan", "--detailed-exitcode").out.startswith("No changes.")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--max-cost", "3.23"), "the plan costs $3.24, which is over the limit of $3.23"),
        (("--approved", f"sha256:{'0' * 64}"), "the plan is not the approved one"),
    ],
)
def test_a_shard_is_refused_for_what_the_whole_plan_does(team: Team, arguments: tuple[str, ...], says: str) -> None:
    before = team.charges()
    for number in SHARDS:
        assert says in team.run("apply", "--auto-approve", "--shard", f"{number}/3", *arguments, check=4).err
    assert team.charges() == before


def test_a_saved_plan_is_the_whole_and_a_shard_of_it_is_applied(team: Team) -> None:
    before = team.charges()
    refused = team.run("plan", "--shard", "1/3", "-o", "part.json", check=64).err
    assert "apply FILE --shard K/N" in refused
    team.run("plan", "-o", "plan.json")
    team.run("apply", "plan.json", "--shard", "2/3")
    (shard,) = [team.run("plan", "--shard", "2/3", "--format", "json").json["summary"]]
    assert (shard["create"], shard["move"], shard["retire"]) == (0, 0, 0)
    assert 0 < team.charges() - before < ORDERS
