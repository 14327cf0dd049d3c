"""What is refused before a render is adopted; the rest through the command: `acceptance/test_command_import.py`."""

from pathlib import Path

import pytest
from builders import lockfile, record, take, task
from unit.project.projects import project

from ltxspec.errors import WrongUsage
from ltxspec.project.adopt_check import refuse_second_record, refuse_unknown, remarks
from ltxspec.project.load import LoadedSpecs
from ltxspec.values import ShotAddress


def test_a_task_of_any_lockfile_is_refused_also_of_a_retired_shot(tmp_path: Path) -> None:
    opened = project(tmp_path, lockfile({"old": record(take())}))
    with pytest.raises(WrongUsage, match=r"already recorded as `night\.old`"):
        refuse_second_record(opened, ShotAddress("day", "new"), task(1))
    refuse_second_record(opened, ShotAddress("day", "new"), task(2))


def test_without_specs_any_address_will_do() -> None:
    refuse_unknown(LoadedSpecs(), lockfile(), ShotAddress("night", "alley"))


@pytest.mark.parametrize("name", ["night", ""])
def test_a_spec_with_errors_that_cannot_be_compared_is_named_by_its_file(tmp_path: Path, name: str) -> None:
    specs = LoadedSpecs(broken={"specs/day.yaml": "day", "specs/in.yaml": name})
    (remark,) = remarks(project(tmp_path), specs, ShotAddress("night", "alley"), take())
    assert remark.message == "`specs/in.yaml` has errors, so it is unknown whether `night.alley` requests this render"
