"""Recording a render that was made elsewhere; through the command: `acceptance/test_command_import.py`."""

import json
from pathlib import Path
from typing import Any

import pytest
from builders import lockfile, record, take
from unit.project.projects import project, recorded

from ltxspec.errors import WrongUsage
from ltxspec.project.adopt import adopt, read_exchange
from ltxspec.values import ShotAddress

TASK = "0b7c1a52-53a0-4c0f-9f6b-0a3a1f3c9e11"
REQUEST: dict[str, Any] = {
    "taskType": "videoInference", "taskUUID": TASK, "model": "lightricks:2@0", "positivePrompt": "A cat.",
    "width": 1920, "height": 1080, "duration": 6,
}  # fmt: skip
RESPONSE = {"data": [{"taskUUID": TASK, "videoUUID": "v", "videoURL": "https://vm.example/v.mp4", "cost": "0.36"}]}


def test_a_render_becomes_the_current_take_under_its_own_id(tmp_path: Path) -> None:
    opened = project(tmp_path, lockfile(alley=record(take())))
    adopted = adopt(opened, ShotAddress("night", "pier"), REQUEST, RESPONSE)
    assert (adopted.task_id, recorded(opened).shots["pier"].current) == (TASK, TASK)
    assert recorded(opened).shots["alley"] == record(take())


def test_a_task_is_recorded_once(tmp_path: Path) -> None:
    opened = project(tmp_path, lockfile(alley=record(take())))
    adopt(opened, ShotAddress("night", "pier"), REQUEST, RESPONSE)
    with pytest.raises(WrongUsage, match=r"is already recorded as `night\.pier`"):
        adopt(opened, ShotAddress("night", "alley"), json.loads(json.dumps(REQUEST)), RESPONSE)


@pytest.mark.parametrize("text", ["{", "[" * 100_000])
def test_a_reply_that_is_no_json_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "reply.json").write_text(text, "utf-8")
    with pytest.raises(WrongUsage, match=r"`reply\.json` is not JSON"):
        read_exchange(tmp_path / "reply.json", "reply.json")
