"""Control characters: none from a stranger's file reaches an order or a terminal."""

import json
from pathlib import Path

import pytest
from acceptance.commands import ltxspec, write_spec
from builders import lockfile, record, take
from replacing import replace

from ltxspec.lock.codec import encode_lockfile
from ltxspec.lock.models import Lockfile
from ltxspec.values import TaskId

HEAD = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720, duration: 6, fps: 24}\nshots:\n"
ESCAPE = "\x1b]0;pwned\x07"


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x07", "\x7f", "\x9b"])
@pytest.mark.parametrize(
    ("name", "text", "shot", "place"),
    [
        ("p.j2", "A gate.\nA {} tower.\n", "a: {prompt: {file: p.j2}}", "`p.j2` holds the control character"),
        ("i.j2", "A gate.\nA {} tower.\n", "a: {prompt: \"{% include 'i.j2' %}\"}", "`i.j2` holds the control"),
        ("r.csv", "key,word\na,b{}\n", "a: {forEach: {file: r.csv}, prompt: 'x {{ word }}'}", "`r.csv` holds the"),
        (
            "r.json",
            '[\n{"key": "a", "word": "\\uCODE"}]',
            "a: {forEach: {file: r.json}, prompt: '{{ word }}'}",
            "r.json:2:",
        ),
    ],
)
def test_a_file_that_holds_one_is_refused_with_its_line(
    tmp_path: Path, name: str, text: str, shot: str, place: str, character: str
) -> None:
    (tmp_path / "specs").mkdir()
    written = text.replace("{} tower", f"{character} tower").replace("b{}", f"b{character}")
    (tmp_path / "specs" / name).write_text(written.replace("CODE", f"{ord(character):04x}"), "utf-8")
    write_spec(tmp_path, f"{HEAD}  {shot}\n")
    for command in ("validate", "plan"):
        refused = ltxspec(command, cwd=tmp_path, check=1)
        said = refused.out + refused.err
        assert place in said
        assert f"U+{ord(character):04X}" in said
        assert "line 2" in said or ":2:" in said
        assert character not in said


@pytest.mark.parametrize(
    "shot", ['{prompt: "a \\e b"}', "{prompt: \"{{ 'a \\\\x1b b' }}\"}", '{prompt: a, seed: "\\0"}']
)
def test_an_escape_is_refused_as_well(tmp_path: Path, shot: str) -> None:
    write_spec(tmp_path, f"{HEAD}  a: {shot}\n")
    assert "control character U+00" in ltxspec("plan", cwd=tmp_path, check=1).err


def test_a_lockfile_s_words_are_shown_and_not_obeyed(tmp_path: Path) -> None:
    write_spec(tmp_path, f"{HEAD}  a: {{prompt: a}}\n")
    odd = replace(take(), task_id=TaskId(f"id{ESCAPE}"), submitted_at=f"now{ESCAPE}", finished_at=f"then{ESCAPE}")
    shots = {f"alley{ESCAPE}": record(), "lane": replace(record(), takes=(odd,))}
    written = replace(lockfile(), shots=shots, retired={f"gone{ESCAPE}": replace(record(), takes=(odd,))})
    folder = tmp_path / "lockfiles"
    folder.mkdir()
    (folder / "night.lock.json").write_bytes(encode_lockfile(written))
    commands = (["show"], ["lock", "verify"], ["cost"], ["plan"], ["show", "--format", "json"], ["archive", "verify"])
    assert "alley\\x1b" in said(tmp_path, ["show"])
    assert all(said(tmp_path, command) for command in commands)
    (folder / "day.lock.json").write_bytes(encode_lockfile(Lockfile("runware", f"day{ESCAPE}")))
    assert all("day\\x1b" in said(tmp_path, command) for command in (["show"], ["lock", "verify"]))


def said(folder: Path, command: list[str]) -> str:
    """What a command says, in which nothing is a control."""
    result = ltxspec(*command, cwd=folder, check=None)
    assert not {"\x1b", "\x07"} & {*result.out, *result.err}
    return result.out + result.err


def test_an_address_that_is_no_web_address_is_neither_recorded_nor_shown(tmp_path: Path) -> None:
    request = {
        "taskType": "videoInference", "taskUUID": "2804a65f-6622-4c53-aca4-bd631680ed53", "model": "lightricks:2@0",
        "positivePrompt": "A gate", "width": 1920, "height": 1080, "duration": 8, "fps": 25,
    }  # fmt: skip
    (tmp_path / "q.json").write_text(json.dumps(request))
    for url in ("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", " https://h.example/v.mp4"):
        (tmp_path / "r.json").write_text(json.dumps({"taskUUID": request["taskUUID"], "videoURL": url}))
        files = ("--request", "q.json", "--response", "r.json")
        assert "http or https" in ltxspec("import", "night.a", *files, cwd=tmp_path, check=1).err
        assert not (tmp_path / "lockfiles").exists()
    bad = replace(take(), outputs=(replace(take().outputs[0], video_url="javascript:alert(1)", sha256=None),))
    (tmp_path / "lockfiles").mkdir()
    written = replace(lockfile(), shots={"a": replace(record(bad))})
    (tmp_path / "lockfiles" / "night.lock.json").write_bytes(encode_lockfile(written))
    for command in (["show"], ["output", "night.a"], ["output", "night.a", "--format", "json"]):
        assert "javascript" not in ltxspec(*command, cwd=tmp_path).out
