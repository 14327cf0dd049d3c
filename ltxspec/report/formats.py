"""The forms a plan can be told in: one dict. Another form is another file here and one more line."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from ltxspec.errors import StorageError
from ltxspec.plan.actions import Plan
from ltxspec.plan.planfile import PlanOptions
from ltxspec.report.plan_json import plan_json
from ltxspec.report.plan_markdown import plan_markdown
from ltxspec.report.plan_text import plan_text
from ltxspec.report.style import Style

PlanReport = Callable[[Plan, PlanOptions, Style], str]

PLAN_FORMATS: Mapping[str, PlanReport] = {
    "text": lambda plan, _options, style: plan_text(plan, style),
    "json": lambda plan, options, _style: plan_json(plan, options).decode(),
    "markdown": lambda plan, _options, _style: plan_markdown(plan),
}


def save_plan(path: Path, plan: Plan, options: PlanOptions) -> None:
    """Write the plan document for `apply FILE`; a file that is there is replaced as a whole or not at all.

    Raises:
        StorageError: the file cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(plan_json(plan, options))
        os.replace(part, path)  # noqa: PTH105  # one name for "atomic" everywhere
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StorageError(
            f"the plan cannot be saved to `{path.name}`: {error.strerror}",
            hint="give a file in a folder you may write to",
        ) from error
