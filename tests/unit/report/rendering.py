"""Renders Markdown as GitHub does (CommonMark, tables, HTML allowed) and reads the result back."""

from html.parser import HTMLParser

from markdown_it import MarkdownIt

VOID = {"br", "hr", "img"}


class Page(HTMLParser):
    """What a reader sees: the tags, the links, the text; `balanced` is false when a tag was closed by the wrong one."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.balanced = True
        self._open: list[str] = []
        self.feed(MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown))
        self.close()
        self.balanced = self.balanced and not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.balanced = False

    def handle_data(self, data: str) -> None:
        self.text += data
