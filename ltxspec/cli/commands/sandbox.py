"""`ltxspec sandbox serve`: the free stand-in for the paid service, on a port, for any client."""

import errno
import socket
from typing import Any

import click

from ltxspec.cli.context import Session
from ltxspec.errors import LtxspecError
from ltxspec.services import SANDBOX

_WHY = {
    errno.EADDRINUSE: "something else listens there already",
    errno.EACCES: "this user may not listen there",
    errno.EADDRNOTAVAIL: "this machine has no such address",
}


class CannotListen(LtxspecError):
    """The sandbox's address or port cannot be had."""

    code = "cannot-listen"


@click.group(SANDBOX.name)
def command() -> None:
    """The embedded stand-in for the paid service: same protocol, real videos, no cost."""


@command.command(
    "serve",
    epilog="Examples: `ltxspec sandbox serve --port 8787` for any client. To rehearse what is paid for: "
    "`ltxspec sandbox serve --key any`, "
    "then `RUNWARE_BASE_URL=http://127.0.0.1:8787/v1 RUNWARE_API_KEY=any ltxspec apply`.",
)
@click.option("--host", metavar="HOST", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    metavar="N",
    default=8787,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port; 0 picks a free one.",
)
@click.option("--key", metavar="KEY", help="Stand for the paid service, to whoever has this key.")
@click.option("--speed", metavar="X", type=click.FloatRange(min=0.1), help="How many times faster than real rendering.")
@click.option("--scenario", metavar="FILE", help="Faults to play, as JSON.")
@click.option("--state", metavar="DIR", help="Where tasks and videos are kept (default: .ltxspec/sandbox).")
@click.pass_obj
def serve(session: Session, /, **typed: Any) -> int:
    """Serve until interrupted. The address is printed when it is ready."""
    from ltxspec.media.animatic import write_animatic
    from ltxspec.providers.sandbox.scenario import Scenario, read_scenario
    from ltxspec.providers.sandbox.serve import run
    from ltxspec.providers.sandbox.settings import Outside, SandboxSettings
    from ltxspec.storage.clock import SystemClock
    from ltxspec.storage.named import LARGEST_INPUT, read_named

    project, faults = session.open_project(SANDBOX.name), typed["scenario"]
    settings = SandboxSettings(
        catalog=project.catalog,
        clock=SystemClock(),
        make_video=write_animatic,
        folder=session.folder / typed["state"] if typed["state"] else project.local / SANDBOX.folder,
        speed=typed["speed"] or project.config.sandbox.speed,
        api_key=typed["key"],
        outside=Outside("this machine"),
        scenario=read_scenario(read_named(session.folder / faults, faults, LARGEST_INPUT)) if faults else Scenario(),
    )
    try:
        run(settings, typed["host"], typed["port"], lambda url: click.echo(f"sandbox ready: {url}"))
    except LtxspecError as error:
        if isinstance(error.__cause__, OSError):
            raise _cannot_listen(typed["host"], typed["port"], error.__cause__) from error
        raise
    return 0


def _cannot_listen(host: str, port: int, cause: OSError) -> CannotListen:
    """What the system said, in our words."""
    unknown = isinstance(cause, socket.gaierror)
    why = _WHY[errno.EADDRNOTAVAIL] if unknown else _WHY.get(cause.errno or 0, "the system does not allow it")
    hint = "`--port 0` takes any free one" if cause.errno in (errno.EADDRINUSE, errno.EACCES) else "leave out `--host`"
    return CannotListen(f"the sandbox cannot listen on `{host}:{port}`: {why}", hint=hint)
