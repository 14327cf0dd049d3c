"""`ltxspec init --from`: earlier requests and replies, and tables, become a project; nothing is ordered or guessed."""

import json
import os
import shutil
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from acceptance.commands import REPOSITORY, ltxspec
from acceptance.test_json import problems
from passage_films import MOVING, film
from sharing import made_once

from ltxspec.errors import LockHeld
from ltxspec.project.locks import locked
from ltxspec.project.migrating.start import migrate, read_source
from ltxspec.project.project import open_project

PAGE = REPOSITORY / "tests" / "acceptance" / "page"
SIZE = {"width": 1920, "height": 1080, "duration": 6}


def task(number: int) -> str:
    return f"{number:08x}-1111-4111-8111-111111111111"


def order(number: int, prompt: str = "A cat on a roof.", **fields: Any) -> dict[str, Any]:
    sent = {"taskType": "videoInference", "taskUUID": task(number), "model": "lightricks:2@0", "positivePrompt": prompt}
    return {**sent, **SIZE, "includeCost": True, "deliveryMethod": "async", **fields}


def result(number: int, **fields: Any) -> dict[str, Any]:
    url = f"http://127.0.0.1:9/{number}.mp4"
    return {"taskUUID": task(number).upper(), "videoUUID": f"video-{number}", "videoURL": url, "cost": 0.36, **fields}


def write(folder: Path, name: str, *documents: Any) -> None:
    path = folder / "old" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(map(json.dumps, documents)), "utf-8")


def init(folder: Path, *arguments: str, check: int = 0, download: bool = False) -> str:
    more = () if download else ("--no-download",)
    done = ltxspec("init", "--ci", "none", "--from", "old", *more, *arguments, cwd=folder, check=check)
    return done.err + done.out


def lockfile(folder: Path, name: str = "old") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "lockfiles" / f"{name}.lock.json").read_text("utf-8"))
    return found


@pytest.fixture
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of six seconds."""
    return made_once(tmp_path_factory, "six-seconds.mp4", lambda path: film(path, [(MOVING, 6)]))


def test_the_requests_and_replies_of_the_page_are_up_to_date_at_once_and_running_it_again_changes_nothing(
    tmp_path: Path,
) -> None:
    shutil.copytree(PAGE, tmp_path / "old")
    told = init(tmp_path)
    assert "wrote specs/old.yaml: 4 shots\nrecorded 4 earlier renders; nothing was ordered\n" in told
    assert told.endswith("No changes. 4 shots up to date; $4.80 spent.\n")
    takes = [shot["takes"][0] for shot in lockfile(tmp_path)["shots"].values()]
    assert sorted(take["cost"] for take in takes) == ["0.48", "0.48", "1.92", "1.92"]
    assert all(take["outputs"][0]["videoURL"].startswith("https://vm.runware.ai/") for take in takes)
    assert ltxspec("fmt", "--check", cwd=tmp_path).out == ""
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and ".ltxspec" not in str(path)}
    again = init(tmp_path)
    assert "recorded 0 earlier renders (4 recorded before)" in again
    assert "wrote" not in again
    assert all(path.read_bytes() == data for path, data in before.items())


def test_what_cannot_be_matched_is_named_and_never_recorded(tmp_path: Path) -> None:
    write(
        tmp_path,
        "log.jsonl",
        {"sent": [{"taskType": "authentication", "apiKey": "canary-key"}, order(1)]},
        {"got": {"data": [result(1)]}},
        {"sent": [order(2, "Fails.")], "got": {"errors": [{"code": "late", "message": "x", "taskUUID": task(2)}]}},
        order(3, "Never answered."),
        {**order(0, "Without an id."), "taskUUID": None},
        result(4),
        order(5, "One."), order(5, "Another."),
        order(6, model="maker:9@9"),
        order(7, "Seeded.", seed=7), result(7),
        {"taskType": "imageInference", "model": "maker:1@1", "taskUUID": task(8)},
    )  # fmt: skip
    told = init(tmp_path)
    for words in (
        "old/log.jsonl:3: the task failed (late: x)",
        f"`ltxspec import 'old.never-answered' --task-uuid {task(3)}` asks the provider",
        "1 request without `taskUUID` (old/log.jsonl:5)",
        f"old/log.jsonl:6: task {task(4)} has no request",
        f"task {task(5)} was ordered with different requests (old/log.jsonl:7, old/log.jsonl:8): left out",
        "1 request for model `maker:9@9`, which is not in the catalog",
        "1 request of task type `imageInference`",
        "`seed` is not in the model's file: left out of 1 shot",
        "`old.seeded` requests another render, and is bought at the next apply: seed 7 → unset",
    ):
        assert words in told
    assert {take["taskUUID"] for shot in lockfile(tmp_path)["shots"].values() for take in shot["takes"]} == {
        task(1),
        task(7),
    }
    assert "canary" not in "".join(
        path.read_text("utf-8") for path in tmp_path.rglob("*.*") if path.is_file() and "old" not in path.parts
    )


def test_earlier_orders_are_recorded_as_paid_unless_the_sandbox_is_named(tmp_path: Path) -> None:
    write(tmp_path, "log.jsonl", order(1), result(1))
    arguments = ("init", "--ci", "none", "--from", "old", "--no-download")
    ltxspec(*arguments, cwd=tmp_path, LTXSPEC_PROVIDER="sandbox")
    assert list(lockfile(tmp_path)["shots"]) == ["a-cat-on-a-roof"]
    assert lockfile(tmp_path)["provider"] == "runware"
    told = ltxspec(*arguments, "--provider", "sandbox", cwd=tmp_path).out
    assert "recorded 1 earlier render;" in told
    assert "kept  all 4 files of the project's set-up" in told


def test_one_request_sent_twice_is_one_shot_with_two_takes_and_new_requests_go_to_a_spec_of_another_name(
    tmp_path: Path,
) -> None:
    write(tmp_path, "log.jsonl", order(1), result(1), order(2), result(2))
    assert "wrote specs/old.yaml: 1 shot\nrecorded 2 earlier renders" in init(tmp_path)
    (shot,) = lockfile(tmp_path)["shots"].values()
    assert [take["taskUUID"] for take in shot["takes"]] == [task(1), task(2)]
    write(tmp_path, "more.jsonl", order(3), result(3), order(4, "New."), result(4))
    told = init(tmp_path)
    assert "1 request of no spec: `specs/old.yaml` stays as it is; `--name OTHER` writes a new spec" in told
    assert "recorded 1 earlier render (2 recorded before)" in told
    assert "wrote specs/two.yaml: 1 shot" in init(tmp_path, "--name", "two")
    assert list(lockfile(tmp_path, "two")["shots"]) == ["new"]


def test_a_lockfile_that_cannot_be_read_may_have_the_tasks_already(tmp_path: Path) -> None:
    write(tmp_path, "out.jsonl", order(1), result(1))
    init(tmp_path)
    place = tmp_path / "lockfiles" / "old.lock.json"
    place.write_bytes(damaged := place.read_bytes()[:-20])
    (tmp_path / "specs" / "old.yaml").unlink()
    assert "old.lock.json" in init(tmp_path, "--name", "other", check=1)
    assert place.read_bytes() == damaged
    assert not (tmp_path / "specs" / "other.yaml").exists()
    assert not (tmp_path / "lockfiles" / "other.lock.json").exists()


def test_files_beside_the_documents_are_archived_by_id_or_as_the_only_order_of_a_document(
    tmp_path: Path, video: Path
) -> None:
    free = {"width": None, "height": None, "duration": 6}
    write(tmp_path, "log.jsonl", order(1), result(1), order(2, "Two."), result(2))
    write(tmp_path, "cut/alley.request.json", order(3, "Three.", **free))
    write(tmp_path, "cut/alley.response.json", {"data": [result(3)]})
    write(tmp_path, "cut/pier.request.json", order(4, "Four."))
    write(tmp_path, "cut/pier.response.json", {"data": [result(4)]})
    for name in ("video-1.mp4", f"done/{task(2)}.mp4", "cut/alley.mp4", "cut/pier.mp4", "stray.mp4"):
        (tmp_path / "old" / name).parent.mkdir(exist_ok=True)
        shutil.copy(video, tmp_path / "old" / name)
    (tmp_path / "old" / "done" / "video-1.mp4").write_bytes(b"")
    told = init(tmp_path, check=1)  # without a size the provider's price is not known: an error of the spec
    assert "archived 2 videos, 2 not here" in told
    assert f"several files may be the video of task {task(1)}: `old/video-1.mp4`, `old/done/video-1.mp4`" in told
    assert "`old/cut/pier.mp4` is not of the size or length ordered" in told
    done = {key: shot["takes"][0]["outputs"][0] for key, shot in lockfile(tmp_path)["shots"].items()}
    assert {key for key, output in done.items() if output["sha256"]} == {"two", "alley"}
    (tmp_path / "old" / "done" / "video-1.mp4").unlink()
    assert "archived 3 videos, 1 not here" in init(tmp_path, check=1)
    assert (tmp_path / "renders" / "old" / "two.mp4").is_file()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that hang up after the first bytes."""


@pytest.fixture
def server(video: Path) -> Iterator[str]:
    """The address of a server that has the film, under the name that it was made with."""
    with Server(("127.0.0.1", 0), partial(Quiet, directory=str(video.parent))) as found:
        Thread(target=found.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{found.server_address[1]}/{video.name}"
        found.shutdown()


def test_videos_are_fetched_from_hosts_that_answer(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNWARE_BASE_URL", server)
    monkeypatch.setattr("ltxspec.project.migrating.fetch._SECONDS", 3.0)  # for the host that does not answer
    write(tmp_path, "log.jsonl", order(1), result(1, videoURL=server), order(2, "Two."), result(2))
    told = init(tmp_path, download=True)
    assert "videos at `127.0.0.1:9` are not fetched now: " in told
    assert "archived 1 video, 1 not here" in told
    (output,) = lockfile(tmp_path)["shots"]["a-cat-on-a-roof"]["takes"][0]["outputs"]
    assert output["sha256"] is not None


def test_the_answer_of_programs_has_the_first_plan(tmp_path: Path) -> None:
    write(tmp_path, "log.jsonl", order(1), result(1), order(2, "Not rendered."))
    arguments = ["init", "--ci", "none", "--from", "old", "--no-download", "--format", "json"]
    answer = ltxspec(*arguments, cwd=tmp_path).json
    assert answer["migration"] == {
        "spec": "specs/old.yaml", "shots": 2, "recorded": 1, "recordedBefore": 0,
        "videos": 0, "videosMissing": 1, "toOrder": 1, "estimate": "0.36",
    }  # fmt: skip
    assert any("which may have been paid for" in note for note in answer["notes"])
    assert problems("init", answer) == []


@pytest.mark.parametrize(
    ("arguments", "check", "words"),
    [
        (["--from", "nowhere"], 64, "`nowhere` does not exist"),
        (["--from", "empty"], 64, "has no request"),
        (["--encoding", "utf-16"], 64, "are for `--from`"),
        (["--from", "bad"], 1, "bad/a.json:1:2"),
        (["--from", "empty", "--encoding", "utf-16"], 64, "is for tables"),
        (["--from", "empty", "--encoding", "ebcdic"], 64, "no encoding is called"),
    ],
)
def test_a_source_without_requests_leaves_nothing_behind(
    tmp_path: Path, arguments: list[str], check: int, words: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "a.json").write_text("{")
    assert words in ltxspec("init", *arguments, cwd=tmp_path, check=check).err
    assert {path.name for path in tmp_path.iterdir()} == {"empty", "bad"}


def test_a_table_of_a_spreadsheet_is_copied_with_names_that_templates_can_use_and_stays_the_users(
    tmp_path: Path,
) -> None:
    table = "\ufeffShot ID;Prompt;Length (s);Scene\r\na;A cat, wet.;8;roof\r\nb;A dog.;6;park\r\n"
    (tmp_path / "Shots.csv").write_bytes(table.encode("utf-8"))
    arguments = ("init", "films", "--ci", "none", "--from", "Shots.csv")
    told = ltxspec(*arguments, cwd=tmp_path).out
    assert "wrote specs/shots.yaml: 2 shots\n" in told
    assert "column `Length (s)` is `length_s` there" in told
    assert told.endswith("Plan: 2 to render (2 create). Estimated $0.84.\n")
    copied = tmp_path / "films" / "data" / "shots.csv"
    assert copied.read_bytes().startswith(b"\xef\xbb\xbfshot_id;Prompt;length_s;Scene\n")
    assert "`specs/shots.yaml` exists, and stays as it is" in ltxspec(*arguments, cwd=tmp_path).out
    (tmp_path / "films" / "specs" / "shots.yaml").unlink()
    copied.write_text("id,prompt\na,Mine.\n")
    assert "exists, and is another table" in ltxspec(*arguments, cwd=tmp_path, check=64).err
    assert copied.read_text() == "id,prompt\na,Mine.\n"


def test_a_table_inside_the_project_is_used_where_it_is_in_its_own_encoding(tmp_path: Path) -> None:
    (tmp_path / "shots.csv").write_bytes("id,prompt\na,Ein Café.\n".encode("windows-1252"))
    refused = ltxspec("init", "--from", "shots.csv", cwd=tmp_path, check=1).err
    assert "`--encoding windows-1252`" in refused
    told = ltxspec("init", "--from", "shots.csv", "--encoding", "windows-1252", cwd=tmp_path).out
    assert "Ein Café." in told
    assert not (tmp_path / "data").exists()
    label = ltxspec("plan", "--format", "json", cwd=tmp_path).json["shots"][0]
    assert label["request"]["positivePrompt"] == "Ein Café."


def test_requests_that_no_file_can_hold_and_files_that_are_no_videos_are_left_out_by_name(
    tmp_path: Path, video: Path
) -> None:
    deep: Any = 1
    for _ in range(400):
        deep = {"a": deep}
    same = [result(number, videoUUID=None, videoURL=f"http://127.0.0.1:9/{number}/out.mp4") for number in (1, 2)]
    bad = [order(3, duration=float("nan")), order(4, "Half a character: \ud800"), order(5, seed=deep)]
    write(tmp_path, "log.jsonl", order(1, "One."), order(2, "Two."), *same, *bad, order(6, "Six."), result(6))
    shutil.copy(video, tmp_path / "old" / "out.mp4")  # whose it is, is not known
    os.mkfifo(tmp_path / "old" / "video-6.mp4")
    told = init(tmp_path)
    assert "recorded 3 earlier renders" in told
    assert "archived 0 videos, 3 not here" in told
    assert "`old/video-6.mp4` is not archived: it is not a regular file" in told
    assert all(f"old/log.jsonl:{line}: the request " in told for line in (5, 6, 7))
    assert [shot["takes"][0]["outputs"][0]["sha256"] for shot in lockfile(tmp_path)["shots"].values()] == [None] * 3


def test_two_folders_of_one_name_at_once_never_write_one_spec_over_the_other(tmp_path: Path) -> None:
    for folder, prompt in (("a", "One."), ("b", "Two.")):
        write(tmp_path / folder, "log.jsonl", order(1 if folder == "a" else 2, prompt))
    init(tmp_path / "a")
    project = open_project(tmp_path / "a", environ={})
    source = read_source(project.root, tmp_path / "b" / "old", "../b/old", None, None)
    before = (tmp_path / "a" / "specs" / "old.yaml").read_bytes()
    (tmp_path / "a" / "specs" / "old.yaml").unlink()
    with locked(project, ["old"], command="init"), pytest.raises(LockHeld):
        migrate(project, source, print, download=False)
    (tmp_path / "a" / "specs" / "old.yaml").write_bytes(before)
    done = migrate(project, source, print, download=False)
    assert (done.spec, (tmp_path / "a" / "specs" / "old.yaml").read_bytes()) == (None, before)
