"""`ltxspec models`: the model catalog, and bringing it up to date."""

import sys
from typing import TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.completing import models
from ltxspec.cli.context import Session
from ltxspec.cli.own_action import ActingGroup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ltxspec.project.models.importing import ModelOutcome
    from ltxspec.project.models.prices import ModelPrice
    from ltxspec.report.results.models import ComparedModel, LearnedModelPrice

_FROM = 25  # models from which on progress is shown
_DETAILED = click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are differences.")


@click.group(
    "models",
    cls=ActingGroup,
    epilog="Examples: `ltxspec models`, `ltxspec models lightricks:2@0 --format json`.",
)
@click.argument("name", required=False, shell_complete=models)
@options.output_format("text", "json")
@click.pass_obj
def command(session: Session, name: str | None, output_format: str) -> int:
    """List the models a spec can name, or show one: parameters, limits, prices, and the source of each fact."""
    import orjson

    from ltxspec.errors import WrongUsage
    from ltxspec.report.models import listed, model_text, models_text
    from ltxspec.report.results.setup import CatalogResult

    catalog = session.open_project().catalog
    if name is None:
        if output_format == "json":
            session.answer(CatalogResult(models=tuple(map(listed, catalog.models))))
        else:
            click.echo(models_text(catalog.models, session.style(), catalog.packaged))
        return 0
    model = catalog.find(name)
    if model is None:
        near = catalog.suggest(name)
        raise WrongUsage(
            f"no model is called `{name}`", hint=f"did you mean `{near}`?" if near else "`ltxspec models` lists them"
        )
    click.echo(
        orjson.dumps(model.schema, option=orjson.OPT_INDENT_2)
        if output_format == "json"
        else model_text(model, catalog.packaged)
    )
    return 0


@command.command(
    "import",
    epilog="Examples: `ltxspec models import schema-map.json`, `ltxspec models import runware-sdk --dry-run`.",
)
@click.argument("source")
@click.argument("names", metavar="[MODEL]...", nargs=-1)
@click.option("--dry-run", is_flag=True, help="Only show what would be written.")
@options.output_format("text", "json")
@click.pass_obj
def import_(session: Session, source: str, names: tuple[str, ...], output_format: str, *, dry_run: bool) -> int:
    """Write model files into the project's `schemas/models/`, from the schemas that a provider publishes.

    SOURCE is a file or an https address (a schema bundle, one request schema, an OpenAPI page), `runware-sdk` (the
    installed package) or `runware` (the provider's published schemas, for the models named). MODEL is an AIR or a slug;
    without one, all video models are imported, except those whose files were written by hand.

    Files that exist keep their defaults, and nothing that is owned is bought again: a model of which a fingerprint
    would change is refused, with the reason. Exits 1 if a model was refused or is not usable.
    """
    from ltxspec.project.models.importing import FAILED, examine, write_models
    from ltxspec.project.models.sources import read_source
    from ltxspec.report.model_sources import outcome_lines, outcome_total
    from ltxspec.report.results.models import ModelsImport

    project = session.open_project()
    read = read_source(project, source, names)
    found = examine(project, read, names, on_progress=_show_progress)
    written = [] if dry_run else write_models(project, found)
    code = 1 if any(one.what in FAILED for one in found) else 0
    if output_format == "json":
        pin = read.pin
        session.answer(
            ModelsImport(
                source=pin.source,
                version=pin.version,
                date=pin.date,
                models=_compared(found),
                dry_run=dry_run,
                written=tuple(written),
            )
        )
        return code
    for line in outcome_lines(found):
        click.echo(line)
    click.echo(f"{outcome_total(found)}{' (nothing is written)' if dry_run else ''}", err=True)
    if written:
        _tell_editors(session)
    return code


@command.command(
    "diff",
    epilog="Examples: `ltxspec models diff runware-sdk`, `ltxspec models diff schema-map.json --detailed-exitcode`.",
)
@click.argument("source")
@click.argument("names", metavar="[MODEL]...", nargs=-1)
@_DETAILED
@options.output_format("text", "json")
@click.pass_obj
def diff(session: Session, source: str, names: tuple[str, ...], output_format: str, *, detailed_exitcode: bool) -> int:
    """Show where the project's models differ from a source (as for `models import`). Nothing is written.

    Without MODEL, all models that both have are compared, also those whose files were written by hand.
    """
    from ltxspec.project.models.importing import examine
    from ltxspec.project.models.sources import read_source
    from ltxspec.report.model_sources import outcome_lines, outcome_total
    from ltxspec.report.results.models import ModelsDiff

    project = session.open_project()
    read = read_source(project, source, names)
    found = examine(project, read, names, only_known=True, on_progress=_show_progress)
    if output_format == "json":
        pin = read.pin
        session.answer(ModelsDiff(source=pin.source, version=pin.version, date=pin.date, models=_compared(found)))
    else:
        for line in outcome_lines(found):
            click.echo(line)
        click.echo(outcome_total(found), err=True)
    return 2 if detailed_exitcode and any(one.what != "unchanged" for one in found) else 0


@command.command(
    "outdated", epilog="Examples: `ltxspec models outdated`, `ltxspec models outdated --detailed-exitcode`."
)
@click.argument("names", metavar="[MODEL]...", nargs=-1)
@_DETAILED
@options.output_format("text", "json")
@click.pass_obj
def outdated(session: Session, names: tuple[str, ...], output_format: str, *, detailed_exitcode: bool) -> int:
    """Compare imported model files with their sources as these are now. Sources that are addresses are read again.

    Exits 1 if a source cannot be read; the models of the others are compared all the same.
    """
    from ltxspec.project.models.outdated import outdated_models
    from ltxspec.report.model_sources import outdated_lines
    from ltxspec.report.results.models import ModelsOutdated, OutdatedModel

    found = outdated_models(session.open_project(), names)
    if output_format == "json":
        session.answer(
            ModelsOutdated(
                models=tuple(
                    OutdatedModel(
                        one.model.air,
                        one.model.file,
                        one.pinned.source,
                        one.state,
                        one.pinned.version,
                        one.version,
                        None if one.problem is None else one.problem.summary,
                    )
                    for one in found
                )
            )
        )
    else:
        for line in outdated_lines(found):
            click.echo(line)
        same = sum(one.state == "same" for one in found)
        click.echo(f"{same:,} of {len(found):,} imported models are as their sources say", err=True)
    if detailed_exitcode and any(one.state in ("changed", "gone") for one in found):
        return 2
    return 1 if any(one.state == "unread" for one in found) else 0


@command.command(
    "learn-prices", epilog="Examples: `ltxspec models learn-prices`, `ltxspec models learn-prices acme-film --write`."
)
@click.argument("name", metavar="[MODEL]", required=False, shell_complete=models)
@click.option("--write", is_flag=True, help="Write the price into the project's own model file.")
@click.option("--replace-published", is_flag=True, help="Let learned rates replace those that a source has published.")
@options.output_format("text", "json")
@click.pass_obj
def learn_prices(
    session: Session, name: str | None, output_format: str, *, write: bool, replace_published: bool
) -> int:
    """Derive what a second costs from the costs of the takes in the project's lockfiles.

    Shows from how many takes, how far they agree, what they do not explain, and the `price` that `--write` would write.
    Costs that contradict each other are named, and nothing is written for that model; the command then exits 1.
    """
    from ltxspec.project.models.prices import learn_prices, write_prices
    from ltxspec.report.learned_prices import learned_lines
    from ltxspec.report.results.models import ModelsLearnPrices

    project = session.open_project()
    found = learn_prices(project, name, force=replace_published)
    written = write_prices(project, found) if write else []
    if output_format == "json":
        session.answer(ModelsLearnPrices(models=tuple(map(_learned, found)), written=tuple(written)))
    else:
        for one in found:
            for line in learned_lines(one):
                click.echo(line)
        told = f"written: {', '.join(written)}" if written else "nothing is written"
        click.echo(told if found else "no take of a paid service is recorded", err=True)
    return 1 if any(one.learned.contradictions for one in found) else 0


def _learned(one: "ModelPrice") -> "LearnedModelPrice":
    from ltxspec.report.results.models import LearnedModelPrice, LearnedModelRate

    rates = tuple(
        LearnedModelRate(
            rate.at,
            rate.usd_per_second,
            rate.lowest,
            tuple(rate.takes),
            tuple(f"{length:f}" for length in rate.seconds),
        )
        for rate in one.learned.rates
    )
    told = dict(one.learned.unexplained)
    return LearnedModelPrice(
        one.air, one.file, one.takes, one.learned.by, rates, one.price, tuple(one.kept), tuple(one.refusals), told
    )


def _compared(found: "Sequence[ModelOutcome]") -> "tuple[ComparedModel, ...]":
    from ltxspec.report.results.models import ComparedModel, ModelDifference

    return tuple(
        ComparedModel(
            one.air,
            one.file,
            one.what,
            tuple(ModelDifference(item.kind, item.place, item.before, item.after) for item in one.differences),
            tuple(one.reasons),
            tuple(one.notes),
        )
        for one in found
    )


def _tell_editors(session: Session) -> None:
    """Say how editors get to know what has changed, if the project has a schema for them."""
    from ltxspec.project.editor_copy import COPY, REFRESH, copy_state

    if copy_state(session.open_project()) == "old":
        click.echo(f"Editors know the models from `{COPY}`: `{REFRESH}` brings it up to date", err=True)


def _show_progress(done: int, total: int) -> None:
    """Say how far a long comparison is, on a terminal."""
    if total >= _FROM and (done % _FROM == 0 or done == total) and sys.stderr.isatty():
        click.echo(f"{done:,} of {total:,} models", err=True)
