from unit.report.graph.graphs import CHAIN

from ltxspec.formats import to_json
from ltxspec.report.results.graph import graph_document


def test_the_document_has_every_shot_and_every_link() -> None:
    document = to_json(graph_document(CHAIN))
    held, bought, again = document["nodes"]
    assert (held["state"], held["estimate"], held["price"]) == ("held", "0.00", "0.36")
    assert (bought["state"], bought["gate"], bought["verdict"]) == ("up-to-date", True, "approved")
    assert (again["action"], again["estimate"], again["price"]) == ("replace", "0.36", None)
    assert document["edges"][1] == {
        "from": "night.alley",
        "to": "night.door",
        "frame": 2.5,
        "take": 2,
        "result": None,
        "becomes": "last",
        "parameter": "",
    }
