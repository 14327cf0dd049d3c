"""Text in cells of tables: spreadsheets run what looks like a formula, so it must not look like one."""

import unicodedata

from ltxspec.report.terminal import clean

_STARTS = ("=", "+", "-", "@")


def cell(text: str) -> str:
    """A text on one line that no spreadsheet takes for a formula: what begins like one gets an apostrophe before it.

    Spaces before the first character do not hide it, and the wide forms of East Asian keyboards count as well.
    """
    shown = clean(text)
    head = unicodedata.normalize("NFKC", shown.lstrip()[:1])
    return f"'{shown}" if head.startswith(_STARTS) else shown
