"""The output formats of a graph, in one dict. The module of a format is imported on first use."""

from collections.abc import Callable, Mapping

from ltxspec.plan.graph import ShotGraph
from ltxspec.report.terminal import Style


def _text(graph: ShotGraph, style: Style) -> str:
    from ltxspec.report.graph.text import graph_text

    return graph_text(graph, style)


def _json(graph: ShotGraph, _style: Style) -> str:
    from ltxspec.report.results.base import result_json
    from ltxspec.report.results.graph import graph_document

    return result_json(graph_document(graph)) + "\n"


def _mermaid(graph: ShotGraph, _style: Style) -> str:
    from ltxspec.report.graph.mermaid import mermaid_text

    return mermaid_text(graph)


def _dot(graph: ShotGraph, _style: Style) -> str:
    from ltxspec.report.graph.dot import dot_text

    return dot_text(graph)


GRAPH_FORMATS: Mapping[str, Callable[[ShotGraph, Style], str]] = {
    "text": _text,
    "json": _json,
    "mermaid": _mermaid,
    "dot": _dot,
}
