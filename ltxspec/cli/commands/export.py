"""`ltxspec export`: plans and takes in the formats of other programs."""

from typing import TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session
from ltxspec.cli.exporting import Format, Wanted, export_timeline, timeline_options
from ltxspec.cli.options import VariableOptions
from ltxspec.cli.param_types import USD

if TYPE_CHECKING:
    from ltxspec.project.project import ProjectContext
    from ltxspec.values import Usd

_MOST = 1000  # shards


@click.group("export", epilog="Examples: `ltxspec export otio -o film.otio`, `ltxspec export openjd -o job.yaml`.")
def command() -> None:
    """Write what other programs read."""


@command.command(
    "otio",
    epilog="Examples: `ltxspec export otio -o cut/film.otio --media cut/media`, "
    "`ltxspec export otio specs/night-scenes.yaml -o night.otio --rate 25`.",
)
@timeline_options
@click.pass_obj
def otio(session: Session, wanted: Wanted, variables: VariableOptions) -> int:
    """Write the shots in order as a timeline for editing programs (OpenTimelineIO; `pip install 'ltxspec[otio]'`).

    Shows the current takes, with verdicts and notes as markers. A shot without a video is an offline clip of its
    length.
    """
    from ltxspec.report.timeline.otio import BEGINS, otio_text

    return export_timeline(session, wanted, variables, Format("otio", otio_text, BEGINS))


@command.command(
    "edl",
    epilog="Examples: `ltxspec export edl -o film.edl --media media --link`, "
    "`ltxspec export edl --target 'night-scenes.*' -o night.edl`.",
)
@timeline_options
@click.pass_obj
def edl(session: Session, wanted: Wanted, variables: VariableOptions) -> int:
    """Write the shots in order as an edit decision list (CMX 3600), with names, verdicts and notes as comments.

    Begins at 01:00:00:00 and counts without drop frames. A shot without a video is black.
    """
    from ltxspec.report.timeline.edl import BEGINS, edl_text

    return export_timeline(session, wanted, variables, Format("edl", edl_text, BEGINS))


@command.command(
    "csv",
    epilog="Examples: `ltxspec export csv -o shots.csv`, `ltxspec export csv specs/night-scenes.yaml > night.csv`.",
)
@timeline_options
@click.pass_obj
def csv(session: Session, wanted: Wanted, variables: VariableOptions) -> int:
    """Write the shots in order as a table for spreadsheets: takes, time codes, verdicts, notes, costs, prompts."""
    from ltxspec.report.timeline.table import BEGINS, csv_text

    return export_timeline(session, wanted, variables, Format("csv", csv_text, BEGINS))


@command.command(
    "openjd",
    epilog="Examples: `ltxspec export openjd -o job.yaml`, `ltxspec export openjd --shards 4 --max-cost 20`.",
)
@click.option("-o", "--out", metavar="FILE", help="Write to a file; in the project's folder it needs no parameter.")
@click.option("--shards", metavar="N", type=click.IntRange(1, _MOST), default=4, help="Tasks that share the plan.")
@click.option("--max-cost", type=USD, help="Spend no more than this in all shards together.")
@options.paths
@options.provider
@click.pass_obj
def openjd(
    session: Session, paths: tuple[str, ...], provider: str | None, out: str | None, shards: int, max_cost: "Usd | None"
) -> int:
    """Write the plan as a job that render farms run (Open Job Description, such as AWS Deadline Cloud).

    Running the job is the approval: it orders exactly this plan, in N tasks on machines that see the project's folder,
    and then joins what they recorded. Each task may be run again; nothing is paid twice.
    """
    from ltxspec import PlanOptions
    from ltxspec.engines.openjd import FarmJob, job_text, ordered, save_job
    from ltxspec.project.plan import plan_project, with_budget_warning

    project = session.open_project(provider)
    planned = with_budget_warning(plan_project(project, PlanOptions(paths)), max_cost)
    session.show_diagnostics(planned)
    job = FarmJob(planned, shards, paths, max_cost, beside=_is_beside(session, project, out))
    if out is None:
        click.echo(job_text(job), nl=False)
    else:
        save_job(job, session.folder / out)
    written = "" if out is None else f"wrote {session.as_seen(out)}: "
    click.echo(f"{written}{ordered(job)}; submitting the job is the approval", err=True)
    return 0


def _is_beside(session: Session, project: "ProjectContext", out: str | None) -> bool:
    """Whether a job is written into the project's folder, which it then finds by itself."""
    return out is not None and (session.folder / out).resolve().parent == project.root.resolve()
