"""`ltxspec listen`: receive the provider's webhooks."""

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session


@click.command(
    "listen",
    epilog="Examples: `ltxspec listen`, `ltxspec listen --host 0.0.0.0 --port 8080 --format json`.",
)
@click.option("--host", metavar="HOST", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    metavar="N",
    default=8788,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port; 0 picks a free one.",
)
@options.output_format("text", "json")
@options.provider
@click.pass_obj
def command(session: Session, host: str, port: int, output_format: str, provider: str | None) -> int:
    """Receive the provider's calls until interrupted. Spends nothing.

    A call is only a hint to look: beside a running `apply`, it replaces most questions to the provider; alone, what has
    ended is collected. The secret comes from LTXSPEC_WEBHOOK_SECRET, and the address that orders name from `[webhook]`.
    """
    import sys

    from ltxspec.project.listening.listen import ListenOptions, listen
    from ltxspec.report.apply.views import EventView, JsonView

    def ready(address: str) -> None:
        click.echo(f"listening: {address}", err=is_json)

    is_json = output_format == "json"
    view = JsonView(sys.stdout) if is_json else EventView(sys.stdout, sys.stderr, session.style(sys.stderr))
    listen(session.open_project(provider), ListenOptions(host, port), ready, view.emit)
    return 0
