"""The output formats of a plan, in one dict. A new format is a new file here and one more line.

The module of a format is imported on first use, so that unused formats take no time.
"""

from collections.abc import Mapping
from typing import Protocol

from ltxspec.plan.actions import Plan
from ltxspec.plan.document import PlanOptions
from ltxspec.report.plan.rows import Detail
from ltxspec.report.terminal import Style


class PlanReport(Protocol):
    """Writes a plan in one format."""

    def __call__(self, plan: Plan, options: PlanOptions, style: Style, detail: Detail = Detail.USUAL, /) -> str:
        """The plan as text with a final newline."""
        ...


def _text(plan: Plan, _options: PlanOptions, style: Style, detail: Detail = Detail.USUAL) -> str:
    from ltxspec.report.plan.text import plan_text

    return plan_text(plan, style, detail)


def _json(plan: Plan, options: PlanOptions, _style: Style, _detail: Detail = Detail.USUAL) -> str:
    from ltxspec.report.plan.json import plan_json

    return plan_json(plan, options).decode()


def _markdown(plan: Plan, _options: PlanOptions, _style: Style, detail: Detail = Detail.USUAL) -> str:
    from ltxspec.report.plan.markdown import plan_markdown

    return plan_markdown(plan, detail)


PLAN_FORMATS: Mapping[str, PlanReport] = {"text": _text, "json": _json, "markdown": _markdown}
