"""The forms a plan can be told in: one dict. Another form is another file here and one more line.

A form's module is imported when it is asked for: nobody waits for those that are not.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from ltxspec.errors import StorageError
from ltxspec.plan.actions import Plan
from ltxspec.plan.planfile import PlanOptions
from ltxspec.report.terminal import Style

PlanReport = Callable[[Plan, PlanOptions, Style], str]


def _text(plan: Plan, _options: PlanOptions, style: Style) -> str:
    from ltxspec.report.plan.text import plan_text

    return plan_text(plan, style)


def _json(plan: Plan, options: PlanOptions, _style: Style) -> str:
    from ltxspec.report.plan.json import plan_json

    return plan_json(plan, options).decode()


def _markdown(plan: Plan, _options: PlanOptions, _style: Style) -> str:
    from ltxspec.report.plan.markdown import plan_markdown

    return plan_markdown(plan)


PLAN_FORMATS: Mapping[str, PlanReport] = {"text": _text, "json": _json, "markdown": _markdown}


def save_plan(path: Path, plan: Plan, options: PlanOptions) -> None:
    """Write the plan document for `apply FILE`; a file that is there is replaced as a whole or not at all.

    Raises:
        StorageError: the file cannot be written.
    """
    from ltxspec.report.plan.json import plan_json

    # A pipe or a device has a reader of its own, and is not ours to remove.
    if path.exists() and not path.is_file():
        raise StorageError(f"the plan cannot be saved to `{path.name}`: it is not a regular file")
    part = path.with_name(f".{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        with part.open("xb") as file:  # never through a link that somebody put there
            file.write(plan_json(plan, options))
        os.replace(part, path)  # noqa: PTH105  # one name for "atomic" everywhere
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StorageError(
            f"the plan cannot be saved to `{path.name}`: {error.strerror}",
            hint="give a file in a folder you may write to",
        ) from error
