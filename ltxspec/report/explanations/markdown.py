"""The reference of all error codes as a page in Markdown."""

import textwrap
from collections.abc import Iterable
from itertools import groupby

from ltxspec.report.explanations.reading import Explanation

_WIDTH = 120
_HEAD = """\
# Errors and warnings

Every message of ltxspec begins with a code, as in `error[unknown-key]`, which JSON documents have as `code`. A code
keeps its meaning; messages may be reworded. `ltxspec explain CODE` shows the same text as this page, `ltxspec explain`
lists all codes, and `--format json` gives both to programs.

An error stops the command before anything is spent. A warning does not; it is marked as one below. Examples of specs
show only the part that matters.

This page is generated from `ltxspec/report/explanations/` by `python -m ltxspec.project.error_reference`.
"""

_SERVICE = """\
Failed tasks and events show the provider's own code. There are hundreds; what ltxspec does depends on the kind, and
`ltxspec explain contentPolicyViolation` shows that of a code.
"""


def reference_page(found: Iterable[Explanation], of_the_service: Iterable[Explanation]) -> str:
    """The page: each code with cause, example and cure, and what codes of the provider mean, by kind."""
    groups = [(title, list(group)) for title, group in groupby(found, lambda one: one.group)]
    index = [f"- [{title}](#{_anchor(title)})" for title, _ in groups]
    sections = []
    for title, group in groups:
        sections.append(f"## {title}\n")
        sections += [_entry(one) for one in group]
    kinds = list(of_the_service)
    index.append(f"- [{kinds[0].group}](#{_anchor(kinds[0].group)})")
    sections.append(f"## {kinds[0].group}\n\n{_SERVICE}")
    sections += [_kind(one) for one in kinds]
    return "\n".join([_HEAD, "\n".join(index) + "\n", *sections])


def _kind(one: Explanation) -> str:
    title = f"**{one.summary[:1].upper()}{one.summary[1:]}** (as `{one.example}`)"
    return f"{title}\n\n{_filled(f'{one.cause} {one.cure}')}\n"


def _anchor(title: str) -> str:
    """The fragment that GitHub gives to a heading."""
    return title.lower().replace(",", "").replace(" ", "-")


def _entry(one: Explanation) -> str:
    kind = "Warning: " if one.severity == "warning" else ""
    summary = f"{kind}{one.summary}"
    return (
        f"### {one.code}\n\n**{summary[:1].upper()}{summary[1:]}.**\n\n{_filled(one.cause)}\n\n"
        f"```{one.language}\n{one.example}\n```\n\n{_filled(one.cure)}\n"
    )


def _filled(text: str) -> str:
    """Paragraphs in lines of the length that all pages have."""
    return "\n\n".join(
        textwrap.fill(part, _WIDTH, break_long_words=False, break_on_hyphens=False) for part in text.split("\n\n")
    )
