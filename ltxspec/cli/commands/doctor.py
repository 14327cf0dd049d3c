"""`ltxspec doctor`: checks the requirements of a run, and shows the effective settings."""

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session
from ltxspec.errors import LtxspecError, WrongUsage


@click.command("doctor", epilog="Examples: `ltxspec doctor`, `ltxspec doctor --online`.")
@click.option("--online", is_flag=True, help="Ask the provider and the store as well: network, key, rights, clock.")
@options.provider
@options.output_format("text", "json")
@click.pass_obj
def command(session: Session, online: bool, provider: str | None, output_format: str) -> int:  # noqa: FBT001  # click's
    """Check packages, configuration, specs, lockfiles, git, rights, disk, video codecs and the API key.

    Also shows the limits, service, archive and delivery settings in force. Without --online, nothing is sent.
    """
    from ltxspec.project.doctor.checkup import WARNING, check_machine, check_setup
    from ltxspec.redaction import redact_secrets
    from ltxspec.report.results.setup import Check, Doctor
    from ltxspec.report.terminal import clean, hanging

    try:
        found = check_setup(session.open_project(provider), online=online)
    except WrongUsage:
        raise
    except LtxspecError as error:  # the remaining checks are even more useful then
        found = check_machine(session.folder, error)
    rows = [(name, ok, redact_secrets(detail)) for name, ok, detail in found]
    if output_format == "json":
        checks = tuple(Check(name, bool(ok), detail, True if ok is WARNING else None) for name, ok, detail in rows)
        session.answer(Doctor(ok=all(ok is not False for _, ok, _ in rows), checks=checks))
    else:
        for name, ok, detail in rows:
            state = "WARN" if ok is WARNING else "ok" if ok else "BAD"
            click.echo("\n".join(hanging(f"{state:<4} {name:<10} ", clean(detail), session.style())))
        if not online and not session.quiet:
            session.hint("`ltxspec doctor --online` asks the provider and the store, too")
    return 1 if any(ok is False for _, ok, _ in rows) else 0
