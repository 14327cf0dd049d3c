"""`ltxspec lock`, through git as users meet it: merging, verifying, renaming, forgetting, migrating."""

import json
from pathlib import Path

import pytest
from acceptance.commands import ltxspec, write_spec
from acceptance.repositories import branch, commit, git, read_lockfile, repository, write_lockfile
from builders import intent, lockfile, record, take, task
from replacing import replace

from ltxspec.lock.codec import encode_lockfile
from ltxspec.lock.journal import Accepted
from ltxspec.lock.journal_codec import encode_event
from ltxspec.lock.models import Lockfile

LATER, LATEST = "2026-11-23T10:00:00Z", "2026-11-24T10:00:00Z"
BASE = lockfile(alley=record(take()), fog=record(take("f", number=9)))
OURS = replace(BASE, shots={**BASE.shots, "alley": record(take(), take("b", number=2, at=LATER), current=2)})
THEIRS = replace(BASE, shots={**BASE.shots, "alley": record(take(), take("c", number=3, at=LATEST), current=3)})


def diverged(folder: Path, *, driver: bool, ours: Lockfile | None = OURS, theirs: Lockfile | None = THEIRS) -> Path:
    """A repository whose branches `main` and `other` both bought something; `main` is checked out."""
    repository(folder, driver=driver)
    path = write_lockfile(folder, BASE)
    commit(folder, "base")
    branch(folder, "other")
    for name, side in (("other", theirs), ("main", ours)):
        git(folder, "checkout", "--quiet", name)
        path.unlink() if side is None else path.write_bytes(encode_lockfile(side))
        commit(folder, name)
    return path


def tasks(folder: Path, spec: str = "night") -> set[str]:
    held = read_lockfile(folder, spec)
    return {item.task_id for part in (held.shots, held.retired) for each in part.values() for item in each.takes}


def test_git_merges_lockfiles_by_itself_once_init_has_set_the_driver(tmp_path: Path) -> None:
    diverged(tmp_path, driver=True)
    git(tmp_path, "merge", "--quiet", "--no-edit", "other")
    assert tasks(tmp_path) == {task(1), task(2), task(3), task(9)}
    assert read_lockfile(tmp_path).shots["alley"].current == task(3)
    verified = ltxspec("lock", "verify", "--base", "HEAD^1", "--base", "HEAD^2", cwd=tmp_path)
    assert verified.out == "1 lockfile verified; no paid task of HEAD^1 and HEAD^2 is missing.\n"


def test_a_rebase_goes_through_the_driver_too(tmp_path: Path) -> None:
    diverged(tmp_path, driver=True)
    git(tmp_path, "rebase", "--quiet", "other")
    assert tasks(tmp_path) == {task(1), task(2), task(3), task(9)}


def test_where_ltxspec_is_not_on_the_path_the_driver_leaves_markers_and_no_side_is_taken_for_the_whole(
    tmp_path: Path,
) -> None:
    path = diverged(tmp_path, driver=True)
    assert git(tmp_path, "merge", "--quiet", "other", check=False, path="/usr/bin:/bin").returncode == 1
    assert "<<<<<<<" in path.read_text()
    ltxspec("lock", "merge", cwd=tmp_path)
    assert tasks(tmp_path) == {task(1), task(2), task(3), task(9)}


def test_a_driver_that_cannot_merge_leaves_both_sides_whole_and_a_conflict(tmp_path: Path) -> None:
    path = diverged(tmp_path, driver=True, theirs=replace(THEIRS, provider="other"))
    done = git(tmp_path, "merge", "other", check=False)
    assert done.returncode == 1
    assert "lockfiles of two providers cannot be merged" in done.stderr
    text = path.read_text()
    assert encode_lockfile(OURS).decode() in text
    assert encode_lockfile(replace(THEIRS, provider="other")).decode() in text
    assert "two providers" in ltxspec("lock", "merge", cwd=tmp_path, check=1).err
    assert path.read_text() == text


@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
def test_a_conflict_is_put_together_from_what_git_holds_and_git_add_is_left_to_the_user(
    tmp_path: Path, style: str
) -> None:
    path = diverged(tmp_path, driver=False)
    assert git(tmp_path, "-c", f"merge.conflictStyle={style}", "merge", "other", check=False).returncode == 1
    for command in (["plan"], ["apply", "--auto-approve"], ["show"], ["cost"], ["why", "night.alley"]):
        met = ltxspec(*command, cwd=tmp_path, check=1, RUNWARE_API_KEY="not-used")
        assert "conflict markers" in met.err
        assert "ltxspec lock merge" in met.err
    assert "conflict markers" in ltxspec("lock", "verify", cwd=tmp_path, check=1).err

    merged = ltxspec("lock", "merge", cwd=tmp_path)
    assert merged.out == (
        "lockfiles/night.lock.json: 4 tasks (both sides from git)\nMerged. Now: git add lockfiles/night.lock.json\n"
    )
    assert git(tmp_path, "diff", "--name-only", "--diff-filter=U").stdout.strip() == "lockfiles/night.lock.json"
    commit(tmp_path, "merged")
    ltxspec("lock", "verify", "--base", "HEAD^1", "--base", "HEAD^2", cwd=tmp_path)
    assert ltxspec("lock", "merge", cwd=tmp_path).out == "No lockfile is in conflict.\n"
    assert path.read_bytes() == encode_lockfile(read_lockfile(tmp_path))


def test_markers_that_were_added_by_mistake_are_still_put_together(tmp_path: Path) -> None:
    diverged(tmp_path, driver=False)
    git(tmp_path, "merge", "other", check=False)
    git(tmp_path, "add", "--all")
    ltxspec("lock", "merge", "lockfiles/night.lock.json", cwd=tmp_path)
    assert tasks(tmp_path) == {task(1), task(2), task(3), task(9)}


def test_markers_outside_of_any_repository_are_put_together_with_a_word_of_caution(tmp_path: Path) -> None:
    path = write_lockfile(tmp_path, OURS)
    ours, theirs = encode_lockfile(OURS).decode(), encode_lockfile(THEIRS).decode()
    path.write_text(f"<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> other\n")
    assert "compare with `ltxspec show`" in ltxspec("lock", "merge", cwd=tmp_path).out
    assert tasks(tmp_path) == {task(1), task(2), task(3), task(9)}


@pytest.mark.parametrize("committed", [False, True], ids=["during the merge", "after it"])
def test_a_blend_that_git_took_for_clean_is_found_and_mended_from_both_sides(
    tmp_path: Path, *, committed: bool
) -> None:
    diverged(tmp_path, driver=False, theirs=replace(THEIRS, retired={"old": record(take("o", number=8))}))
    git(tmp_path, "merge", "--strategy-option=ours", *([] if committed else ["--no-commit"]), "--quiet", "other")
    assert tasks_of_blend(tmp_path) != {task(1), task(2), task(3), task(8), task(9)}
    found = ltxspec("lock", "verify", "--base", "other", cwd=tmp_path, check=1)
    assert task(3) in found.err
    write_damage(tmp_path)
    if committed:
        commit(tmp_path, "damaged")
        git(tmp_path, "reset", "--quiet", "--soft", "HEAD^")
        git(tmp_path, "commit", "--quiet", "--amend", "--no-edit")
    assert "does not match its digest" in ltxspec("plan", cwd=tmp_path, check=1).err
    ltxspec("lock", "merge", cwd=tmp_path)
    assert tasks(tmp_path) == {task(1), task(2), task(3), task(8), task(9)}


def tasks_of_blend(folder: Path) -> set[str]:
    document = json.loads((folder / "lockfiles" / "night.lock.json").read_text())
    parts = (document["shots"], document["retired"])
    return {item["taskUUID"] for part in parts for each in part.values() for item in each["takes"]}


def write_damage(folder: Path) -> None:
    """What a hand that resolves a conflict line by line leaves: a value of the other side under our digest."""
    path = folder / "lockfiles" / "night.lock.json"
    path.write_text(path.read_text().replace(f'"current": "{task(2)}"', f'"current": "{task(1)}"'))


def test_a_lockfile_that_one_side_deleted_is_kept(tmp_path: Path) -> None:
    path = diverged(tmp_path, driver=True, theirs=None)
    assert git(tmp_path, "merge", "other", check=False).returncode == 1
    path.unlink(missing_ok=True)
    assert "the other's is kept" in ltxspec("lock", "merge", cwd=tmp_path).out
    assert read_lockfile(tmp_path) == OURS


def test_a_lockfile_that_both_sides_added_is_joined(tmp_path: Path) -> None:
    repository(tmp_path)
    branch(tmp_path, "other")
    for name, side in (("other", THEIRS), ("main", OURS)):
        git(tmp_path, "checkout", "--quiet", name)
        write_lockfile(tmp_path, side)
        commit(tmp_path, name)
    git(tmp_path, "merge", "--quiet", "--no-edit", "other")
    assert tasks(tmp_path) == {task(1), task(2), task(3), task(9)}


def test_damage_that_no_merge_made_is_not_mended_but_told(tmp_path: Path) -> None:
    repository(tmp_path)
    path = write_lockfile(tmp_path, BASE)
    commit(tmp_path, "base")
    path.write_text(path.read_text().replace("0.48", "0.01"))
    damaged = path.read_text()
    assert "git diff -- lockfiles" in ltxspec("lock", "merge", cwd=tmp_path, check=1).err
    assert path.read_text() == damaged


def test_a_lockfile_of_a_later_ltxspec_is_left_alone(tmp_path: Path) -> None:
    path = write_lockfile(tmp_path, BASE)
    path.write_text(path.read_text().replace('"lockfileVersion": 1', '"lockfileVersion": 2'))
    for command in ("merge", "migrate", "verify"):
        assert "reads up to version 1" in ltxspec("lock", command, cwd=tmp_path, check=1).err


def test_only_lockfiles_are_merged(tmp_path: Path) -> None:
    assert "is not a lockfile" in ltxspec("lock", "merge", "specs/night.yaml", cwd=tmp_path, check=64).err
    assert "does not exist" in ltxspec("lock", "merge", "lockfiles/day.lock.json", cwd=tmp_path, check=1).err
    assert "--driver takes BASE OURS THEIRS" in ltxspec("lock", "merge", "--driver", "a", cwd=tmp_path, check=64).err


def test_verify_finds_a_paid_task_that_was_lost_wherever_it_stood(tmp_path: Path) -> None:
    repository(tmp_path)
    path = write_lockfile(tmp_path, OURS)
    commit(tmp_path, "bought")
    write_lockfile(tmp_path, BASE)
    lost = ltxspec("lock", "verify", "--base", "HEAD", cwd=tmp_path, check=1)
    first, hint = lost.err.splitlines()
    assert first == f"error[lockfile]: HEAD:lockfiles/night.lock.json: task {task(2)} of `alley` ($0.48) is missing"
    assert hint.startswith("hint: after a merge run `ltxspec lock merge`; what is missing")
    path.unlink()
    gone = ltxspec("lock", "verify", "--base", "HEAD", cwd=tmp_path, check=1)
    assert [number for number in (1, 2, 9) if task(number) in gone.err] == [1, 2, 9]


def test_verify_gives_the_place_and_the_cure_of_each_damaged_file(tmp_path: Path) -> None:
    repository(tmp_path)
    path = write_lockfile(tmp_path, BASE)
    path.write_text(path.read_text().replace("0.48", "0.01", 1))
    edited = ltxspec("lock", "verify", cwd=tmp_path, check=1).err
    assert "night.lock.json:6:5" in edited
    assert "`git diff -- " in edited
    path.write_text(path.read_text() + "<<<<<<< HEAD\n")
    conflicted = ltxspec("lock", "verify", cwd=tmp_path, check=1).err
    assert conflicted.endswith("hint: run `ltxspec lock merge`; it keeps the paid tasks of both sides\n")


def test_verify_follows_tasks_to_other_names_other_specs_and_other_folders(tmp_path: Path) -> None:
    repository(tmp_path)
    path = write_lockfile(tmp_path, OURS)
    commit(tmp_path, "bought")
    path.unlink()
    write_lockfile(tmp_path, Lockfile("runware", "day", {"lane": OURS.shots["alley"]}))
    write_lockfile(tmp_path, Lockfile("runware", "dusk", {}, {"fog": OURS.shots["fog"]}))
    ltxspec("lock", "verify", "--base", "HEAD", cwd=tmp_path)

    (tmp_path / "lockfiles").rename(tmp_path / "paid")
    config = tmp_path / "ltxspec.toml"
    config.write_text(config.read_text().replace("[project]", '[project]\nlockfiles = "paid"'))
    ltxspec("lock", "verify", "--base", "HEAD", cwd=tmp_path)
    (tmp_path / "paid" / "dusk.lock.json").unlink()
    assert task(9) in ltxspec("lock", "verify", "--base", "HEAD", cwd=tmp_path, check=1).err


def test_verify_says_what_cannot_be_compared(tmp_path: Path) -> None:
    repository(tmp_path)
    path = write_lockfile(tmp_path, BASE)
    whole = path.read_text()
    path.write_text(whole.replace("0.48", "0.01"))
    commit(tmp_path, "damaged digests")
    path.write_text("{")
    commit(tmp_path, "cut off")
    path.write_text(whole)
    ltxspec("lock", "verify", "--base", "HEAD^", cwd=tmp_path)
    unknown = ltxspec("lock", "verify", "--base", "HEAD", cwd=tmp_path, check=1)
    assert "it is unknown whether its records still exist" in unknown.err
    assert "git does not know the commit" in ltxspec("lock", "verify", "--base", "nowhere", cwd=tmp_path, check=1).err


def test_mv_renames_a_shot_also_into_another_spec_and_nothing_paid_is_lost(tmp_path: Path) -> None:
    repository(tmp_path)
    write_lockfile(tmp_path, OURS)
    commit(tmp_path, "bought")
    assert ltxspec("lock", "mv", "night.alley", "night.lane", cwd=tmp_path).out == "night.alley is now night.lane.\n"
    assert read_lockfile(tmp_path).shots == {"lane": OURS.shots["alley"], "fog": OURS.shots["fog"]}
    ltxspec("lock", "mv", "night.lane", "day.dawn", cwd=tmp_path)
    assert read_lockfile(tmp_path).shots == {"fog": OURS.shots["fog"]}
    assert read_lockfile(tmp_path, "day").shots == {"dawn": OURS.shots["alley"]}
    ltxspec("lock", "verify", "--base", "HEAD", cwd=tmp_path)


def test_mv_onto_a_shot_that_has_takes_keeps_them_and_its_choice(tmp_path: Path) -> None:
    write_lockfile(tmp_path, OURS)
    said = ltxspec("lock", "mv", "night.alley", "night.fog", cwd=tmp_path).err
    assert said == "warning: night.fog already has 1 take; the takes of both are one list then\n"
    fog = read_lockfile(tmp_path).shots["fog"]
    assert (fog.current, {item.task_id for item in fog.takes}) == (task(9), {task(1), task(2), task(9)})


def test_mv_moves_the_instances_of_a_shot_only_when_they_are_meant(tmp_path: Path) -> None:
    held = {"sky[dawn]": record(take()), "sky[dusk]": record(take("b", number=2))}
    write_lockfile(tmp_path, Lockfile("runware", "night", held, {"sky[noon]": record(take("c", number=3))}))
    many = ltxspec("lock", "mv", "night.sky", "night.air", cwd=tmp_path, check=64).err
    assert "`night.sky` has 3 instances" in many
    assert "write 'night.sky[*]'" in many
    one = ltxspec("lock", "mv", "night.sky[*]", "night.air[dawn]", cwd=tmp_path, check=64).err
    assert "is one name for 3 instances" in one
    shown = ltxspec("lock", "mv", "night.sky[*]", "night.air[*]", "--dry-run", cwd=tmp_path).out
    assert shown.splitlines()[0] == "night.sky[dawn] would be night.air[dawn]."
    assert sorted(read_lockfile(tmp_path).shots) == ["sky[dawn]", "sky[dusk]"]
    ltxspec("lock", "mv", "night.sky[*]", "night.air", cwd=tmp_path)
    now = read_lockfile(tmp_path)
    assert (sorted(now.shots), sorted(now.retired)) == (["air[dawn]", "air[dusk]"], ["air[noon]"])


@pytest.mark.parametrize(
    ("origin", "target", "night", "day"),
    [
        ("night", "day", [], ["fog", "sky[dawn]", "sky[dusk]", "sky[noon]"]),
        ("night.sky[d*]", "day.sky[d*]", ["fog", "sky[noon]"], ["sky[dawn]", "sky[dusk]"]),
        ("night.sky[d*]", "day.air[late-*]", ["fog", "sky[noon]"], ["air[late-awn]", "air[late-usk]"]),
        ("night.sky[d*]", "day", ["fog", "sky[noon]"], ["sky[dawn]", "sky[dusk]"]),
        ("night.sky[?oon]", "day.noon", ["fog", "sky[dawn]", "sky[dusk]"], ["noon[noon]"]),
        ("night.fog", "day", ["sky[dawn]", "sky[dusk]", "sky[noon]"], ["fog"]),
        ("night.*", "day.x-*", [], ["x-fog", "x-sky[dawn]", "x-sky[dusk]", "x-sky[noon]"]),
    ],
)
def test_mv_knows_wildcards_and_whole_specs(
    origin: str, target: str, night: list[str], day: list[str], tmp_path: Path
) -> None:
    held = {"sky[dawn]": record(take()), "sky[dusk]": record(take("b", number=2)), "fog": record(take("d", number=4))}
    write_lockfile(tmp_path, Lockfile("runware", "night", held, {"sky[noon]": record(take("c", number=3))}))
    ltxspec("lock", "mv", origin, target, cwd=tmp_path)
    left, moved = (read_lockfile(tmp_path, name) for name in ("night", "day"))
    assert sorted({*left.shots, *left.retired}) == night
    assert sorted({*moved.shots, *moved.retired}) == day


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
@pytest.mark.parametrize(("origin", "target"), [("night", "nihgt-two"), ("night.*", "nihgt-two.*")])
def test_mv_to_a_name_that_no_spec_has_says_so(origin: str, target: str, dry: tuple[str, ...], tmp_path: Path) -> None:
    for name in ("night", "night-two"):
        write_spec(tmp_path, "model: lightricks:2@0\nshots: {alley: {prompt: x}}\n", name)
    write_lockfile(tmp_path, OURS)
    done = ltxspec("lock", "mv", origin, target, *dry, "--format", "json", cwd=tmp_path)
    assert "no spec in `specs` is named `nihgt-two`: no plan uses takes that are moved there" in done.err
    assert "did you mean `night-two`?" in done.err
    (problem,) = done.json["diagnostics"]
    assert (problem["code"], problem["hint"]) == ("no-such-spec", "did you mean `night-two`?")
    assert len(done.json["moved"]) == 2


def test_mv_to_a_spec_is_silent_also_when_that_spec_has_errors(tmp_path: Path) -> None:
    write_lockfile(tmp_path, OURS)
    write_spec(tmp_path, "model: lightricks:2@0\nshots: {alley: {prompt: '{{ gone }}'}}\n", "day")
    done = ltxspec("lock", "mv", "night", "day", "--dry-run", "--format", "json", cwd=tmp_path)
    assert (done.err, done.json["diagnostics"]) == ("", [])


def test_mv_names_the_specs_whose_names_cannot_be_read(tmp_path: Path) -> None:
    write_lockfile(tmp_path, OURS)
    write_spec(tmp_path, "shots: [", "day")
    said = ltxspec("lock", "mv", "night", "day", "--dry-run", cwd=tmp_path).err
    assert "(besides `specs/day.yaml`, whose name cannot be read)" in said


def test_mv_can_swap_nothing_by_halves(tmp_path: Path) -> None:
    """Names that are both old and new are moved as one step."""
    held = {"a-1": record(take()), "a-a-1": record(take("b", number=2))}
    write_lockfile(tmp_path, Lockfile("runware", "night", held, {}))
    ltxspec("lock", "mv", "night.*", "night.a-*", cwd=tmp_path)
    now = read_lockfile(tmp_path).shots
    assert {key: shot.takes[0].task_id for key, shot in now.items()} == {"a-a-1": task(1), "a-a-a-1": task(2)}


def test_mv_names_what_it_does_not_understand(tmp_path: Path) -> None:
    write_lockfile(tmp_path, OURS)
    assert "did you mean `night.alley`?" in ltxspec("lock", "mv", "night.aley", "night.b", cwd=tmp_path, check=1).err
    assert "already its name" in ltxspec("lock", "mv", "night.alley", "night.alley", cwd=tmp_path, check=64).err
    for odd in ("../x.alley", "night.a b", "Night.alley", "night."):
        ltxspec("lock", "mv", "night.alley", odd, cwd=tmp_path, check=64)
    assert "is not the name of a spec" in ltxspec("lock", "mv", "../x.alley", "day", cwd=tmp_path, check=64).err


def test_a_shot_with_a_task_under_way_is_neither_renamed_nor_forgotten(tmp_path: Path) -> None:
    write_lockfile(tmp_path, OURS)
    journal = tmp_path / ".ltxspec" / "journal" / "night.jsonl"
    journal.parent.mkdir(parents=True)
    under_way = intent("new", number=7)
    journal.write_bytes(encode_event(under_way) + encode_event(Accepted(under_way.task_id, under_way.at)))
    for command in (["mv", "night.alley", "night.lane"], ["mv", "night.fog", "night.alley"], ["rm", "night.alley"]):
        assert "still under way" in ltxspec("lock", *command, cwd=tmp_path, check=1).err
    assert read_lockfile(tmp_path) == OURS
    ltxspec("lock", "mv", "night.fog", "night.mist", cwd=tmp_path)


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
@pytest.mark.parametrize("recorded", [None, OURS])
@pytest.mark.parametrize(("origin", "target"), [("night", "day"), ("night.*", "day.*"), ("night.wall", "day.wall")])
def test_mv_of_a_shot_that_has_only_a_task_under_way_says_why_it_does_not_move(
    tmp_path: Path, origin: str, target: str, recorded: Lockfile | None, dry: tuple[str, ...]
) -> None:
    if recorded is not None:
        write_lockfile(tmp_path, recorded)
    journal = tmp_path / ".ltxspec" / "journal" / "night.jsonl"
    journal.parent.mkdir(parents=True)
    under_way = intent("new", number=7, instance="wall")
    journal.write_bytes(encode_event(under_way) + encode_event(Accepted(under_way.task_id, under_way.at)))
    refused = ltxspec("lock", "mv", origin, target, *dry, cwd=tmp_path, check=1).err
    assert "a task of `night.wall` is still under way" in refused
    assert "`ltxspec collect`" in refused
    assert not (tmp_path / "lockfiles" / "day.lock.json").exists()
    if recorded is not None:
        assert read_lockfile(tmp_path) == recorded


def test_rm_says_what_is_forgotten_and_what_it_cost_and_asks_first(tmp_path: Path) -> None:
    held = record(take(), take("b", number=2, at=LATER, cost=None), current=2)
    write_lockfile(tmp_path, lockfile(alley=held, fog=BASE.shots["fog"]))
    asked = ltxspec("lock", "rm", "night.alley", cwd=tmp_path, check=4)
    assert "night.alley take 1  succeeded  $0.48" in asked.err
    assert "night.alley take 2  succeeded  cost unknown" in asked.err
    assert "removes the record of at least $0.48, 1 of unknown cost" in asked.err
    assert read_lockfile(tmp_path).shots["alley"] == held

    assert "has takes 1 to 2" in ltxspec("lock", "rm", "night.alley", "--take", "3", cwd=tmp_path, check=64).err
    one = ltxspec("lock", "rm", "night.alley", "--take", "2", "--yes", cwd=tmp_path)
    assert one.out == "Removed: 1 take of night.alley, 1 of unknown cost.\n"
    assert read_lockfile(tmp_path).shots["alley"] == record(take()), "the take before it is current again"
    ltxspec("lock", "rm", "night.alley", "--yes", cwd=tmp_path)
    assert read_lockfile(tmp_path).shots.keys() == {"fog"}
    assert "did you mean" in ltxspec("lock", "rm", "night.fogg", "--yes", cwd=tmp_path, check=1).err


def test_a_key_that_is_live_and_retired_has_one_numbering_in_every_command(tmp_path: Path) -> None:
    live, retired = record(take("b", number=2, at=LATER)), record(take(), take("c", number=3, at=LATEST))
    write_lockfile(tmp_path, Lockfile("runware", "night", {"alley": live}, {"alley": retired}))
    (shown,) = ltxspec("show", "night.alley", "--format", "json", cwd=tmp_path).json["shots"]
    numbers = {item["take"]: item["taskUUID"] for item in shown["takes"]}
    assert (numbers, shown["retired"], shown["current"]) == ({1: task(1), 2: task(2), 3: task(3)}, False, task(2))
    ltxspec("pick", "night.alley", "--take", "3", cwd=tmp_path)
    assert read_lockfile(tmp_path).shots["alley"].current == task(3)
    (shown,) = ltxspec("show", "night.alley", "--format", "json", cwd=tmp_path).json["shots"]
    assert {item["take"]: item["taskUUID"] for item in shown["takes"]} == numbers
    ltxspec("lock", "rm", "night.alley", "--take", "2", "--yes", cwd=tmp_path)
    assert tasks(tmp_path) == {task(1), task(3)}


def test_a_rename_by_hand_and_by_command_leave_the_same_free_plan(tmp_path: Path) -> None:
    head = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720, duration: 6, fps: 24}\nshots:\n"
    sandbox = ("--provider", "sandbox")
    write_spec(tmp_path, f"{head}  alley: {{prompt: rain}}\n")
    ltxspec("apply", *sandbox, cwd=tmp_path)
    write_spec(tmp_path, f"{head}  lane: {{prompt: rain}}\n", name="day")
    (tmp_path / "specs" / "night.yaml").unlink()
    ltxspec("lock", "mv", "night.alley", "day.lane", *sandbox, cwd=tmp_path)
    assert ltxspec("plan", *sandbox, cwd=tmp_path).out.startswith("No changes.")
    assert (tmp_path / "renders" / "sandbox" / "day" / "lane.mp4").is_file()
    assert not (tmp_path / "renders" / "sandbox" / "night" / "alley.mp4").is_symlink()


def test_migrate_reads_everything_and_rewrites_only_what_is_not_in_the_present_form(tmp_path: Path) -> None:
    path = write_lockfile(tmp_path, OURS)
    write_lockfile(tmp_path, Lockfile("runware", "day", {"lane": record(take())}))
    assert ltxspec("lock", "migrate", cwd=tmp_path).out == "2 lockfiles already in version 1, 0 rewritten.\n"
    path.write_text(json.dumps(json.loads(path.read_text())))
    rewritten = ltxspec("lock", "migrate", cwd=tmp_path).out
    assert rewritten == "rewritten: night\n1 lockfile already in version 1, 1 rewritten.\n"
    assert path.read_bytes() == encode_lockfile(OURS)


@pytest.mark.parametrize(
    "command",
    [
        ("show",),
        ("cost",),
        ("output", "night.fog"),
        ("pick", "night.alley", "--take", "1"),
        ("archive", "verify"),
        ("lock", "verify"),
        ("doctor",),
    ],
    ids=" ".join,
)
def test_a_tracked_lockfile_that_is_missing_is_never_taken_for_an_empty_one(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    repository(tmp_path)
    path = write_lockfile(tmp_path, OURS)
    write_lockfile(tmp_path, Lockfile("runware", "day", {"lane": record(take(number=8))}))
    commit(tmp_path, "bought")
    path.unlink()
    said = ltxspec(*command, cwd=tmp_path, check=None)
    assert said.code in (1, 3)
    assert "`lockfiles/night.lock.json` is missing, but git tracks it" in said.out + said.err
