from dataclasses import dataclass

import click
import pytest
from click.testing import CliRunner

from ltxspec.cli.context import Session
from ltxspec.cli.global_options import GIVEN, global_options


@dataclass
class Seen:
    session: Session | None = None


def command_of(seen: Seen) -> click.Group:
    @click.group("lock")
    def lock() -> None: ...

    @lock.command("verify")
    @click.pass_obj
    def verify(session: Session) -> None:
        seen.session = session

    return lock


@pytest.mark.parametrize(
    ("arguments", "session"),
    [
        ("verify", Session("a", None, verbose=1)),
        ("verify -C b --no-color", Session("b", None, no_color=True, verbose=1)),
        ("-C b verify --config x.toml -vv", Session("b", "x.toml", verbose=3)),
        ("-C b verify -C c", Session("c", None, verbose=1)),
    ],
)
def test_what_follows_the_command_is_as_good_as_what_is_before_it(arguments: str, session: Session) -> None:
    seen = Seen()
    lock = command_of(seen)
    global_options(lock)
    global_options(lock)  # a command is looked up more than once
    done = CliRunner().invoke(lock, arguments.split(), obj=Session("a", verbose=1))
    assert done.exit_code == 0, done.output
    assert seen.session == session


def test_completion_finds_them_without_a_session() -> None:
    lock = command_of(Seen())
    global_options(lock)
    context = lock.make_context("lock", ["-C", "films"], resilient_parsing=True)
    assert context.meta[GIVEN] == {"directory": "films"}
