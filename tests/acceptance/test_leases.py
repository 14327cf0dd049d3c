"""Claims and leases of a store: what an apply does when others hold them, and when the store is away."""

import json
from pathlib import Path

import orjson
import pytest
from acceptance.commands import ltxspec, write_spec
from acceptance.test_store import CONFIG, bucket, videos
from gates import gate
from replacing import replace
from store_servers import StoreServer

SPEC = """\
model: lightricks:ltx@2.5-fast
defaults: {width: 1280, height: 720}
shots:
  alley: {prompt: Rain.}
  bridge: {prompt: Fog.}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_spec(tmp_path, SPEC).parents[1]


def configure(project: Path, store: StoreServer) -> None:
    text = CONFIG.replace('name = "sandbox"', 'name = "sandbox"\nparallelism = 1')
    (project / "ltxspec.toml").write_text(text + store.table + "lease_life = 30\n")


def lockfile(project: Path) -> dict[str, dict[str, object]]:
    path = project / ".ltxspec/sandbox/lockfiles/night.lock.json"
    found: dict[str, dict[str, object]] = json.loads(path.read_bytes())["shots"] if path.exists() else {}
    return found


def journal(project: Path) -> Path:
    return project / ".ltxspec/sandbox/journal/night.jsonl"


def notes(store: StoreServer, folder: str) -> list[dict[str, object]]:
    place = bucket(store)
    found = [place.read_note(item.key) for item in place.list(f"sandbox/{folder}")]
    return [orjson.loads(note.content) for note in found if note is not None]


def test_takes_carry_the_fence_and_the_store_says_who_claimed_what(cloud: StoreServer, project: Path) -> None:
    configure(project, cloud)
    ltxspec("apply", cwd=project)
    assert [take["fence"] for shot in lockfile(project).values() for take in shot["takes"]] == [1, 1]  # type: ignore[attr-defined]  # of JSON
    assert ltxspec("lock", "verify", cwd=project).out.startswith("1 lockfile verified")
    (lease,) = notes(cloud, "leases")
    assert (lease["fence"], lease["released"], lease["command"]) == (1, True, "ltxspec apply")
    claimed = notes(cloud, "claims")
    tasks = {take["taskUUID"] for shot in lockfile(project).values() for take in shot["takes"]}  # type: ignore[attr-defined]  # of JSON
    assert {claim["task"] for claim in claimed} == tasks
    assert {(claim["holder"], claim["fence"]) for claim in claimed} == {(lease["holder"], 1)}
    assert "Rain" not in json.dumps([lease, *claimed])
    ltxspec("apply", "--retake", "night.alley", cwd=project)
    assert [take["fence"] for take in lockfile(project)["alley"]["takes"]] == [1, 2]  # type: ignore[attr-defined]  # of JSON


def test_a_store_that_is_away_refuses_to_buy_before_any_money(s3: StoreServer, project: Path) -> None:
    configure(project, replace(s3, port=1))
    refused = ltxspec("apply", cwd=project, check=1)
    assert "does not answer as it should" in refused.err
    assert "nothing was ordered; `ltxspec collect` goes on with what is under way" in refused.err
    assert not journal(project).exists()
    assert lockfile(project) == {}
    configure(project, s3)
    ltxspec("apply", cwd=project)
    again = ltxspec("apply", cwd=project)
    assert "No changes" in again.out


def test_a_store_that_goes_away_in_the_middle_ends_the_ordering_and_not_the_collecting(
    s3: StoreServer, project: Path
) -> None:
    with gate(s3.port, awaited=b"PUT /films/" + s3.prefix.encode() + b"/sandbox/claims/", shut_then=True) as going:
        configure(project, replace(s3, port=going.port))
        said = ltxspec("apply", cwd=project, check=3)
    assert "not ordered: the task could not be claimed" in said.err
    assert list(lockfile(project)) == ["alley"]
    assert len(videos(project)) == 1, "what was ordered is archived"
    configure(project, s3)
    ltxspec("apply", cwd=project)
    assert sorted(lockfile(project)) == ["alley", "bridge"]
    assert len(notes(s3, "claims")) == 2


def test_collecting_needs_no_store(s3: StoreServer, project: Path) -> None:
    configure(project, s3)
    ltxspec("apply", "--detach", cwd=project, check=None)
    configure(project, replace(s3, port=1))
    ltxspec("collect", cwd=project, check=None)
    assert sorted(lockfile(project)) == ["alley", "bridge"]


def test_what_another_machine_claimed_stays_open_until_somebody_is_certain(s3: StoreServer, project: Path) -> None:
    configure(project, s3)
    planned = ltxspec("plan", "--format", "json", cwd=project).json["shots"]
    task = planned[0]["taskUUID"]
    theirs = {"task": task, "holder": "0123456789abcdef", "machine": "far", "pid": 9, "command": "ltxspec apply",
              "at": "2026-11-22T10:00:00.000Z", "fence": 1, "body": None, "released": False}  # fmt: skip
    assert bucket(s3).write_note(f"sandbox/claims/{task}.json", orjson.dumps(theirs), None)
    with (project / "ltxspec.toml").open("a") as file:
        file.write("[runware]\ngrace = 0.1\n")
    left = ltxspec("apply", "--target", "night.alley", cwd=project, check=3)
    who = "`ltxspec apply` (process 9 on far, clone 0123456789abcdef) at 2026-11-22T10:00:00.000Z"
    assert (left.out + left.err).count(f"{who} claimed this task") == 1
    assert "another machine has claimed it: `ltxspec why night.alley` says" in " ".join(left.out.split())
    assert "`ltxspec apply --retry night.alley` here takes it over" in left.err
    assert lockfile(project) == {}
    again = ltxspec("apply", "--target", "night.alley", cwd=project, check=3)
    assert "claimed this task" in again.err
    ltxspec("apply", "--target", "night.alley", "--retry", "night.alley", cwd=project)
    assert [take["taskUUID"] for take in lockfile(project)["alley"]["takes"]] == [task]  # type: ignore[attr-defined]  # of JSON


def test_what_another_machine_claimed_is_named_as_such_without_the_store(project: Path) -> None:
    store = project / "store"
    config = CONFIG + f'[store]\nurl = "{store.as_uri()}"\nfree = true\n[runware]\ngrace = 0.1\n'
    (project / "ltxspec.toml").write_text(config)
    ltxspec("archive", "push", cwd=project)
    tasks = [shot["taskUUID"] for shot in ltxspec("plan", "--format", "json", cwd=project).json["shots"]]
    (store / "sandbox/claims").mkdir(parents=True)
    for task in tasks:
        theirs = {"task": task, "holder": "0123456789abcdef", "machine": "far", "pid": 9, "command": "ltxspec apply",
                  "at": "2026-11-22T10:00:00.000Z", "fence": 1, "body": None, "released": False}  # fmt: skip
        (store / f"sandbox/claims/{task}.json").write_bytes(orjson.dumps(theirs))
    ltxspec("apply", cwd=project, check=3)
    who, cure = "clone 0123456789abcdef) at 2026-11-22", "`ltxspec apply --retry night.alley` here takes it over"
    store.rename(project / "away")
    status = ltxspec("status", cwd=project).out
    assert "claimed by another machine: 2 shots" in status
    assert "  night.alley  `ltxspec apply` (process 9 on far, clone" in status
    assert "ordered 20" not in status
    why = " ".join(ltxspec("why", "night.alley", cwd=project).out.split())
    assert "because: claimed by another machine" in why
    assert "committed and" not in why
    assert (who in why, cure in why) == (True, True)
    collected = ltxspec("collect", cwd=project, check=3).err
    assert collected.count(who) == 2
    assert cure in collected
    (project / "away").rename(store)
    ltxspec("apply", "--retry", "night.alley", "--target", "night.alley", cwd=project, check=None)
    assert len(lockfile(project)["alley"]["takes"]) == 1  # type: ignore[arg-type]  # of JSON
    assert "claimed by another machine: 1 shot" in ltxspec("status", cwd=project).out


def test_the_lease_of_another_machine_is_waited_for_or_exits_with_5(s3: StoreServer, project: Path) -> None:
    configure(project, s3)
    theirs = {"holder": "0123456789abcdef", "machine": "far", "pid": 9, "command": "ltxspec apply", "life": 30,
              "since": "2026-11-22T10:00:00.000Z", "expires": "2099-11-22T10:00:00.000Z", "fence": 4, "run": "x",
              "released": False}  # fmt: skip
    key = "sandbox/leases/night.json"
    assert bucket(s3).write_note(key, orjson.dumps(theirs), None)
    held = ltxspec("apply", "--lock-timeout", "0.1", cwd=project, check=5)
    assert "holds the lease of `night`; waiting up to 0 s" in held.err
    assert "(process 9 on far, since 2026-11-22T10:00:00.000Z) holds the lease of `night` until 2099-11-22" in held.err
    assert lockfile(project) == {}
    expired = {**theirs, "expires": "2026-11-22T10:00:30.000Z"}
    found = bucket(s3).read_note(key)
    assert found is not None
    assert bucket(s3).write_note(key, orjson.dumps(expired), found.tag)
    ltxspec("apply", cwd=project)
    assert lockfile(project)["alley"]["takes"][0]["fence"] == 5  # type: ignore[index]  # of JSON


def test_without_the_sandbox_in_the_store_nothing_is_asked_of_it(s3: StoreServer, project: Path) -> None:
    configure(project, replace(s3, port=1))
    config = project / "ltxspec.toml"
    config.write_text(config.read_text().replace("free = true", "free = false"))
    ltxspec("apply", cwd=project)
    assert not (project / ".ltxspec/clone").exists()
