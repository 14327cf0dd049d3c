"""The graph of shots that follow from each other: as text, for Mermaid and for Graphviz."""
