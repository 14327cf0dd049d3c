"""The page of `watch --preview`: the previews of the shots that the last edit made dirty, or why there is no plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ltxspec.plan.actions import Change
from ltxspec.plan.edits import Broken, Planned
from ltxspec.report.diagnostics import errors_of, format_diagnostic
from ltxspec.report.reasons import reason
from ltxspec.report.storyboard.templates import as_it_stands, asset, policy, template
from ltxspec.report.terminal import Style
from ltxspec.report.watch.text import edit_line, files_text
from ltxspec.report.wording import cost, headline, prompt
from ltxspec.values import ShotAddress

_MOST_ERRORS = 5


@dataclass(frozen=True, slots=True)
class Preview:
    """Where the preview of a shot is, as a link of the page; or else why it is not there."""

    href: str | None
    state: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A shot on the page."""

    address: str
    cost: str
    reason: str
    prompt: str
    video: str | None
    state: str


def watch_page(
    seen: Planned | Broken | None,
    last: Planned | None,
    previews: Mapping[ShotAddress, Preview],
    version: str,
) -> str:
    """The page, as one HTML document that loads itself again once the version is another.

    Args:
        seen: what was seen last; None: nothing yet.
        last: the last plan after an edit; its shots are shown.
        previews: of these shots.
        version: of the page.
    """
    style, script = asset("watch.css"), asset("watch.js")
    broken = seen if isinstance(seen, Broken) else None
    title = "Error" if broken is not None else headline(seen.plan) if isinstance(seen, Planned) else "Planning …"
    edited = last is not None and last.edit is not None and broken is None
    return template("watch.html.j2").render(
        version=version,
        title=title,
        headline=title,
        policy=as_it_stands(policy(style, script, live=True)),
        style=as_it_stands(style),
        script=as_it_stands(script),
        files=files_text(seen.files) if seen is not None and seen.files else "",
        line=edit_line(last) if edited and last is not None else "",
        error=_errors(broken) if broken is not None else "",
        cards=_cards(last, previews) if broken is None else [],
    )


def _cards(last: Planned | None, previews: Mapping[ShotAddress, Preview]) -> Sequence[Card]:
    changes = last.edit.dirty if last is not None and last.edit is not None else ()
    return [_card(change, previews[change.address]) for change in changes if change.address in previews]


def _card(change: Change, preview: Preview) -> Card:
    return Card(str(change.address), cost(change), reason(change), prompt(change), preview.href, preview.state)


def _errors(broken: Broken) -> str:
    found = errors_of(broken.error)
    more = len(found) - _MOST_ERRORS
    blocks = [format_diagnostic(each, Style()) for each in found[:_MOST_ERRORS]]
    return "\n\n".join([*blocks, *([f"… and {more:,} more"] if more > 0 else [])])
