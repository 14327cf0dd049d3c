"""The JSON Schema (2020-12) of a review document; `schemas/review/v1.json` is generated from it."""

from ltxspec.formats import Schema, schema
from ltxspec.lock.schema import WHEN_FAILED
from ltxspec.review.document import ReviewDocument


def review_schema() -> Schema:
    """The schema of `diff --format json`."""
    about = "What changed between two versions of a project: shots, takes and money."
    document = schema(ReviewDocument, "ltxspec review, version 1", about)
    document["$defs"]["Take"] |= WHEN_FAILED
    return document
