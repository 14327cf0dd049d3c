"""`review import`: what a page exported is recorded as by `approve` and `reject`: once, and all of it or nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from acceptance.commands import ltxspec
from acceptance.repositories import commit, git, repository, write_lockfile
from builders import lockfile, record, take, task

from ltxspec.project.project import open_project
from ltxspec.project.storyboard.importing import UnknownTakes, import_review

BOUGHT = lockfile(
    alley=record(take(), take("b", number=2), current=2),
    fog=record(take("c", number=3), take("x", number=4, status="failed"), current=3),
)
NOON, LATER = "2026-11-28T12:00:00.000Z", "2026-11-28T13:00:00.000Z"


@pytest.fixture
def bought(tmp_path: Path) -> Path:
    repository(tmp_path)
    write_lockfile(tmp_path, BOUGHT)
    commit(tmp_path, "bought")
    return tmp_path


def verdict(word: str = "rejected", **fields: Any) -> dict[str, Any]:
    return {"verdict": word, "note": None, "at": None, "by": "Bo", "time": NOON, **fields}


def note(text: str = "too dark", **fields: Any) -> dict[str, Any]:
    return {"note": text, "at": None, "by": "Bo", "time": NOON, **fields}


def about(number: int, address: str = "night.alley", **said: Any) -> dict[str, Any]:
    return {"address": address, "taskUUID": task(number), **said}


def export(folder: Path, *takes: Any, **fields: Any) -> str:
    document = {"exportVersion": 1, "provider": "runware", "takes": takes, **fields}
    (folder / "exported.json").write_text(json.dumps(document), "utf-8")
    return "exported.json"


def written(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "lockfiles" / "night.review.json").read_text("utf-8"))
    return document


def test_verdicts_and_notes_are_recorded_and_said(bought: Path) -> None:
    place: dict[str, Any] = {"at": 1.5, "until": 2.5, "box": [0.1, 0.2, 0.3, 0.3]}
    file = export(
        bought,
        about(2, verdicts=[verdict("approved")]),
        about(1, verdicts=[verdict(**place)], notes=[note(**place), note("here", at=1, point=[0.5, 0.5], by=None)]),
    )
    done = ltxspec("review", "import", file, cwd=bought)
    assert done.out.splitlines() == [
        "night.alley take 2: approved by Bo",
        "night.alley take 1: rejected by Bo at 1.5–2.5 s in the box 0.1,0.2,0.3,0.3",
        "night.alley take 1: note by Bo at 1.5–2.5 s in the box 0.1,0.2,0.3,0.3: too dark",
        "night.alley take 1: note at 1 s at the point 0.5,0.5: here",
    ]
    assert done.err == "2 verdicts and 2 notes recorded, 0 known before.\n"
    assert {name: [item["verdict"] for item in items] for name, items in written(bought)["verdicts"].items()} == {
        task(1): ["rejected"],
        task(2): ["approved"],
    }
    assert [item["note"] for item in written(bought)["notes"][task(1)]] == ["here", "too dark"]
    shown = ltxspec("show", "night.alley", cwd=bought).out
    assert "rejected by Bo" in shown
    assert "    take 1  note by Bo at 1.5–2.5 s in the box 0.1,0.2,0.3,0.3: too dark\n" in shown
    (shot,) = ltxspec("show", "night.alley", "--format", "json", cwd=bought).json["shots"]
    assert [[item["note"] for item in one["notes"]] for one in shot["takes"]] == [["here", "too dark"], []]


def test_a_withdrawn_note_is_gone_and_an_older_file_does_not_bring_it_back(bought: Path) -> None:
    ltxspec("review", "import", export(bought, about(1, notes=[note("mine"), note("ours", by="Cy")])), cwd=bought)
    gone = {"noteBy": "Bo", "noteTime": NOON, "by": "Bo", "time": LATER}
    newer = export(bought, about(1, withdrawn=[gone]))
    done = ltxspec("review", "import", newer, cwd=bought)
    assert done.out == "night.alley take 1: withdrawn: note by Bo: mine\n"
    assert done.err == "0 verdicts and 0 notes recorded, 1 note withdrawn, 0 known before.\n"
    kept = (bought / "lockfiles" / "night.review.json").read_bytes()
    older = export(bought, about(1, notes=[note("mine"), note("ours", by="Cy")]))
    again = ltxspec("review", "import", older, "--format", "json", cwd=bought)
    assert [again.json[name] for name in ("notes", "withdrawn", "known")] == [[], 0, 2]
    assert (bought / "lockfiles" / "night.review.json").read_bytes() == kept
    assert [item["note"] for item in written(bought)["notes"][task(1)]] == ["ours"]
    assert written(bought)["withdrawn"] == {task(1): [gone]}
    shown = ltxspec("show", "night.alley", cwd=bought).out
    assert "ours" in shown
    assert "mine" not in shown


def test_a_note_and_its_withdrawal_in_one_file_leave_nothing_but_the_withdrawal(bought: Path) -> None:
    gone = {"noteBy": "Bo", "noteTime": NOON, "by": "Bo", "time": LATER}
    file = export(bought, about(1, notes=[note("mine")], withdrawn=[gone, gone]))
    ltxspec("review", "import", file, cwd=bought)
    assert "notes" not in written(bought)
    assert written(bought)["withdrawn"] == {task(1): [gone]}


@pytest.mark.parametrize("field", ["time", "noteTime"])
def test_a_withdrawal_at_a_time_that_does_not_exist_is_refused(field: str, bought: Path) -> None:
    gone = {"noteBy": "Bo", "noteTime": NOON, "by": "Bo", "time": LATER, field: "2026-13-28T12:00:00.000Z"}
    file = export(bought, about(1, withdrawn=[gone]))
    assert "time" in ltxspec("review", "import", file, cwd=bought, check=1).err
    assert not (bought / "lockfiles" / "night.review.json").exists()


def test_importing_twice_changes_nothing(bought: Path) -> None:
    file = export(bought, about(2, verdicts=[verdict()], notes=[note()]), about(2, verdicts=[verdict()]))
    ltxspec("review", "import", file, cwd=bought)
    path = bought / "lockfiles" / "night.review.json"
    before, moment = path.read_bytes(), path.stat().st_mtime_ns
    done = ltxspec("review", "import", file, cwd=bought)
    assert (done.out, done.err) == ("", "0 verdicts and 0 notes recorded, 3 known before.\n")
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, moment)


def test_a_later_verdict_that_is_recorded_still_counts(bought: Path) -> None:
    ltxspec("approve", "night.alley", "--by", "Ann", cwd=bought)
    done = ltxspec("review", "import", export(bought, about(2, verdicts=[verdict()])), cwd=bought)
    assert done.out == "night.alley take 2: rejected by Bo (a later verdict counts)\n"
    assert "approved by Ann" in ltxspec("show", "night.alley", cwd=bought).out


def test_a_take_that_moved_to_another_spec_is_found_by_its_task(bought: Path) -> None:
    ltxspec("lock", "mv", "night.alley", "day.alley", cwd=bought)
    done = ltxspec("review", "import", export(bought, about(2, verdicts=[verdict()])), cwd=bought)
    assert done.out == "day.alley take 2: rejected by Bo\n"
    assert (bought / "lockfiles" / "day.review.json").exists()


def test_secrets_in_notes_are_not_recorded(bought: Path) -> None:
    said = "see https://a.example/v.mp4?X-Amz-Signature=abcdef0123456789"
    ltxspec("review", "import", export(bought, about(2, notes=[note(said)])), cwd=bought)
    assert "abcdef0123456789" not in (bought / "lockfiles" / "night.review.json").read_text("utf-8")


GOOD = about(2, verdicts=[verdict()])


@pytest.mark.parametrize(
    ("takes", "fields", "code", "words"),
    [
        ([about(9, verdicts=[verdict()])], {}, 1, "takes that no lockfile has: `00000009"),
        ([GOOD, about(9, notes=[note()])], {}, 1, "no lockfile has"),
        ([GOOD, about(1, "nigth.aley", notes=[note()])], {}, 1, "`exported.json` line 1: no spec and no lockfile has"),
        ([about(1, "nigth.aley", notes=[note()])], {}, 1, "did you mean `night.alley`?"),
        ([GOOD], {"provider": "sandbox"}, 1, "`--provider sandbox` records them"),
        ([GOOD], {"provider": "x"}, 1, "is about takes of `x`"),
        ([GOOD], {"exportVersion": 2}, 1, "`exportVersion`"),
        ([GOOD], {"more": 1}, 1, "`more` is not a field of this version"),
        ([GOOD, about(4, "night.fog", verdicts=[verdict()])], {}, 1, "take 2 of `night.fog` failed"),
        ([GOOD, about(1, verdicts=[verdict(at=8.1)])], {}, 1, "beyond the end of take 1 of `night.alley`"),
        ([GOOD, about(1, verdicts=[verdict(at=1, until=99)])], {}, 1, "beyond the end"),
        ([about(1, verdicts=[verdict(at=1, until=1)])], {}, 1, "`until` (1 s) is not after"),
        ([about(1, notes=[note(point=[0, 0])])], {}, 1, "`point` needs `at`"),
        ([about(1, notes=[note(at=-1)])], {}, 1, "`takes[0].notes[0].at`"),
        ([about(1, notes=[note(at=1, box=[0.5, 0.5, 0.6, 0.1])])], {}, 1, "beyond the frame"),
        ([about(1, verdicts=[verdict("fine")])], {}, 1, "`takes[0].verdicts[0].verdict`"),
        ([about(1, verdicts=[verdict(time="2026-13-01T00:00:00Z")])], {}, 1, "time that does not exist"),
        ([about(1, verdicts=[verdict(time="2999-01-01T00:00:00Z")])], {}, 1, "which is in the future"),
        ([about(1, notes=[note("x" * 10_001)])], {}, 1, "10,001 characters"),
        ([about(1, notes=[note(by="x" * 201)])], {}, 1, "more than 200 characters"),
        ([GOOD, {"address": "night.alley"}], {}, 1, "`takes[1].taskUUID` is missing"),
    ],
)
def test_what_cannot_be_recorded_writes_nothing(
    takes: list[Any], fields: dict[str, Any], code: int, words: str, bought: Path
) -> None:
    done = ltxspec("review", "import", export(bought, *takes, **fields), cwd=bought, check=code)
    assert words in " ".join(done.err.split())
    assert "--at" not in done.err
    assert not list(bought.glob("**/*.review.json"))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is not JSON"),
        (b"[]", "is not a file that a review page exports"),
        (b'{"exportVersion": 1, "exportVersion": 1}', "appears twice"),
        (b"[" * 5000, "exported.json"),
        (b"\xff", "is not JSON"),
    ],
)
def test_a_file_of_another_kind_is_refused(data: bytes, words: str, bought: Path) -> None:
    (bought / "exported.json").write_bytes(data)
    assert words in ltxspec("review", "import", "exported.json", cwd=bought, check=1).err


def test_a_damaged_file_of_verdicts_stops_it_and_stays(bought: Path) -> None:
    path = bought / "lockfiles" / "night.review.json"
    path.write_text("{", "utf-8")
    assert "is not JSON" in ltxspec("review", "import", export(bought, GOOD), cwd=bought, check=1).err
    assert path.read_text("utf-8") == "{"


def test_a_revision_called_import_can_still_be_reviewed(bought: Path) -> None:
    git(bought, "branch", "import")
    assert "index.html" in ltxspec("review", "refs/heads/import", cwd=bought).out
    assert "missing argument" in ltxspec("review", "import", cwd=bought, check=64).err.lower()


def test_the_help_names_both_ways(bought: Path) -> None:
    said = ltxspec("review", "--help", cwd=bought).out
    assert "Usage: ltxspec review [OPTIONS] [BASE] [HEAD]\n" in said
    assert "import  Record the verdicts" in said
    assert "Usage: ltxspec review import [OPTIONS] FILE" in ltxspec("review", "import", "--help", cwd=bought).out


def test_the_use_case_raises_what_it_says(bought: Path) -> None:
    file = bought / export(bought, about(9, verdicts=[verdict()]))
    with pytest.raises(UnknownTakes):
        import_review(open_project(bought), file, file.name)
