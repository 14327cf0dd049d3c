"""Explanations of error codes as a document."""

from collections.abc import Iterable
from typing import Annotated, Literal

from msgspec import Meta

from ltxspec.formats import Open, Text
from ltxspec.report.explanations.reading import Explanation
from ltxspec.report.results.base import Result


class ExplainedCode(Open, frozen=True, kw_only=True):
    """What one code means."""

    code: Text
    severity: Annotated[Literal["error", "warning"], Meta(description="`warning` if it never prevents anything")]
    group: Annotated[str, Meta(description="the title of the subject that it belongs to")]
    summary: str
    cause: Annotated[str, Meta(description="why it happens")]
    example: Annotated[str, Meta(description="what leads to it")]
    language: Annotated[str, Meta(description="language of the example; `console` for commands, each after `$ `")]
    cure: Annotated[str, Meta(description="what to do")]


class Explain(Result, frozen=True, kw_only=True):
    """The code that was asked for, or all of them."""

    codes: tuple[ExplainedCode, ...]


def explained(found: Iterable[Explanation]) -> Explain:
    """The document of some explanations."""
    return Explain(
        codes=tuple(
            ExplainedCode(
                code=one.code,
                severity=one.severity,
                group=one.group,
                summary=one.summary,
                cause=one.cause,
                example=one.example,
                language=one.language,
                cure=one.cure,
            )
            for one in found
        )
    )
