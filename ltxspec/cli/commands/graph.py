"""`ltxspec graph`: which shots follow from which."""

import sys

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session

_EXAMPLES = (
    "Examples: `ltxspec graph`, `ltxspec graph specs/night-scenes.yaml`, `ltxspec graph --format mermaid`, "
    "`ltxspec graph --all --format dot | dot -Tsvg -o shots.svg`."
)


@click.command("graph", epilog=_EXAMPLES)
@options.paths
@click.option("--all", "whole", is_flag=True, help="Also shots without links.")
@options.output_format("text", "json", "mermaid", "dot")
@options.provider
@click.pass_obj
def command(session: Session, paths: tuple[str, ...], output_format: str, provider: str | None, *, whole: bool) -> int:
    """Show which shots begin with frames of others, and what a plan would do about each.

    Offline and free; changes nothing. `mermaid` is for a `mermaid` block of Markdown, `dot` for Graphviz.
    """
    from ltxspec.project.graph import project_graph
    from ltxspec.report.graph.formats import GRAPH_FORMATS
    from ltxspec.report.graph.mermaid import MOST_LINKS

    graph = project_graph(session.open_project(provider), paths, whole=whole)
    sys.stdout.write(GRAPH_FORMATS[output_format](graph, session.style()))
    if output_format == "mermaid" and len(graph.links) > MOST_LINKS:
        session.hint(f"Mermaid draws at most {MOST_LINKS} links; `ltxspec graph PATH` shows fewer specs")
    return 0
