"""Whole lines: a line that holds nothing but block tags or comments vanishes, every other line keeps its line end.

Jinja's own `trim_blocks` removes the line end after every block tag, and so glues two words where a line of text ends
in a tag. Here the tokens of a template are sorted into the lines they are written on, before Jinja reads them.

Earlier versions had Jinja's rule, and what was bought under it must still answer (`Rendering.earlier`).
"""

from collections.abc import Collection, Iterable, Iterator

from jinja2 import Environment, nodes
from jinja2.lexer import (
    TOKEN_BLOCK_BEGIN,
    TOKEN_BLOCK_END,
    TOKEN_COMMENT_BEGIN,
    TOKEN_COMMENT_END,
    TOKEN_DATA,
    TOKEN_NAME,
    TOKEN_RAW_BEGIN,
    TOKEN_RAW_END,
    TOKEN_VARIABLE_BEGIN,
    TOKEN_VARIABLE_END,
    TOKEN_WHITESPACE,
    Lexer,
)

LAST, WHOLE = " last", " whole"  # filters that `settle_includes` inserts; they cannot be written in a template
_PRINTING = nodes.Include | nodes.CallBlock | nodes.FilterBlock

RawToken = tuple[int, str, str]  # line, kind, text as written

_OPEN = frozenset({TOKEN_BLOCK_BEGIN, TOKEN_COMMENT_BEGIN, TOKEN_RAW_BEGIN, TOKEN_RAW_END})
_CLOSED = frozenset({TOKEN_BLOCK_END, TOKEN_COMMENT_END, TOKEN_RAW_BEGIN, TOKEN_RAW_END})
_VARIABLE = frozenset({TOKEN_VARIABLE_BEGIN, TOKEN_VARIABLE_END})


class LineLexer(Lexer):
    """Reads templates by whole lines. `alone` are the lines of the last text on which only tags are written.

    `changed` tells whether the last text would have other words or spaces under `trim_blocks`.
    """

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._trimming = Lexer(environment.overlay(trim_blocks=True))
        self.alone: set[int] = set()
        self.changed = False

    def tokeniter(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> Iterator[RawToken]:
        """The raw tokens, without the line ends of lines that vanish."""
        self.alone = set()
        tokens = _Sorter(self.alone).tokens(super().tokeniter(source, name, filename, state))
        self.changed = _printed(tokens) != _printed(self._trimming.tokeniter(source, name, filename, state))
        yield from tokens


def _printed(tokens: Iterable[RawToken]) -> list[str]:
    """What a template prints between its tags."""
    return [text if kind == TOKEN_DATA else f"\0{kind}" for _, kind, text in tokens if kind != TOKEN_DATA or text]


class _Sorter:
    """Sorts tokens into lines."""

    def __init__(self, alone: set[int]) -> None:
        self.alone = alone
        self.done: list[RawToken] = []
        self.start()

    def start(self) -> None:
        """Begin a line."""
        self.blanks: list[int] = []  # positions of white space between the tags of this line
        self.tags: list[int] = []  # the lines on which its tags begin: a tag may span several
        self.has_text = False
        self.stays = False  # `+%}` asks for that
        self.kept: list[tuple[bool, int]] = []  # at each `macro` or `set`: what the line held before

    def tokens(self, raw: Iterator[RawToken]) -> list[RawToken]:
        """All tokens, those of vanishing lines without white space."""
        last = 1
        for line, kind, text in raw:
            if (kind in _OPEN or kind == TOKEN_VARIABLE_BEGIN) and line > last:
                self.start()  # `{%-` has taken the line end before it
            last = line + text.count("\n")
            self.done.append((line, kind, text))
            if kind == TOKEN_DATA:
                self.data(line, text)
                continue
            if kind in _OPEN:
                self.tags.append(line)
            elif kind == TOKEN_NAME and self.is_word_of_tag():
                self.define(text)
            self.has_text |= kind in _VARIABLE
            if kind in _CLOSED or kind == TOKEN_VARIABLE_END:
                self.close(text)
        self.end()
        return self.done

    def is_word_of_tag(self) -> bool:
        """Whether the name read last is the first word of a block tag."""
        before = [kind for _, kind, _ in self.done[-3:-1] if kind != TOKEN_WHITESPACE]
        return before[-1:] == [TOKEN_BLOCK_BEGIN]

    def define(self, word: str) -> None:
        """What a macro or a `set` block defines is not printed where it is written."""
        if word in ("macro", "set"):
            self.kept.append((self.has_text, len(self.blanks)))
        elif word in ("endmacro", "endset"):
            self.has_text, count = self.kept.pop() if self.kept else (False, 0)
            del self.blanks[count:]

    def data(self, line: int, text: str) -> None:
        """Text between tags; the white space before the first tag of a line is gone already."""
        head, line_end, rest = text.partition("\n")
        if head.strip():
            self.has_text = True
        if not line_end:
            self.blanks.append(len(self.done) - 1)
            return
        if self.end():
            self.done[-1] = (line, TOKEN_DATA, f"\n{rest}" if self.stays else rest)
        self.start()
        self.has_text = bool(rest.rpartition("\n")[2].strip())

    def close(self, text: str) -> None:
        """The end of a tag; `-%}` takes the line end after it."""
        self.stays = text.startswith("+")
        if "\n" in text:
            self.end()
            self.start()

    def end(self) -> bool:
        """End a line; True if it holds only tags. Then white space between them goes, too."""
        if not self.tags or self.has_text:
            return False
        self.alone.update(self.tags)
        for position in self.blanks:
            line, kind, _ = self.done[position]
            self.done[position] = (line, kind, "")
        return True


def settle_includes(body: list[nodes.Node], alone: Collection[int], *, ends: bool) -> None:
    """Give what tags print the line ends of whole lines, in place.

    An included file keeps its last line end, unless it ends the text or what a macro or a block makes of it. On a line
    that holds only tags it ends with one in any case, because that line's own is gone.

    Args:
        body: the nodes of a text, after `harden`.
        alone: the lines on which only tags are written.
        ends: whether the end of `body` is the end of a text.
    """
    for position, node in enumerate(body):
        is_last = ends and all(isinstance(later, nodes.ExprStmt) for later in body[position + 1 :])
        is_text = isinstance(node, nodes.AssignBlock | nodes.Macro | nodes.CallBlock | nodes.FilterBlock)
        goes_on = isinstance(node, nodes.If) and is_last
        for part in ("body", "elif_", "else_"):
            settle_includes(getattr(node, part, []), alone, ends=is_text or goes_on)
        if is_last and isinstance(node, nodes.Include):
            body[position] = _filtered(node, LAST)
        elif not is_last and isinstance(node, _PRINTING) and node.lineno in alone and _closes_a_line(node):
            body[position] = _filtered(node, WHOLE)


def whole_line(text: str) -> str:
    """The text with a line end; nothing stays nothing."""
    return text if not text or text.endswith("\n") else f"{text}\n"


def without_line_end(text: str) -> str:
    """The text without its last line end."""
    return text.removesuffix("\n")


def _closes_a_line(node: nodes.Node) -> bool:
    """Whether nothing is printed before the end tag on its line."""
    parts = [part for output in node.find_all(nodes.Output) for part in output.nodes]
    printed = [part for part in parts if not isinstance(part, nodes.TemplateData) or part.data]
    return not printed or (isinstance(printed[-1], nodes.TemplateData) and printed[-1].data.endswith("\n"))


def _filtered(node: nodes.Node, name: str) -> nodes.FilterBlock:
    call = nodes.Filter(None, name, [], [], None, None, lineno=node.lineno)
    return nodes.FilterBlock([node], call, lineno=node.lineno)
