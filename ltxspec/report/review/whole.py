"""Shows everything that a shot buys, for a review from a report, whose claims about the base cannot be checked.

The requests of a report are recomputed (see `checking.py`), but the takes of the base are only its author's claim. To
hide nothing, everything that is or was ordered is shown in full, and no part is left out as unchanged.
"""

import sys
from collections.abc import Iterator, Mapping

from ltxspec.catalog.models import PROMPT
from ltxspec.plan.actions import Action
from ltxspec.plan.differences import field_changes
from ltxspec.redaction import redact_secrets
from ltxspec.report import wording as phrases
from ltxspec.report.destinations import parameters
from ltxspec.report.markdown import escape, marked
from ltxspec.report.terminal import clean
from ltxspec.report.word_diff import Effort, word_diff
from ltxspec.review.models import ShotKind, ShotReview
from ltxspec.values import Json

CLAIMED = (
    "The earlier state comes from the report and was not checked. What is bought is shown in full, with all fields."
)
_LONGEST_DIFF = 12_000  # characters of both prompts together; above this, only the new one is shown


def whose_word(*, rules_known: bool) -> str:
    """A note about which parts of a comment are only the report's claim, as Markdown.

    Args:
        rules_known: the changed rules were determined from the commits.
    """
    rules = "Which settings, policies, prices and limits changed"
    if rules_known:
        return (
            f"This comment is based on a report. {rules} was checked against the two commits; whether the policies "
            "hold is stated by the report and was not checked."
        )
    return (
        f"⚠️ This comment is based on a report. {rules}, and whether the policies hold, is stated by the "
        "report. It was not checked and may be incomplete: look at `ltxspec.toml` and `schemas/models/` in the change."
    )


def is_bought(shot: ShotReview) -> bool:
    """Whether this shot costs money: it would be ordered, is in progress, or was rendered in this change."""
    return _request(shot) is not None


def whole_request(shot: ShotReview, effort: Effort | None) -> Iterator[str]:
    """The shot's complete request as HTML: the whole prompt, then every other field."""
    request = _request(shot)
    if request is None:
        return
    body = redact_secrets(request)
    text = body.get(PROMPT)
    if isinstance(text, str):
        yield f"<p><b>prompt</b>:</p><blockquote>{_prompt(shot.prompt_before, text, effort)}</blockquote>"
    fields = [
        f"{escape(phrases.field_name(item.path))}: {escape(phrases.value(item.after, sys.maxsize))}"
        for item in field_changes({}, body)
        if item.path not in {f"/{PROMPT}", "/taskType"}
    ]
    if shot.change is not None and shot.change.destination is not None:
        fields.append(f"results are sent to {escape(parameters(shot.change.destination.shown))}")
    fields += [f"content of {escape(clean(name))}: {escape(content)}" for name, content in _inputs(shot).items()]
    yield f"<p>The whole request: {'; '.join(fields)}</p>"


def _request(shot: ShotReview) -> Mapping[str, Json] | None:
    change = shot.change
    if change is not None and change.request is not None and (change.action.spends or change.action is Action.RESUME):
        return change.request.body
    return shot.after.request if shot.kind is ShotKind.RENDERED and shot.after is not None else None


def _inputs(shot: ShotReview) -> Mapping[str, str]:
    if shot.change is not None and shot.change.request is not None:
        return shot.change.request.inputs
    return shot.after.inputs if shot.after is not None else {}


def _prompt(before: str | None, after: str, effort: Effort | None) -> str:
    if before is None or len(before) + len(after) > _LONGEST_DIFF:
        return escape(after.strip())
    return marked(word_diff(before, after, effort))
