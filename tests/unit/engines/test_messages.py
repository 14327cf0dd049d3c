"""Messages of a spread run: what travels, and what is attached again where it arrives."""

from pathlib import Path
from typing import cast

import pytest
from spreading import Service, project_in, spread

from ltxspec.engines.messages import Answer, Ask, Failed, Failure, attached, bare_change, pack, unpack
from ltxspec.errors import Refused
from ltxspec.plan.actions import Change

NOWHERE = Service("http://127.0.0.1:1/v1")


def test_a_change_travels_without_functions_and_gets_them_back(tmp_path: Path) -> None:
    with spread(project_in(tmp_path / "films", NOWHERE), shards=1) as run:
        by_name = {change.address.shot: change for change in run.parts[0].changes}
        arrived = cast("Change", unpack(pack(bare_change(by_name["two"]))))
        assert arrived == by_name["two"]
        assert arrived.request is not None
        assert arrived.request.identify is None
        whole = attached(arrived, run.desk._named, run.desk._earlier)
        assert whole.request is not None
        assert by_name["two"].request is not None
        assert whole.request.draft == by_name["two"].request.draft
        free = attached(by_name["one"], run.desk._named, run.desk._earlier)
        assert free.request is not None
        assert free.request.identify is None  # it follows from nothing


def test_what_failed_there_fails_here_with_its_code_and_hint() -> None:
    there = Failure.of(Refused("no-store", "there is no store", hint="name one"))
    failed = Failed(cast("Answer", unpack(pack(Answer(failure=there)))).failure or there)
    assert (failed.code, failed.summary, failed.hint, failed.exit_code) == (
        "no-store",
        "there is no store",
        "name one",
        4,
    )
    with pytest.raises(Failed, match="there is no store"):
        raise failed


def test_a_question_travels() -> None:
    ask = Ask(1, "attempt", "append", ("night", 7), (), 3)
    assert unpack(pack(ask)) == ask
