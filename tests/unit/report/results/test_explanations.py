"""Explanations as a document: what the text shows, in fields."""

from ltxspec.formats import to_json
from ltxspec.report.explanations.reading import explain, explanations
from ltxspec.report.results.explanations import explained


def test_a_document_has_all_of_an_explanation() -> None:
    one = explain("media-aspect")
    assert to_json(explained([one])) == {
        "formatVersion": "1.0",
        "codes": [
            {
                "code": "media-aspect",
                "severity": "warning",
                "group": one.group,
                "summary": one.summary,
                "cause": one.cause,
                "example": one.example,
                "language": "yaml",
                "cure": one.cure,
            }
        ],
    }


def test_all_codes_are_one_document() -> None:
    assert [one.code for one in explained(explanations().values()).codes] == list(explanations())
