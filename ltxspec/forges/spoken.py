"""What a comment says in plain words: its paragraphs of one line, read as CommonMark.

Code, quotes, lists, tables, headings and what stands inside of HTML show a text; they do not say it.
"""

import re
from collections.abc import Iterator

_HTML_COMMENT = re.compile(r"<!--[^<>]*-->\s*")  # one that every reader of HTML takes to end where it does
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:[\s/>]|\Z)")
_UNUSED = ["inline", "reference"]  # rules: lines alone matter, and a definition takes none out of a paragraph


def said(text: str) -> Iterator[str]:
    """Every paragraph of one line at the top level, as it was written, up to the first HTML tag.

    What follows a tag may be shown inside of its element, whatever blank lines are between.
    """
    from markdown_it import MarkdownIt  # a tenth of a second that only a comment needs

    lines = re.split(r"\r\n?|\n", text)
    reader = MarkdownIt("commonmark").enable("table").disable(_UNUSED)
    opened = ""
    for token in reader.parse("\n".join(lines)):
        is_tag = _TAG.search(token.content) if token.type == "inline" else token.type == "html_block"
        if is_tag and not _HTML_COMMENT.fullmatch(token.content):
            return
        first, end = token.map or (0, 0)
        if (opened, token.type, token.level, end - first) == ("paragraph_open", "inline", 1, 1):
            yield lines[first]
        opened = token.type
