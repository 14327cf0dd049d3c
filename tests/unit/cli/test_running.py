"""Signals, broken pipes and exit codes of a run."""

import asyncio
import io
from decimal import Decimal
from pathlib import Path

import pytest
from acceptance.commands import write_spec
from unit.project.projects import project

from ltxspec.apply.budget import RunBudget
from ltxspec.apply.events import ApplyEvent, EventKind, Outcome, RunSummary, ShotOutcome
from ltxspec.cli.running import _on_signal, _once_in_a_turn, exit_code, run_on
from ltxspec.plan.document import PlanOptions
from ltxspec.project.locks import holding
from ltxspec.project.plan import plan_project
from ltxspec.project.project import ProjectContext
from ltxspec.project.running.run import PreparedRun, jobs_of, settings_of
from ltxspec.report.apply.views import EventView
from ltxspec.report.terminal import Style
from ltxspec.values import ShotAddress

SPEC = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720}\nshots: {tower: {prompt: A tower.}}\n"


@pytest.fixture
def opened(tmp_path: Path) -> ProjectContext:
    (tmp_path / "ltxspec.toml").write_text("[sandbox]\nspeed = 1000\n")
    write_spec(tmp_path, SPEC)
    return project(tmp_path).on("sandbox")


def summary(*outcomes: Outcome) -> RunSummary:
    ended = tuple(ShotOutcome(ShotAddress("night", "alley"), outcome) for outcome in outcomes)
    return RunSummary(ended, Decimal(0), Decimal(0), 0, Decimal(0), 0)


def test_the_exit_code_tells_how_a_run_ended() -> None:
    assert exit_code(summary(Outcome.RENDERED), by_user=False) == 0
    assert exit_code(summary(Outcome.RENDERED, Outcome.FAILED), by_user=False) == 3
    assert exit_code(summary(Outcome.FAILED), by_user=True) == 130


class BrokenPipe(io.StringIO):
    """A reader that left after the first words."""

    def write(self, text: str) -> int:
        if self.tell() > 0:
            raise BrokenPipeError
        return super().write(text)


def test_a_run_goes_on_when_nobody_listens_any_more(opened: ProjectContext) -> None:
    planned = plan_project(opened, PlanOptions(targets=("night.tower",)))
    out, err = BrokenPipe(), BrokenPipe()
    with holding(opened, ["night"], wait=0, command="apply") as held:
        run = PreparedRun(opened, jobs_of(held, planned), settings_of(opened), RunBudget(None))
        assert run_on(run, EventView(out, err, Style())) == 0
    assert err.getvalue().startswith("night.tower: ")
    assert (opened.renders / "night" / "tower.mp4").is_file()


def prepared(opened: ProjectContext) -> PreparedRun:
    return PreparedRun(opened, (), settings_of(opened), RunBudget(None))


def test_a_first_signal_stops_orders_and_says_so(opened: ProjectContext) -> None:
    run, events = prepared(opened), list[ApplyEvent]()
    _on_signal(run, events.append)
    assert (run.stop.asked(), run.stop.by_user) == ("interrupted", True)
    assert [event.kind for event in events] == [EventKind.STOPPING]


def test_a_signal_that_arrives_twice_at_once_is_one() -> None:
    heard: list[int] = []

    async def signals() -> None:
        loop = asyncio.get_running_loop()
        act = _once_in_a_turn(loop, lambda: heard.append(1))
        loop.call_soon(act)
        loop.call_soon(act)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert len(heard) == 1
        loop.call_soon(act)
        await asyncio.sleep(0)
        assert len(heard) == 2

    asyncio.run(signals())


def test_a_second_signal_leaves_at_once(
    opened: ProjectContext, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    left: list[int] = []
    monkeypatch.setattr("os._exit", left.append)
    monkeypatch.setattr("ltxspec.project.running.run.end_remotes", lambda: left.append(0))
    run = prepared(opened)
    _on_signal(run, lambda _: None)
    assert left == []
    _on_signal(run, lambda _: None)
    assert left == [0, 130], "git does not go on alone"
    assert "stopped immediately with nothing under way" in capsys.readouterr().err
