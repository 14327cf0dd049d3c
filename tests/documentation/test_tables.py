from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from sitegen.tables import code, prose, table

# What descriptions are written with: no control characters, and the signs that Markdown reads.
texts = st.text(st.sampled_from("ab 1.,-`|*_<>[]{}()!#~&"), min_size=1, max_size=30).filter(str.strip)
without_code = texts.filter(lambda text: "`" not in text)


class Cells(HTMLParser):
    """The text of every cell of a table."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.feed(MarkdownIt("commonmark").enable("table").render(markdown))

    def handle_starttag(self, tag: str, _: object) -> None:
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.cells and data != "\n":
            self.cells[-1] += data


def shown(*cells: str) -> list[str]:
    lines = table([f"head {number}" for number in range(len(cells))], [cells])
    return [" ".join(cell.split()) for cell in Cells("\n".join(lines)).cells[len(cells) :]]


@given(texts, without_code)
def test_a_cell_shows_exactly_the_text_it_was_made_of(first: str, second: str) -> None:
    expected = [" ".join(text.split()) for text in (first, second)]
    assert shown(code(first), prose(second)) == expected


def test_code_within_a_sentence_stays_code() -> None:
    assert prose("`a_b` costs *more*") == "`a_b` costs \\*more\\*"


def test_a_table_without_rows_is_left_out() -> None:
    assert table(("a", "b"), []) == []
