"""The plain statements of a comment: its one-line paragraphs, parsed as CommonMark.

Text in code, quotes, lists, tables, headings and HTML is only displayed; it is not a statement.
"""

import re
from collections.abc import Iterator

_HTML_COMMENT = re.compile(r"<!--[^<>]*-->\s*")  # one whose end is the same for every HTML parser
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:[\s/>]|\Z)")
_UNUSED = ["inline", "reference"]  # rules: only lines matter, and definitions must not remove any from a paragraph


def said(text: str) -> Iterator[str]:
    """Every one-line paragraph at the top level, as written, up to the first HTML tag.

    Text after a tag may be displayed inside its element, even after blank lines.
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
