"""`ltxspec models`: the model catalog."""

import click

from ltxspec.cli import options
from ltxspec.cli.completing import models
from ltxspec.cli.context import Session


@click.command("models", epilog="Examples: `ltxspec models`, `ltxspec models lightricks:2@0 --format json`.")
@click.argument("name", required=False, shell_complete=models)
@options.output_format("text", "json")
@click.pass_obj
def command(session: Session, name: str | None, output_format: str) -> int:
    """List the models a spec can name, or show one: parameters, limits, prices, and the source of each fact."""
    import orjson

    from ltxspec.errors import WrongUsage
    from ltxspec.report.models import model_text, models_text
    from ltxspec.report.results.setup import CatalogResult, ListedModel

    catalog = session.open_project().catalog
    if name is None:
        if output_format == "json":
            listed = (ListedModel(model.air, model.slug, model.name) for model in catalog.models)
            session.answer(CatalogResult(models=tuple(listed)))
        else:
            click.echo(models_text(catalog.models, catalog.packaged))
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
