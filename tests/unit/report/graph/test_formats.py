import json

from unit.report.graph.graphs import CHAIN

from ltxspec.report.graph.formats import GRAPH_FORMATS
from ltxspec.report.terminal import Style


def test_every_format_writes_the_graph_and_ends_its_last_line() -> None:
    written = {name: write(CHAIN, Style()) for name, write in GRAPH_FORMATS.items()}
    assert written.keys() == {"text", "json", "mermaid", "dot"}
    assert all("night.street" in text and text.endswith("\n") for text in written.values())
    assert json.loads(written["json"])["formatVersion"] == "1.0"
