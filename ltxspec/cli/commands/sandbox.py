"""`ltxspec sandbox serve`: the free simulation of the paid service, on a port, for any client."""

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session
from ltxspec.project.sandbox import ServeOptions
from ltxspec.services import SANDBOX


@click.group(SANDBOX.name, epilog="Examples: `ltxspec sandbox serve`, `ltxspec sandbox serve --port 8787 --speed 20`.")
def command() -> None:
    """The embedded simulation of the paid service: same protocol, real videos, no cost."""


@command.command(
    "serve",
    epilog="Examples: `ltxspec sandbox serve --port 8787`, `ltxspec sandbox serve --key any`.",
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
@click.option("--key", metavar="KEY", help="Act as the paid service for clients with this key.")
@click.option("--speed", metavar="X", type=click.FloatRange(min=0.1), help="How many times faster than real rendering.")
@click.option("--scenario", metavar="FILE", help="Faults to simulate, as JSON.")
@click.option("--state", metavar="DIR", help="Where tasks and videos are kept (default: .ltxspec/sandbox).")
@options.gathered("how", ServeOptions)
@click.pass_obj
def serve(session: Session, how: ServeOptions) -> int:
    """Serve until interrupted. The address is printed once it is ready.

    With `--key any`, paid orders can be rehearsed:
    `RUNWARE_BASE_URL=http://127.0.0.1:8787/v1 RUNWARE_API_KEY=any ltxspec apply`.
    """
    from ltxspec.project.sandbox import serve_sandbox

    serve_sandbox(session.open_project(SANDBOX.name), how, lambda url: click.echo(f"sandbox ready: {url}"))
    return 0
