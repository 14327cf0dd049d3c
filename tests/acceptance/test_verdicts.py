"""`approve` and `reject`: what people decide about takes is recorded beside the lockfile, shown, and merged by git."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import ltxspec, write_spec
from acceptance.repositories import branch, commit, git, repository, write_lockfile
from builders import lockfile, record, take, task

from ltxspec.apply.ledger import time_after, timestamp
from ltxspec.lock.models import ShotRecord
from ltxspec.report.review.reading import review_from_json
from ltxspec.storage.clock import SystemClock

SPEC = """\
model: lightricks:2@0
defaults: {width: 1920, height: 1080}
shots:
  alley: {prompt: be}
  fog: {prompt: ce}
"""
BOUGHT = lockfile(alley=record(take(), take("b", number=2), current=2), fog=record(take("c", number=3)))


@pytest.fixture
def bought(tmp_path: Path) -> Path:
    repository(tmp_path)
    write_lockfile(tmp_path, BOUGHT)
    commit(tmp_path, "bought")
    return tmp_path


def verdicts(folder: Path) -> dict[str, list[dict[str, Any]]]:
    document = json.loads((folder / "lockfiles" / "night.review.json").read_text("utf-8"))
    assert (document["reviewVersion"], document["provider"], document["spec"]) == (1, "runware", "night")
    found: dict[str, list[dict[str, Any]]] = document["verdicts"]
    return found


def test_a_later_verdict_counts_although_the_clock_was_set_back(bought: Path) -> None:
    ltxspec("reject", "night.alley", cwd=bought)
    path = bought / "lockfiles" / "night.review.json"
    text, written = path.read_text("utf-8"), verdicts(bought)[task(2)][0]["time"]
    path.write_text(text.replace(written, later := hours_ahead(12)), "utf-8")
    ltxspec("approve", "night.*", cwd=bought)
    assert [item["verdict"] for item in verdicts(bought)[task(2)]] == ["rejected", "approved"]
    assert verdicts(bought)[task(2)][1]["time"] == time_after(later, [later])


def test_a_verdict_is_of_one_take_and_says_who_and_why(bought: Path) -> None:
    git(bought, "config", "user.name", "Ann")
    lock = (bought / "lockfiles" / "night.lock.json").read_bytes()
    said = ltxspec("approve", "night.alley", cwd=bought).out
    assert said == "night.alley take 2: approved by Ann\n"
    said = ltxspec(
        "reject",
        "night.alley",
        "--take",
        "1",
        "--note",
        "the umbrella is black",
        "--at",
        "2.5",
        "--by",
        "Bo",
        cwd=bought,
    ).out
    assert said == "night.alley take 1: rejected by Bo at 2.5 s: the umbrella is black\n"
    ltxspec("reject", "night.fog", "--needs-work", cwd=bought)
    found = verdicts(bought)
    assert {name: items[-1]["verdict"] for name, items in found.items()} == {
        task(1): "rejected",
        task(2): "approved",
        task(3): "needs-work",
    }
    assert (bought / "lockfiles" / "night.lock.json").read_bytes() == lock


def test_a_note_is_about_a_span_and_a_box_of_the_frame(bought: Path) -> None:
    place = ("--at", "1.5", "--until", "2.5", "--box", "0.1,0.2,0.3,0.3")
    said = ltxspec("reject", "night.alley", *place, "--note", "too dark", "--by", "Bo", cwd=bought).out
    assert said == "night.alley take 2: rejected by Bo at 1.5–2.5 s in the box 0.1,0.2,0.3,0.3: too dark\n"
    said = ltxspec("reject", "night.fog", "--at", "1", "--point", "0.5,0.25", "--by", "Bo", cwd=bought).out
    assert said == "night.fog take 1: rejected by Bo at 1 s at the point 0.5,0.25\n"
    (one,), (two,) = verdicts(bought)[task(2)], verdicts(bought)[task(3)]
    assert (one["at"], one["until"], one["box"], "point" in one) == (1.5, 2.5, [0.1, 0.2, 0.3, 0.3], False)
    assert (two["at"], two["point"], "box" in two, "until" in two) == (1, [0.5, 0.25], False, False)
    assert "notes" not in json.loads((bought / "lockfiles" / "night.review.json").read_text("utf-8"))


def test_show_has_the_verdict_that_counts(bought: Path) -> None:
    ltxspec("approve", "night.alley", "--by", "Ann", cwd=bought)
    ltxspec("reject", "night.alley", "--by", "Bo", "--note", "no", cwd=bought)
    assert "      rejected by Bo: no\n" in ltxspec("show", "night.alley", cwd=bought).out
    (shot,) = ltxspec("show", "night.alley", "--format", "json", cwd=bought).json["shots"]
    assert [item["verdict"] and item["verdict"]["verdict"] for item in shot["takes"]] == [None, "rejected"]
    assert len(verdicts(bought)[task(2)]) == 2


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("approve", "night.aley"), 1, "did you mean `night.alley`?"),
        (("approve", "night.alley", "--take", "9"), 64, "no take 9"),
        (("reject", "night.alley", "--at", "-1"), 64, "--at"),
        (("reject", "night.alley", "--at", "8.1"), 64, "beyond the end of take 2 of `night.alley`, which is 8 s long"),
        (("approve", "night.*", "--at", "99"), 64, "beyond the end"),
        (("reject", "night.alley", "--at", "nan"), 64, "no moment"),
        (("reject", "night.alley", "--at", "inf"), 64, "no moment"),
        (("reject", "night.alley", "--at", "7", "--until", "8.1"), 64, "`--until 8.1` is beyond the end of take 2"),
        (("reject", "night.alley", "--at", "2", "--until", "2"), 64, "`until` (2 s) is not after `at` (2 s)"),
        (("reject", "night.alley", "--until", "2"), 64, "`until` needs `at`"),
        (("reject", "night.alley", "--point", "0.5,0.5"), 64, "`point` needs `at`"),
        (("reject", "night.alley", "--at", "1", "--point", "0.5,2"), 64, "is not X,Y"),
        (("reject", "night.alley", "--at", "1", "--point", "0.5,1.2"), 64, "not from 0 to 1"),
        (("reject", "night.alley", "--at", "1", "--box", "0.5,0.5,0.6,0.1"), 64, "reaches beyond the frame"),
        (("reject", "night.alley", "--at", "1", "--box", "0.5,0.5,0,0.1"), 64, "has no size"),
        (("reject", "night.alley", "--at", "1", "--box", "0,0,1,1", "--point", "0,0"), 64, "both given"),
        (("approve", "night.fog", "night.aley"), 1, "did you mean `night.alley`?"),
        (("approve", "night.*", "--take", "1"), 64, "2 shots are given"),
        (("reject", "night.alley", "--note", "x" * 10_001), 64, "10,001 characters"),
        (("approve",), 64, "ADDRESS"),
    ],
)
def test_what_cannot_be_decided_writes_nothing(arguments: tuple[str, ...], code: int, words: str, bought: Path) -> None:
    assert words in ltxspec(*arguments, cwd=bought, check=code).err
    assert not (bought / "lockfiles" / "night.review.json").exists()


@pytest.mark.parametrize("patterns", [["night.*"], ["night"], ["night.fog", "night.alley", "night.alley"]])
def test_several_shots_are_decided_about_at_once(patterns: list[str], bought: Path) -> None:
    done = ltxspec("approve", *patterns, "--at", "8", "--format", "json", cwd=bought)
    assert sorted((item["address"], item["take"]) for item in done.json["decisions"]) == [
        ("night.alley", 2),
        ("night.fog", 1),
    ]
    assert {name: len(items) for name, items in verdicts(bought).items()} == {task(2): 1, task(3): 1}


def test_of_many_shots_those_without_a_take_in_use_are_left_out(bought: Path) -> None:
    failed = ShotRecord(None, (take("x", number=7, status="failed"),))
    write_lockfile(bought, lockfile({"old": record(take("o", number=8))}, **BOUGHT.shots, bad=failed))
    done = ltxspec("reject", "night", cwd=bought)
    assert "nothing is decided about `night.bad`, `night.old`" in done.err
    assert sorted(verdicts(bought)) == [task(2), task(3)]
    assert "has no current take" in ltxspec("reject", "night.bad", cwd=bought, check=64).err
    ltxspec("reject", "night.old", cwd=bought)


@pytest.mark.parametrize(
    "command",
    [
        ("show", "night.alley"),
        ("plan",),
        ("plan", "-q"),
        ("status",),
        ("status", "-q"),
        ("pick", "night.alley", "--take", "1"),
    ],
)
def test_a_damaged_file_is_a_warning_for_what_only_shows_verdicts(command: tuple[str, ...], bought: Path) -> None:
    write_spec(bought, SPEC)
    path = bought / "lockfiles" / "night.review.json"
    path.write_text('{"reviewVersion": 1', "utf-8")
    done = ltxspec(*command, cwd=bought)
    assert "`lockfiles/night.review.json` is not JSON" in done.err
    assert "its verdicts are unknown" in done.err
    assert path.read_text("utf-8") == '{"reviewVersion": 1'


def test_a_damaged_file_is_found_by_lock_verify(bought: Path) -> None:
    (bought / "lockfiles" / "night.review.json").write_text("<<<<<<< ours", "utf-8")
    assert "`lockfiles/night.review.json` is not JSON" in ltxspec("lock", "verify", cwd=bought, check=1).err


def test_a_damaged_file_stops_no_apply(rendered: Path) -> None:
    (rendered / ".ltxspec" / "sandbox" / "lockfiles" / "night.review.json").write_text("[]", "utf-8")
    done = ltxspec("apply", "--target", "night.alley", cwd=rendered)
    assert "is not a file of verdicts" in done.err
    assert "No changes" in done.out


@pytest.mark.parametrize("command", ["plan", "status"])
def test_a_damaged_file_is_in_the_documents(command: str, bought: Path) -> None:
    (bought / "lockfiles" / "night.review.json").write_text("{", "utf-8")
    found = ltxspec(command, "--format", "json", cwd=bought).json["diagnostics"]
    assert "verdicts" in [item["code"] for item in found]


def test_plan_says_which_up_to_date_shots_have_takes_that_are_decided_against(rendered: Path) -> None:
    plan = ("plan", "--target", "night.alley")
    assert "decided against" not in ltxspec(*plan, cwd=rendered).err
    digest = ltxspec(*plan, "--format", "json", cwd=rendered).json["digest"]
    ltxspec(*plan, "-o", "saved.json", cwd=rendered)
    ltxspec("reject", "night.alley", "--note", "too dark", "--by", "Bo", cwd=rendered)
    said = ltxspec(*plan, cwd=rendered).err
    assert "warning[doubted-take]: the take that `night.alley` uses is decided against (1 rejected)" in said
    assert "hint: `ltxspec pick night.alley --take N` uses another take of it" in said
    assert "`--retake night.alley` renders it once more, for its full price" in said
    whole = ltxspec("-v", *plan, cwd=rendered).out
    assert "kept, though decided against:\n  night.alley  rejected by Bo: too dark\n" in whole
    document = ltxspec(*plan, "--format", "json", cwd=rendered).json
    assert document["digest"] == digest
    assert [(item["address"], item["decided"]["verdict"]) for item in document["doubted"]] == [
        ("night.alley", "rejected")
    ]
    assert "No changes" in ltxspec("apply", "saved.json", cwd=rendered).out
    assert "decided against" not in ltxspec(*plan, "--retake", "night.alley", cwd=rendered).err
    ltxspec("approve", "night.alley", cwd=rendered)
    assert "decided against" not in ltxspec(*plan, cwd=rendered).err


def test_status_counts_verdicts_of_current_takes(bought: Path) -> None:
    write_spec(bought, SPEC)
    assert "verdicts" not in ltxspec("status", cwd=bought).out
    ltxspec("reject", "night.alley", "--take", "1", cwd=bought)
    ltxspec("reject", "night.alley", "--needs-work", "--note", "slower", "--by", "Bo", cwd=bought)
    ltxspec("approve", "night.fog", cwd=bought)
    said = ltxspec("status", cwd=bought).out
    assert "verdicts: 1 approved, 1 needs work\n" in said
    assert "decided against" not in said, "both will be rendered again anyway"
    document = ltxspec("status", "--format", "json", cwd=bought).json
    assert document["verdicts"] == {"approved": 1, "needs-work": 1, "rejected": 0}
    assert [shot["verdict"]["verdict"] for shot in document["shots"]] == ["needs-work", "approved"]


def test_status_lists_shots_that_stay_with_a_rejected_take(rendered: Path) -> None:
    ltxspec("reject", "night.alley", "--note", "slower", "--by", "Bo", cwd=rendered)
    said = ltxspec("status", cwd=rendered).out
    assert "decided against: 1 shot; `ltxspec apply --retake ADDRESS` renders it once more" in said
    assert "  night.alley  rejected by Bo: slower\n" in said


def test_pick_of_a_rejected_take_warns(bought: Path) -> None:
    ltxspec("reject", "night.alley", "--take", "1", "--note", "no", "--by", "Bo", cwd=bought)
    done = ltxspec("pick", "night.alley", "--take", "1", "--format", "json", cwd=bought)
    assert "warning: take 1 is decided against: rejected by Bo: no\n" in done.err
    assert done.json["verdict"]["verdict"] == "rejected"
    assert "decided against" not in ltxspec("pick", "night.alley", "--take", "2", cwd=bought).err


def test_pick_says_once_that_the_next_plan_undoes_it(bought: Path) -> None:
    write_spec(bought, SPEC)
    said = ltxspec("pick", "night.alley", "--take", "1", cwd=bought).err
    assert said.count("warning: the spec asks for something else than take 1 shows") == 1


def test_verdicts_follow_takes_into_another_spec(bought: Path) -> None:
    ltxspec("reject", "night.alley", "--by", "Bo", cwd=bought)
    ltxspec("lock", "mv", "night.alley", "day.alley", cwd=bought)
    assert "rejected by Bo" in ltxspec("show", "day.alley", cwd=bought).out


def test_a_verdict_counts_after_one_that_the_take_has_from_another_spec(bought: Path) -> None:
    ltxspec("reject", "night.alley", cwd=bought)
    path = bought / "lockfiles" / "night.review.json"
    written = verdicts(bought)[task(2)][0]["time"]
    path.write_text(path.read_text("utf-8").replace(written, hours_ahead(12)), "utf-8")
    ltxspec("lock", "mv", "night.alley", "day.alley", cwd=bought)
    ltxspec("approve", "day.alley", "--by", "Bo", cwd=bought)
    assert "approved by Bo" in ltxspec("show", "day.alley", cwd=bought).out


def hours_ahead(hours: float) -> str:
    return timestamp(SystemClock().now() + timedelta(hours=hours))


def dated(project: Path, time: str) -> None:
    """Give the only verdict another time."""
    path = project / "lockfiles" / "night.review.json"
    written = verdicts(project)[task(2)][0]["time"]
    path.write_text(path.read_text("utf-8").replace(written, time), "utf-8")


def test_an_approval_from_the_future_does_not_count_and_is_named(bought: Path) -> None:
    ltxspec("approve", "night.alley", "--by", "Ann", cwd=bought)
    dated(bought, "2099-01-01T00:00:00.000Z")
    named = f"`lockfiles/night.review.json` has an approval of take `{task(2)}` of"
    warning = f"{named} `2099-01-01T00:00:00.000Z`, in the future, which does"
    for command in ("plan", "status", "show"):
        assert warning in " ".join(ltxspec(command, cwd=bought, check=None).err.split())
    assert "approved" not in ltxspec("show", "night.alley", cwd=bought).out
    ltxspec("reject", "night.alley", "--by", "Bo", cwd=bought)
    assert "rejected by Bo" in ltxspec("show", "night.alley", cwd=bought).out
    assert len(verdicts(bought)[task(2)]) == 2  # what is in the file stays there


def test_an_approval_by_a_clock_that_is_a_little_ahead_counts(bought: Path) -> None:
    ltxspec("approve", "night.alley", "--by", "Ann", cwd=bought)
    dated(bought, hours_ahead(23))
    assert "approved by Ann" in ltxspec("show", "night.alley", cwd=bought).out


def test_no_approval_is_written_that_would_not_count(bought: Path) -> None:
    ltxspec("reject", "night.alley", cwd=bought)
    dated(bought, "2099-01-01T00:00:00.000Z")
    said = ltxspec("approve", "night.alley", cwd=bought, check=64).err
    assert "a verdict of `2099-01-01T00:00:00.000Z` is recorded, in the future, after which no approval counts" in said


@pytest.mark.parametrize(("field", "length"), [("note", 10_001), ("by", 201)])
def test_a_text_that_is_longer_than_any_that_is_written_makes_a_file_unreadable(
    bought: Path, field: str, length: int
) -> None:
    ltxspec("reject", "night.alley", "--note", "dark", "--by", "Bo", cwd=bought)
    path = bought / "lockfiles" / "night.review.json"
    document = json.loads(path.read_text("utf-8"))
    document["verdicts"][task(2)][0][field] = "x" * length
    path.write_text(json.dumps(document), "utf-8")
    said = " ".join(ltxspec("show", "night.alley", cwd=bought, check=None).err.split())
    assert f"of {length:,} characters, and at most {length - 1:,} are read; its verdicts are unknown" in said


def test_a_long_name_is_recorded_as_far_as_it_is_read(bought: Path) -> None:
    ltxspec("reject", "night.alley", "--by", "B" * 300, cwd=bought)
    assert verdicts(bought)[task(2)][0]["by"] == "B" * 200


def test_a_file_that_is_a_link_counts_as_unreadable(bought: Path) -> None:
    """On disk as in a commit, so that the checkout buys what the review said."""
    ltxspec("approve", "night.alley", "--by", "Ann", cwd=bought)
    path = bought / "lockfiles" / "night.review.json"
    path.rename(bought / "elsewhere.json")
    path.symlink_to("../elsewhere.json")
    said = ltxspec("show", "night.alley", cwd=bought)
    assert "is a symbolic link, and verdicts are read from files only" in " ".join(said.err.split())
    assert "approved" not in said.out
    assert "is a symbolic link" in ltxspec("approve", "night.alley", cwd=bought, check=1).err
    assert path.is_symlink()
    commit(bought, "a link")
    found = ltxspec("diff", "HEAD~1", "HEAD", "--format", "json", cwd=bought, check=None).json["diagnostics"]
    assert [(item["code"], "no approval counts" in item["message"]) for item in found] == [("verdicts", True)]


def test_a_file_that_is_only_a_pointer_is_named_with_the_cure(bought: Path) -> None:
    path = bought / "lockfiles" / "night.review.json"
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "utf-8")
    said = " ".join(ltxspec("show", "night.alley", cwd=bought).err.split())
    assert "is only a Git LFS pointer" in said
    assert "git lfs pull" in said


def test_a_verdict_that_none_could_follow_stays_readable(bought: Path) -> None:
    ltxspec("reject", "night.alley", cwd=bought)
    path = bought / "lockfiles" / "night.review.json"
    written = verdicts(bought)[task(2)][0]["time"]
    path.write_text(path.read_text("utf-8").replace(written, "9998-12-31T23:59:59.999Z"), "utf-8")
    before = path.read_bytes()
    assert "after which none can follow" in ltxspec("reject", "night.alley", cwd=bought, check=64).err
    assert path.read_bytes() == before


def test_verdicts_of_another_spec_that_cannot_be_read_are_a_warning(bought: Path) -> None:
    (bought / "lockfiles" / "day.review.json").write_text("<<<<<<<", "utf-8")
    assert "its verdicts are unknown" in ltxspec("reject", "night.alley", cwd=bought).err


def test_a_damaged_file_is_an_error_and_stays(bought: Path) -> None:
    path = bought / "lockfiles" / "night.review.json"
    path.write_text('{"reviewVersion": 1', "utf-8")
    for name in ("approve", "reject"):
        assert "is not JSON" in ltxspec(name, "night.alley", cwd=bought, check=1).err
    assert path.read_text("utf-8") == '{"reviewVersion": 1'


@pytest.mark.parametrize("driver", [True, False])
def test_two_branches_that_decide_are_merged(driver: bool, bought: Path) -> None:
    if not driver:
        git(bought, "config", "--remove-section", "merge.ltxspec")
    ltxspec("approve", "night.fog", "--by", "Ann", cwd=bought)
    commit(bought, "base")
    for name, number in (("ann", "1"), ("bo", "2")):
        branch(bought, name)
        ltxspec("reject", "night.alley", "--take", number, "--by", name, cwd=bought)
        ltxspec("approve", "night.fog", "--by", name, cwd=bought)
        commit(bought, name)
    done = git(bought, "merge", "--quiet", "--no-edit", "ann", check=False)
    if not driver:
        assert done.returncode != 0
        merged = ltxspec("lock", "merge", cwd=bought).out
        assert "lockfiles/night.review.json: 3 tasks (verdicts of both sides)" in merged
    found = verdicts(bought)
    assert {name: [item["by"] for item in items] for name, items in found.items()} == {
        task(1): ["ann"],
        task(2): ["bo"],
        task(3): ["Ann", "ann", "bo"],
    }


def test_every_command_says_the_same_number_of_a_take(rendered: Path) -> None:
    spec = rendered / "specs" / "night.yaml"
    spec.write_text(spec.read_text("utf-8").replace("Rain over", "Snow over"), "utf-8")
    ltxspec("apply", "--target", "night.alley", cwd=rendered)
    retake = ("--target", "night.alley", "--retake", "night.alley")
    assert "retake requested, take 4" in ltxspec("plan", *retake, cwd=rendered).out
    (shot,) = ltxspec("why", "night.alley", "--format", "json", cwd=rendered).json["shots"]
    assert shot["take"] == 3
    said = ltxspec("why", "night.alley", cwd=rendered).out
    assert f"task: {shot['planned']['taskUUID']} (take 3)" in said
    assert "  * take 3  succeeded" in said
    ltxspec("apply", *retake, cwd=rendered)
    assert "  * take 4  succeeded" in ltxspec("show", "night.alley", cwd=rendered).out
    assert "night.alley take 4: approved" in ltxspec("approve", "night.alley", cwd=rendered).out
    assert "take 4)" in ltxspec("why", "night.alley", cwd=rendered).out
    assert "take 3 is current" in ltxspec("pick", "night.alley", "--take", "3", cwd=rendered).out
    assert "(take 3)" in ltxspec("why", "night.alley", cwd=rendered).out
    ltxspec("frame", "night.alley", "--take", "4", "-o", "four.png", cwd=rendered)
    assert "no take 5" in ltxspec("frame", "night.alley", "--take", "5", "-o", "x.png", cwd=rendered, check=64).err


def test_the_sandbox_has_verdicts_of_its_own(rendered: Path) -> None:
    ltxspec("approve", "night.alley", cwd=rendered)
    assert (rendered / ".ltxspec" / "sandbox" / "lockfiles" / "night.review.json").exists()
    assert not (rendered / "lockfiles").exists()


def test_a_review_of_a_change_has_the_verdicts_about_its_takes(rendered: Path) -> None:
    git(rendered, "init", "--quiet")
    git(rendered, "add", "specs", "ltxspec.toml")
    git(rendered, "commit", "--quiet", "--message=First")
    assert "verdicts" not in ltxspec("diff", "HEAD", "--format", "json", cwd=rendered).json
    ltxspec("approve", "night.alley", "--by", "Ann", cwd=rendered)
    ltxspec("reject", "night.alley", "--by", "Bo", "--at", "1", "--note", "too dark", cwd=rendered)
    ltxspec("approve", "night.alley", "--take", "1", cwd=rendered)
    said = ltxspec("diff", "HEAD", cwd=rendered).out
    assert "      rejected by Bo at 1 s: too dark\n" in said
    document = ltxspec("diff", "HEAD", "--format", "json", cwd=rendered).json
    (shot,) = [item for item in document["shots"] if item["address"] == "night.alley"]
    assert document["verdicts"][shot["after"]]["by"] == "Bo"
    assert sorted(item["verdict"] for item in document["verdicts"].values()) == ["approved", "rejected"]
    assert {task: one.by for task, (one,) in review_from_json(document).verdicts.items()}[shot["after"]] == "Bo"
