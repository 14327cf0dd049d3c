"""Serves the sandbox on a port: the free stand-in for the paid service, for any client."""

import errno
import socket
from collections.abc import Callable
from dataclasses import dataclass

from ltxspec.errors import LtxspecError
from ltxspec.project.project import ProjectContext
from ltxspec.services import SANDBOX

_REASONS = {
    errno.EADDRINUSE: "another process is already listening there",
    errno.EACCES: "this user is not allowed to listen there",
    errno.EADDRNOTAVAIL: "this machine has no such address",
}


class CannotListen(LtxspecError):
    """The sandbox's address or port is not available."""

    code = "cannot-listen"


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """How the sandbox is served.

    Attributes:
        host: address to listen on.
        port: 0 selects any free port.
        key: simulate the paid service, for clients that have this key.
        speed: how many times faster than real rendering; None: as configured.
        scenario: a file with faults to simulate, relative to the project's folder.
        state: a folder for tasks and videos; None: the project's own.
    """

    host: str = "127.0.0.1"
    port: int = 8787
    key: str | None = None
    speed: float | None = None
    scenario: str | None = None
    state: str | None = None


def serve_sandbox(project: ProjectContext, options: ServeOptions, ready: Callable[[str], None]) -> None:
    """Serve until interrupted.

    Args:
        project: provides models and configuration.
        options: where and how to serve.
        ready: called with the address when clients may connect.

    Raises:
        CannotListen: the address or port is not available.
        WrongUsage: the scenario cannot be read.
    """
    from ltxspec.media.animatic import write_animatic
    from ltxspec.media.looking import look
    from ltxspec.providers.sandbox.scenario import Scenario, read_scenario
    from ltxspec.providers.sandbox.serve import run
    from ltxspec.providers.sandbox.settings import Outside, SandboxSettings
    from ltxspec.storage.clock import SystemClock
    from ltxspec.storage.named import LARGEST_INPUT, read_named

    faults = options.scenario
    settings = SandboxSettings(
        catalog=project.catalog,
        clock=SystemClock(),
        make_video=write_animatic,
        look=look,
        folder=project.folder / options.state if options.state else project.local / SANDBOX.folder,
        speed=options.speed or project.config.sandbox.speed,
        api_key=options.key,
        outside=Outside("this machine"),
        scenario=read_scenario(read_named(project.folder / faults, faults, LARGEST_INPUT), faults)
        if faults
        else Scenario(),
    )
    try:
        run(settings, options.host, options.port, ready)
    except LtxspecError as error:
        if isinstance(error.__cause__, OSError):
            raise _cannot_listen(options, error.__cause__) from error
        raise


def _cannot_listen(options: ServeOptions, cause: OSError) -> CannotListen:
    """The system's error as a message for users."""
    unknown = isinstance(cause, socket.gaierror)
    number = errno.EADDRNOTAVAIL if unknown else cause.errno or 0
    why = _REASONS.get(number, "the system does not allow it")
    hint = "`--port 0` picks a free port" if cause.errno in (errno.EADDRINUSE, errno.EACCES) else "leave out `--host`"
    return CannotListen(f"the sandbox cannot listen on `{options.host}:{options.port}`: {why}", hint=hint)
