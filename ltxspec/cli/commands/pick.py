"""`ltxspec pick`: make an earlier take current, or another of its outputs. Costs nothing."""

from typing import TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session

if TYPE_CHECKING:
    from ltxspec.lock.models import ShotRecord, Take

_EXAMPLES = "Examples: `ltxspec pick night-scenes.alley --take 1`, `ltxspec pick night-scenes.alley --result 3`."


@click.command("pick", epilog=_EXAMPLES)
@click.argument("address")
@click.option("--take", "number", type=int, metavar="N", help="Position in `ltxspec show ADDRESS`; default: current.")
@click.option(
    "--result", type=int, metavar="K", help="Which of the take's outputs, from 1; it is shown and linked first."
)
@options.provider
@click.pass_obj
def command(session: Session, address: str, number: int | None, result: int | None, provider: str | None) -> int:
    """Make take N of a shot the current one. It stays picked: it comes back when an edit is taken back."""
    from dataclasses import replace

    from ltxspec.errors import WrongUsage
    from ltxspec.project.links import relink
    from ltxspec.project.lookup import UnknownAddress, find_one
    from ltxspec.storage.state import open_state

    if number is None and result is None:
        raise WrongUsage("missing option `--take`", hint="`ltxspec pick --help` tells what it takes")
    project = session.open_project(provider)
    holding = find_one(project, address)
    spec, key = holding.address.spec, holding.address.instance
    with open_state(project.paths_of(spec), wait=0.0, command="pick") as state:
        lockfile = state.read_lockfile()
        is_retired = key not in lockfile.shots
        records = lockfile.retired if is_retired else lockfile.shots
        if key not in records:
            raise UnknownAddress(f"`{address}` left the lockfile meanwhile", hint="run the command again")
        place, take = _chosen(address, records[key], number, result)
        changed = {**records, key: records[key].with_pick(take.task_id, result or 1)}
        lockfile = replace(lockfile, retired=changed) if is_retired else replace(lockfile, shots=changed)
        state.write_lockfile(lockfile)
        relink(project, [lockfile])
    which = f"result {result} of take {place}" if result is not None else f"take {place}"
    click.echo(f"{holding.address}: {which} is current ({take.task_id}).")
    return 0


def _chosen(address: str, record: "ShotRecord", number: int | None, result: int | None) -> "tuple[int, Take]":
    """The take that was meant, and its number."""
    from ltxspec.errors import WrongUsage
    from ltxspec.report.wording import counted

    takes = record.takes
    if number is None:
        number = next((n for n, take in enumerate(takes, 1) if take.task_id == record.current), 0)
        if not number:
            raise WrongUsage(f"`{address}` has no current take", hint="say which one with --take N")
    if not 1 <= number <= len(takes):
        has = counted(len(takes), "take")
        raise WrongUsage(f"`{address}` has {has}, no take {number}", hint=f"`ltxspec show {address}` lists them")
    take = takes[number - 1]
    if take.status != "succeeded":
        raise WrongUsage(f"take {number} of `{address}` failed and has no video", hint="pick one that succeeded")
    if result is not None and not 1 <= result <= len(take.outputs):
        has = counted(len(take.outputs), "output")
        raise WrongUsage(f"take {number} of `{address}` has {has}, no result {result}", hint="results count from 1")
    return number, take
