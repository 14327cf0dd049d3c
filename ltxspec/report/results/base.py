"""What all results have in common: their version, and how they are written."""

from ltxspec.formats import Open, Record, to_json
from ltxspec.plan.document import FormatVersion
from ltxspec.report.jsontext import encode

FORMAT_VERSION = "1.0"  # added keys increase the minor number, changed meanings the major one


class Result(Open, frozen=True, kw_only=True):
    """The answer of a command."""

    format_version: FormatVersion = FORMAT_VERSION


def result_json(result: Record, *, indent: bool = True) -> str:
    """The document as JSON, without a final newline; on one line if it is not indented."""
    return encode(to_json(result), indent=indent).decode()
