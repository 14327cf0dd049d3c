from pathlib import Path

import pytest
from acceptance.commands import write_spec
from builders import own_intent
from replacing import replace
from unit.project.projects import project

from ltxspec.errors import Invalid, LockfileError, LockHeld, Refused
from ltxspec.plan.document import PlanOptions
from ltxspec.project import locks as module
from ltxspec.project.locks import holding, holding_specs
from ltxspec.project.project import ProjectContext
from ltxspec.storage.state import open_state

SPEC = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720}\nshots: {alley: {prompt: Rain.}}\n"


@pytest.fixture
def opened(tmp_path: Path) -> ProjectContext:
    write_spec(tmp_path, SPEC)
    return replace(project(tmp_path), provider="sandbox")


def test_what_is_rendered_is_what_stands_in_the_files_when_the_lock_is_held(
    opened: ProjectContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    def edited_while_waiting(*arguments: object, **more: object) -> object:
        write_spec(opened.root, SPEC.replace("Rain.", "Snow."))
        return open_state(*arguments, **more)  # type: ignore[arg-type]  # handed on

    monkeypatch.setattr(module, "open_state", edited_while_waiting)  # the far side here is another process
    with holding_specs(opened, PlanOptions(), wait=0, command="apply") as held:
        assert held.rendered[0].requests[0].body["positivePrompt"] == "Snow."


def test_the_lock_is_that_of_the_spec(opened: ProjectContext) -> None:
    with holding_specs(opened, PlanOptions(), wait=0, command="apply") as held:
        assert list(held.states) == ["night"]
        with pytest.raises(LockHeld), holding(opened, ["night"], wait=0, command="apply"):
            pass


def test_a_spec_that_was_renamed_meanwhile_is_held_under_its_new_name(
    opened: ProjectContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    def renamed_once(*arguments: object, **more: object) -> object:
        (opened.root / "specs" / "night.yaml").unlink(missing_ok=True)
        write_spec(opened.root, SPEC, name="day")
        return open_state(*arguments, **more)  # type: ignore[arg-type]  # handed on

    monkeypatch.setattr(module, "open_state", renamed_once)  # the far side here is another process
    with holding_specs(opened, PlanOptions(), wait=0, command="apply") as held:
        assert list(held.states) == [spec.name for spec in held.rendered] == ["day"]
        with holding(opened, ["night"], wait=0, command="apply"):
            pass


def test_specs_with_problems_leave_no_lock_behind(opened: ProjectContext) -> None:
    write_spec(opened.root, SPEC.replace("prompt", "promt"))
    with pytest.raises(Invalid), holding_specs(opened, PlanOptions(), wait=0, command="apply"):
        pass
    assert not opened.paths_of("night").guard.exists()


def test_specs_that_are_renamed_all_the_time_are_not_applied(
    opened: ProjectContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = iter(range(99))

    def renamed(*arguments: object, **more: object) -> object:
        (opened.root / "specs" / "night.yaml").unlink(missing_ok=True)
        path = write_spec(opened.root, SPEC, name=f"night-{next(number)}")
        path.rename(opened.root / "specs" / "night.yaml")
        return open_state(*arguments, **more)  # type: ignore[arg-type]  # handed on

    monkeypatch.setattr(module, "open_state", renamed)  # the far side here is another process
    with pytest.raises(Refused, match="renamed"), holding_specs(opened, PlanOptions(), wait=0, command="apply"):
        pass


def test_a_journal_from_elsewhere_is_refused_under_the_lock(opened: ProjectContext) -> None:
    with holding(opened, ["night"], wait=0, command="apply") as held:
        held.states["night"].append(own_intent(project="another"))
    with pytest.raises(LockfileError, match="not this project's"), holding(opened, ["night"], wait=0, command="apply"):
        pass


def test_specs_that_are_referred_to_are_held_as_well(opened: ProjectContext) -> None:
    begins = "{image: {shot: night.alley, frame: last}, frame: first}"
    shot = f"shots: {{street: {{prompt: A street., inputs: {{frameImages: [{begins}]}}}}}}\n"
    write_spec(opened.root, SPEC.partition("shots")[0] + shot, "day")
    with holding_specs(opened, PlanOptions(paths=("specs/day.yaml",)), wait=0, command="apply") as held:
        assert list(held.states) == ["day", "night"]
        assert list(held.given) == ["day"]
