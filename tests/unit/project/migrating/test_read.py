import json
from pathlib import Path

import pytest

from ltxspec.apply.exchanges import Exchanges
from ltxspec.errors import Diagnostic, WrongUsage
from ltxspec.project.migrating.read import read_exchanges

TASK = "e8147fa8-025b-45f4-a1c3-55020aa1442d"
ORDER = {"taskType": "videoInference", "taskUUID": TASK, "model": "maker:1@0", "positivePrompt": "A cat."}


def read(folder: Path, name: str = "old") -> tuple[Exchanges, list[Diagnostic]]:
    return read_exchanges(folder / name, name, ["videoInference"])


def write(folder: Path, name: str, text: str | bytes) -> None:
    path = folder / "old" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("a.json", json.dumps([ORDER], indent=2), "old/a.json"),
        ("in/a.har", json.dumps({"log": [{"text": json.dumps(ORDER)}]}), "old/in/a.har"),
        ("a.jsonl", f"\n{json.dumps({'sent': ORDER})}\n", "old/a.jsonl:2"),
        ("a.log", f"12:00 INFO {{x}}\n12:01 sent {json.dumps([ORDER])}\n", "old/a.log:2"),
        ("chat.md", f"Me: a cat\n\n```json\n{json.dumps(ORDER, indent=1)}\n```\n", "old/chat.md:4"),
        ("bom.json", b"\xef\xbb\xbf" + json.dumps(ORDER).encode(), "old/bom.json"),
    ],
)
def test_orders_are_found_in_each_kind_of_file_with_their_place(
    tmp_path: Path, name: str, text: str | bytes, place: str
) -> None:
    write(tmp_path, name, text)
    found, warnings = read(tmp_path)
    assert [str(order.place) for order in found.orders] == [place]
    assert warnings == []


@pytest.mark.parametrize(
    ("name", "text", "place", "words"),
    [
        ("a.json", '{\n "a": }', "old/a.json:2:7", "is not JSON"),
        ("a.json", b"\xff", "old/a.json:1:1", "is not UTF-8"),
        ("a.json", "[" * 100_000, "old/a.json:1:1", "is not JSON"),
        ("a.jsonl", f"{json.dumps(ORDER)}\n{{broken\n", "old/a.jsonl:2:2", "this line is not JSON"),
        ("a.log", f"sent\n{{'taskUUID': '{TASK}'}}\n", "old/a.log:2:1", "in text that is not JSON"),
        ("a.txt", f"{json.dumps(ORDER)}\nno JSON\ntaskUUID=1", "old/a.txt:3:1", "in text that is not JSON"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(
    tmp_path: Path, name: str, text: str | bytes, place: str, words: str
) -> None:
    write(tmp_path, name, text)
    ((warning,), _) = (read(tmp_path)[1], None)
    assert (warning.severity, str(warning.where), words in warning.message) == ("warning", place, True)


def test_records_of_ltxspec_and_hidden_files_are_no_source(tmp_path: Path) -> None:
    for name in ("night.lock.json", ".ltxspec/a.json", ".env.json", "node_modules/a.json", "clip.mp4"):
        write(tmp_path, name, json.dumps(ORDER))
    assert read(tmp_path)[0].orders == []


def test_one_file_is_a_source_as_well(tmp_path: Path) -> None:
    write(tmp_path, "a.json", json.dumps(ORDER))
    assert len(read(tmp_path, "old/a.json")[0].orders) == 1
    write(tmp_path, "a.pdf", "x")
    for name in ("old/a.pdf", "nowhere"):
        with pytest.raises(WrongUsage):
            read(tmp_path, name)
