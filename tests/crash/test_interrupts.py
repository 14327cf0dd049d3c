"""Signals, a closed pipe, a terminal that is gone, a disk that takes no more: the real command, and the next one."""

import os
import pty
import resource
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest
from crash.bench import ALLEY, PAIR, SHRINE
from crash.commands import CONFIG, LAUNCH, PATIENCE, Project, Service, ended, wait_for

ONE_AT_A_TIME = f"{CONFIG}\n[provider]\nparallelism = 1\n"
QUICK, LONG = 20.0, 5.0  # speeds: a render takes one second, four seconds
SIGNALS = {"Ctrl-C": signal.SIGINT, "a cancelled CI job": signal.SIGTERM, "a lost connection": signal.SIGHUP}


def project(service: Service, folder: Path, shots: str = ALLEY + PAIR + SHRINE) -> Project:
    return Project(folder / "a", service, shots, ONE_AT_A_TIME).write()


@pytest.mark.parametrize("number", SIGNALS.values(), ids=SIGNALS)
def test_the_first_signal_stops_ordering_names_the_money_and_collects(
    service: Service, tmp_path: Path, number: signal.Signals
) -> None:
    service.renew(speed=QUICK)
    work = project(service, tmp_path)
    process = work.start("apply", "--auto-approve", "--format", "json")
    wait_for(process, "shot-accepted")
    process.send_signal(number)
    stopped = ended(process)
    told = next(event for event in stopped.events if event["type"] == "stopping")
    assert "1 task under way for $0.36" in told["message"]
    assert "cannot be cancelled at the provider" in told["message"]
    assert Decimal(told["estimate"]) == Decimal("0.36")
    summary = stopped.events[-1]["summary"]
    assert (summary["outcomes"]["rendered"], summary["outcomes"]["held-back"], summary["interrupted"]) == (1, 2, True)
    assert stopped.code == 130
    assert list(service.charges().values()) == [1]
    assert work.apply().code == 0
    assert list(service.charges().values()) == [1, 1, 1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_second_signal_leaves_at_once_and_the_next_run_goes_on(
    service: Service, tmp_path: Path, number: signal.Signals
) -> None:
    service.renew(speed=LONG)
    work = project(service, tmp_path, ALLEY)
    process = work.start("apply", "--auto-approve", "--format", "json")
    wait_for(process, "shot-accepted")
    process.send_signal(number)
    wait_for(process, "stopping")
    before = time.monotonic()
    process.send_signal(number)
    left = ended(process)
    assert time.monotonic() - before < 2
    assert left.code == 130
    assert "stopped immediately with 1 task under way for $0.36" in left.err
    again = work.run("collect")
    assert (again.code, list(service.charges().values())) == (0, [1]), again.err
    assert "No changes" in work.run("plan").out


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_closed_pipe_does_not_stop_what_is_paid_for(service: Service, tmp_path: Path, form: str) -> None:
    service.renew(speed=QUICK)
    work = project(service, tmp_path, ALLEY + PAIR)
    process = work.start("apply", "-v", "--auto-approve", "--format", form, stderr=subprocess.STDOUT)
    wait_for(process, "accepted")
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(PATIENCE) == 0
    assert list(service.charges().values()) == [1, 1]
    assert "No changes" in work.run("plan").out


def test_a_terminal_that_is_gone_is_a_signal_and_nothing_is_lost(service: Service, tmp_path: Path) -> None:
    service.renew(speed=QUICK)
    work = project(service, tmp_path)
    environment = {**os.environ, "RUNWARE_BASE_URL": service.url, "RUNWARE_API_KEY": "test", "CRASH_ROOT": "/none"}
    command = [sys.executable, str(LAUNCH), "-C", str(work.root), "apply", "--auto-approve"]
    child, terminal = pty.fork()
    if child == 0:
        os.execve(command[0], command, {**environment, "TERM": "xterm"})
    seen = b""
    while b"night.alley" not in seen or not service.charges():
        seen += os.read(terminal, 4096)
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 130
    assert list(service.charges().values()) == [1]
    assert work.apply().code == 0
    assert list(service.charges().values()) == [1, 1, 1]


def test_files_that_may_not_grow_stop_the_run_and_the_next_one_goes_on(service: Service, tmp_path: Path) -> None:
    work = project(service, tmp_path)

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2500, resource.RLIM_INFINITY))

    stopped = ended(work.start("apply", "--auto-approve", preexec_fn=no_room))
    assert stopped.code in {1, 3}
    assert "cannot write" in stopped.err
    assert "Traceback" not in stopped.err
    assert len(service.charges()) < 3
    assert work.apply().code == 0
    assert list(service.charges().values()) == [1, 1, 1]


def test_a_disk_without_any_room_is_told_before_anything_is_ordered(service: Service, tmp_path: Path) -> None:
    work = project(service, tmp_path)

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300, resource.RLIM_INFINITY))

    stopped = ended(work.start("apply", "--auto-approve", preexec_fn=no_room))
    assert stopped.code in {1, 3}
    assert "journal" in stopped.err
    assert service.charges() == {}
