"""`ltxspec pick`: make an earlier take current. Costs nothing."""

import click

from ltxspec.cli import options
from ltxspec.cli.session import Session


@click.command("pick", epilog="Examples: `ltxspec pick night-scenes.alley --take 1`.")
@click.argument("address")
@click.option("--take", "number", type=int, required=True, metavar="N", help="Position in `ltxspec show ADDRESS`.")
@options.provider
@click.pass_obj
def command(session: Session, address: str, number: int, provider: str | None) -> int:
    """Make take N of a shot the current one."""
    from dataclasses import replace

    from ltxspec.cli.holdings import find_one
    from ltxspec.cli.linking import relink
    from ltxspec.cli.project import open_project
    from ltxspec.errors import WrongUsage
    from ltxspec.report.phrases import counted
    from ltxspec.storage.state import open_state

    project = open_project(session, provider)
    holding = find_one(project, address)
    spec, key = holding.address.spec, holding.address.instance
    with open_state(project.paths_of(spec), wait=0.0, command="pick") as state:
        lockfile = state.read_lockfile()
        records = lockfile.retired if holding.retired else lockfile.shots
        takes = records[key].takes
        if not 1 <= number <= len(takes):
            has = counted(len(takes), "take")
            raise WrongUsage(f"`{address}` has {has}, no take {number}", hint=f"`ltxspec show {address}` lists them")
        take = takes[number - 1]
        if take.status != "succeeded":
            raise WrongUsage(f"take {number} of `{address}` failed and has no video", hint="pick one that succeeded")
        changed = {**records, key: replace(records[key], current=take.task_id)}
        lockfile = replace(lockfile, retired=changed) if holding.retired else replace(lockfile, shots=changed)
        state.write_lockfile(lockfile)
        relink(project, [lockfile])
    click.echo(f"{holding.address}: take {number} is current ({take.task_id}).")
    return 0
