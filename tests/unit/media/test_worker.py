import io
import json
from pathlib import Path

import pytest
from passage_films import MOVING, film

from ltxspec.formats import to_json
from ltxspec.media.measure import checked
from ltxspec.media.worker import answer, serve


def test_each_line_has_its_answer_until_there_are_no_more(tmp_path: Path) -> None:
    video, missing = film(tmp_path / "film.mp4", [(MOVING, 1)]), tmp_path / "missing.mp4"
    questions = io.BytesIO("".join(f"{json.dumps(str(path))}\n" for path in (video, missing, video)).encode())
    answers = io.BytesIO()
    serve(questions, answers)
    first, second, third = map(json.loads, answers.getvalue().splitlines())
    facts = checked(video)
    assert facts is not None
    assert first == third == {"facts": to_json(facts)}
    assert "`missing.mp4` cannot be read" in second["damage"]


def test_a_video_that_cannot_be_measured_has_no_facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ltxspec.media.measure.checked", lambda _: None)
    assert answer(tmp_path) == {"facts": None}
